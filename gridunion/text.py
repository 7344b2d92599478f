"""Text as people type and paste it, made clean once, before anything else looks at it."""

import re
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _

# Signs nobody sees: phones and chat programs wrap copied numbers and names in them, and two
# names that look alike must be alike. Joiners (200c, 200d) stay: some scripts are spelled with them.
_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
_LINE_BLANKS = re.compile(r"[^\S\n]+")
_ROUND_NEWLINE = re.compile(r" ?\n ?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_FORBIDDEN = frozenset({"Cc", "Cs"})
LONGEST_QUESTION = 80  # no field that is searched holds more


class Unacceptable(ValueError):
    """A value that cannot be taken. ``str()`` is a sentence for the user, in the user's language."""


def clean_text(value: str, limit: int = 200, *, multiline: bool = False) -> str:
    """The value in NFC without blanks around it, its runs of blanks made one space.

    ``limit`` counts characters after cleaning; ``multiline`` keeps line ends as ``\\n``.
    Cleaning twice changes nothing. Raises `Unacceptable` for control characters, for half
    characters (lone surrogates, which no database can hold) and for too long a text.
    """
    text = value if _is_clean(value) else _cleaned(value, multiline)
    if len(text) > limit:
        raise Unacceptable(_("最多 %(limit)s 个字，现在有 %(count)s 个", limit=limit, count=len(text)))
    return text


def clean_question(value: str) -> str:
    """What somebody looks for, as it is looked for and shown again: one line, never refused.

    A sign nobody can see stands as �, and what is longer than anything that could be found is cut: both find
    nothing, and the reader sees why.
    """
    seen = "".join("\ufffd" if _is_forbidden(sign) else sign for sign in drop_invisible(value))
    text = _blanks(unicodedata.normalize("NFC", seen), multiline=False)
    return text if len(text) <= LONGEST_QUESTION else f"{text[:LONGEST_QUESTION]}…"


AS_TEXT = "'=\""
"""Signs with which people keep a spreadsheet from making a number of digits: '0123 and ="0123"."""


def clean_code(value: str, drop: str = "") -> str:
    """A number or code for comparing: NFKC, upper case, without blanks and the signs in ``drop``.

    Full-width digits and letters become plain ones; control characters, which PostgreSQL cannot compare with, go.
    """
    if value.isascii() and value.isalnum():  # nearly every cell of a sheet
        return value.upper()
    text = unicodedata.normalize("NFKC", _CONTROL.sub("", drop_invisible(value))).upper()
    return "".join(sign for sign in text if not sign.isspace() and sign not in drop)


def drop_invisible(value: str) -> str:
    """The value without zero-width and direction signs."""
    return _INVISIBLE.sub("", value)


def _is_clean(text: str) -> bool:
    # Much cheaper than cleaning, and true of nearly every cell in a sheet of 100,000 rows.
    return (
        text.isprintable()
        and unicodedata.is_normalized("NFC", text)
        and "  " not in text
        and not text.startswith(" ")
        and not text.endswith(" ")
    )


def _cleaned(value: str, multiline: bool) -> str:
    text = unicodedata.normalize("NFC", drop_invisible(_LINE_END.sub("\n", value)))
    _refuse_control(text)
    return _blanks(text, multiline).strip()


def _blanks(text: str, multiline: bool) -> str:
    if multiline:
        return _ROUND_NEWLINE.sub("\n", _LINE_BLANKS.sub(" ", text))
    return " ".join(text.split())


def _refuse_control(text: str) -> None:
    for sign in text:
        if _is_forbidden(sign):
            raise Unacceptable(_("文字里有无法显示的字符，请删除后重新输入"))


def _is_forbidden(sign: str) -> bool:
    return sign not in "\n\t" and unicodedata.category(sign) in _FORBIDDEN


def read_uid(text: str) -> UUID | None:
    """The UUID an address or a form names a record by; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_uids(said: Sequence[str]) -> list[UUID]:
    """The records a form names; none at all when one of them is no UUID."""
    found = [uid for text in said if (uid := read_uid(text))]
    return found if len(found) == len(said) else []
