"""Templates, compiled once for all processes of the suite: each of them would compile every page in both languages."""

import hashlib
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

from gridunion import look, spoken, words
from gridunion.config import ROOT
from gridunion.spoken import PARTS, TRANSLATIONS, Spoken

FOLDER = ROOT / ".pytest_cache" / "pages"
# What else than its own text makes a compiled template: the house's compiler, the words, and what is drawn into it.
ALSO = (
    *(Path(str(module.__file__)) for module in (spoken, words, look)),
    *(ROOT / "templates" / name for name in PARTS.values()),
    *sorted(TRANSLATIONS.rglob("*.mo")),
    ROOT / "static" / "icons.svg",
)


class Compiled(FileSystemBytecodeCache):
    """Each template under its language, as long as nothing it is made of changes. For `Site.jinja_options`."""

    def __init__(self) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        super().__init__(str(FOLDER))
        self.made_with = jinja2.__version__ + "".join(_digest(path) for path in ALSO)

    def get_bucket(self, environment: Any, name: str, filename: str | None, source: str) -> Bucket:
        return super().get_bucket(
            environment, _language(environment) + name, filename, source + self.made_with
        )


def _language(environment: Spoken) -> str:
    return "zh " if environment.catalog is words.CHINESE else "en "


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
