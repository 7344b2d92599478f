"""Texts in templates, in the reader's language. They do what Jinja's and Babel's own do, a good deal cheaper:
Jinja copies the whole context for each text in a loop, and Babel asks for the language at each text.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import g, has_app_context
from flask_babel import Domain, gettext, ngettext, pgettext
from markupsafe import Markup

Said = Callable[..., Markup]


class Words(Domain):  # type: ignore[misc]
    """The catalog, looked for once a request."""

    def get_translations(self) -> Any:
        if not has_app_context():
            return super().get_translations()
        if "translations" not in g:
            g.translations = super().get_translations()
        return g.translations


def texts(english: Callable[[], bool]) -> dict[str, Said]:
    """What templates call for their texts; Chinese is what they are written in, so nothing is looked up."""

    def said(text: str, **named: Any) -> Markup:
        return _filled(gettext(text) if english() else text, named)

    def counted(one: str, many: str, num: int, **named: Any) -> Markup:
        return _filled(ngettext(one, many, num) if english() else one, {"num": num, **named})

    def meant(context: str, text: str, **named: Any) -> Markup:
        return _filled(pgettext(context, text) if english() else text, named)

    return {"_": said, "gettext": said, "ngettext": counted, "pgettext": meant}


CHINESE = texts(lambda: False)
"""The same when the reader is known to read Chinese."""


def _filled(text: str, named: dict[str, Any]) -> Markup:
    return Markup(text) % named if named else _bare(text)  # noqa: S704 - texts are ours, names are escaped


@lru_cache(4000)
def _bare(text: str) -> Markup:
    return Markup(text) % {}  # noqa: S704
