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
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

ROOT = Path(__file__).resolve().parent.parent
"""The checkout: templates, static files and migrations lie here."""
MOST_PORT = 65535
DATABASES = {"sqlite", "postgresql+psycopg"}


class Misconfigured(Exception):
    """The site must not start like this; the text says what to mend."""


@contextmanager
def plain_at_the_shell() -> Iterator[None]:
    """Tell who typed a command only what to mend; a server that loads the site gets the Misconfigured itself."""
    try:
        yield
    except Misconfigured as problem:
        if os.environ.get("FLASK_RUN_FROM_CLI") == "true":
            sys.exit(f"Error: {problem}")
        raise


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
            raise Misconfigured("GRIDUNION_ENV 只能写 development 或 production。")
        if self.keys.resolve().is_relative_to(self.home.resolve()):
            raise Misconfigured(
                "密钥文件（GRIDUNION_KEYS）要放在数据文件夹（GRIDUNION_HOME）外面：两样不能一起被偷走。"
            )
        if self.production:
            self._check_production()

    def _check_production(self) -> None:
        if self.debug:
            raise Misconfigured("正式环境不能开 FLASK_DEBUG。")
        if not self.keys.exists():
            raise Misconfigured(
                f"没有密钥文件 {self.keys}。请先做一个：python -m gridunion.new_keys {self.keys}"
            )
        if urlsplit(self.public_url).scheme != "https":
            raise Misconfigured("正式环境的 PUBLIC_URL 要以 https:// 开头。")


def read(environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration the environment asks for, with absolute paths. Raises Misconfigured."""
    home = Path(environ.get("GRIDUNION_HOME", "var")).absolute()
    keys = Path(environ.get("GRIDUNION_KEYS", f"{home}.keys/keys.json")).absolute()
    port = _number(environ, "PORT", 8000)
    if not 1 <= port <= MOST_PORT:
        raise Misconfigured(f"PORT 要在 1 到 {MOST_PORT} 之间。")
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
        raise Misconfigured(f"{name} 要写数字。")
    return int(said)


def _database_url(asked: str, home: Path) -> str:
    if not asked:
        return f"sqlite:///{home / 'gridunion.db'}"
    for short in ("postgres://", "postgresql://"):
        asked = asked.replace(short, "postgresql+psycopg://")
    if _kind(asked) not in DATABASES:
        raise Misconfigured(
            "DATABASE_URL 要写成 postgresql://用户@主机/库名；不写就用数据文件夹里的 SQLite。"
        )
    return asked


def _kind(url: str) -> str:
    """Which database an address means; nothing when it is none."""
    try:
        return make_url(url).drivername
    except (ArgumentError, ValueError):
        return ""
