"""Texts in the reader's language. Those of templates are written into them when they are compiled (spoken.py);
what is left is said here: texts in code, and in templates what only the page knows, as one or many in English.
"""

from collections.abc import Callable
from typing import Any

from babel.support import NullTranslations
from flask import g, has_request_context, request
from flask_babel import Domain, gettext, ngettext, pgettext
from markupsafe import Markup

CHINESE = NullTranslations()  # what everything is written in

Said = Callable[..., Markup]


def english() -> bool:
    """The reader chose English. Commands and jobs speak Chinese."""
    if not has_request_context():
        return False
    cookies = request.cookies  # asked dozens of times a page: a key that is missing costs an exception
    return "lang" in cookies and cookies["lang"] == "en"


class Words(Domain):  # type: ignore[misc]
    """The catalog, looked for once a request, and never for Chinese."""

    def get_translations(self) -> Any:
        if not english():
            return CHINESE
        if "translations" not in g:
            g.translations = super().get_translations()
        return g.translations


def _said(text: str, **named: Any) -> Markup:
    return Markup(gettext(text)) % named  # noqa: S704 - texts are ours, names are escaped


def _counted(one: str, many: str, num: int, **named: Any) -> Markup:
    return Markup(ngettext(one, many, num)) % {"num": num, **named}  # noqa: S704


def _meant(context: str, text: str, **named: Any) -> Markup:
    return Markup(pgettext(context, text)) % named  # noqa: S704


SAID: dict[str, Said] = {"_": _said, "gettext": _said, "ngettext": _counted, "pgettext": _meant}
"""What templates call for their texts."""
