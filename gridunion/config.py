"""Settings from the environment, checked before anything is served.

GRIDUNION_ENV            development (default) or production
GRIDUNION_HOME           the data folder: database, attachments, lock files (default var/)
GRIDUNION_KEYS           the key file, outside the data folder (default <home>.keys/keys.json)
DATABASE_URL             postgresql+psycopg://… ; without it SQLite in the data folder
PUBLIC_URL               the address printed on cards, slips and letters
PORT                     where `flask serve` listens on 127.0.0.1 (default 8000)
GRIDUNION_PROXIES        how many proxies stand in front (default 0)
GRIDUNION_DEMO_PASSWORD  the demo people's password; made up and printed when absent
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: templates, static files and migrations lie here."""


class Misconfigured(Exception):
    """The site must not start like this; the text says what to mend."""


@dataclass(frozen=True)
class Config:
    env: str
    home: Path
    keys: Path
    database_url: str
    public_url: str
    port: int
    proxies: int
    debug: bool

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def check(self) -> None:
        """Refuse a start that would be unsafe. Raises Misconfigured."""
        if self.env not in ("development", "production"):
            raise Misconfigured("GRIDUNION_ENV is either development or production.")
        if self.keys.resolve().is_relative_to(self.home.resolve()):
            raise Misconfigured(
                "GRIDUNION_KEYS must lie outside GRIDUNION_HOME: who steals one has not both."
            )
        if self.production:
            self._check_production()

    def _check_production(self) -> None:
        if self.debug:
            raise Misconfigured("Production does not run with FLASK_DEBUG.")
        if not self.keys.exists():
            raise Misconfigured(
                f"No key file at {self.keys}. Make one with: python -m gridunion.keys {self.keys}"
            )
        if urlsplit(self.public_url).scheme != "https":
            raise Misconfigured("PUBLIC_URL must begin with https:// in production.")


def read(environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration the environment asks for, with absolute paths. Raises Misconfigured."""
    home = Path(environ.get("GRIDUNION_HOME", "var")).absolute()
    keys = Path(environ.get("GRIDUNION_KEYS", f"{home}.keys/keys.json")).absolute()
    port = _number(environ, "PORT", 8000)
    return Config(
        env=environ.get("GRIDUNION_ENV", "development"),
        home=home,
        keys=keys,
        database_url=_database_url(environ.get("DATABASE_URL", ""), home),
        public_url=environ.get("PUBLIC_URL", f"http://127.0.0.1:{port}").rstrip("/"),
        port=port,
        proxies=_number(environ, "GRIDUNION_PROXIES", 0),
        debug=environ.get("FLASK_DEBUG", "") not in ("", "0"),
    )


def _number(environ: Mapping[str, str], name: str, otherwise: int) -> int:
    """A number that was set; Misconfigured when it is none."""
    said = environ.get(name) or str(otherwise)
    if not said.isascii() or not said.isdigit():
        raise Misconfigured(f"{name} must be a number.")
    return int(said)


def _database_url(asked: str, home: Path) -> str:
    if not asked:
        return f"sqlite:///{home / 'gridunion.db'}"
    for short in ("postgres://", "postgresql://"):
        asked = asked.replace(short, "postgresql+psycopg://")
    return asked
