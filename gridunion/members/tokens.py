"""What a person is found by, and what a question asks for, in the same small pieces.

Each person has tokens: name pieces of one to three characters, pieces of the initials, beginnings of the reading of
the name and of the given name, phone endings, a keyed digest of the last four signs of the identity number, pairs of
characters of the employer, and the units the person stands under.
"""

import re
from collections.abc import Iterable

from gridunion.db import keyring
from gridunion.names import syllables
from gridunion.text import clean_code

LONGEST, LONGEST_INITIALS, LONGEST_READING = 3, 8, 8
TAIL = re.compile(r"[0-9]{3}[0-9X]")  # the end of an identity number
MOST_STARTS = 3  # the family name, of one character or two, and the given name


def tokens(
    name: str,
    initials: str,
    phone: str | None,
    employer: str | None,
    unit_ids: Iterable[int],
    id_number: str | None = None,
) -> list[str]:
    """All the tokens of a person."""
    made = {f"n{piece}" for piece in _pieces(_plain(name), LONGEST)}
    made |= {f"p{piece}" for piece in _pieces(_plain(initials), LONGEST_INITIALS)}
    made |= {f"t{(phone or '')[-size:]}" for size in range(1, len(phone or "") + 1)}
    made |= {f"e{pair}" for pair in _pieces(_plain(employer or ""), 2) if len(pair) == 2}
    made |= {f"r{beginning}" for beginning in _beginnings(name)}
    made |= {f"u{unit_id}" for unit_id in unit_ids}
    if id_number:
        made.add(tail_token(id_number))
    return sorted(made)


def tail_token(id_number: str) -> str:
    """The last four signs of an identity number, as the index holds them.

    They stand on every screen that shows the number masked, so finding by them tells staff nothing new. In the
    base there are only 11,000 of them to try, so they are kept under the key that lies outside it (safety.md 11).
    """
    return f"d{keyring().digest(id_number[-4:].upper(), 'identity tail')[:12]}"


def _beginnings(name: str) -> set[str]:
    """How the reading of a name may be typed: from its first letter on, or from the first of the given name."""
    parts = [_plain(part) for part in syllables(name)] if name else []
    whole = ["".join(parts[start:])[:LONGEST_READING] for start in range(min(len(parts), MOST_STARTS))]
    return {text[:size] for text in whole for size in range(2, len(text) + 1)}


def _plain(text: str) -> str:
    """Lower case, without blanks; signs at which SQLite would cut a token become letters of no language."""
    return re.sub(r"\s", "", text).lower().translate(_UNCUT)


_UNCUT = {sign: 0xE000 + sign for sign in range(128) if not chr(sign).isalnum()}


def _pieces(whole: str, longest: int) -> set[str]:
    return {whole[a : a + size] for size in range(1, longest + 1) for a in range(len(whole) - size + 1)}


def wanted(asked: str) -> list[list[str]]:
    """What a question asks for: any of the groups, every token of a group. Empty when nothing can match."""
    if number := _number(asked):
        return [[f"t{number}"], *_tail(number)]
    if tail := _tail(clean_code(asked)):
        return tail
    said = _plain(asked)
    groups = [[f"n{piece}" for piece in _cover(said, LONGEST)]] if said else []
    if said.isascii() and said.isalpha():
        groups.append([f"p{said[:LONGEST_INITIALS]}"])
    if said.isascii() and len(said) >= 2:
        groups.append([f"r{said[:LONGEST_READING]}"])
    if len(said) >= 2:
        groups.append([f"e{piece}" for piece in _cover(said, 2)])
    return groups


def _number(asked: str) -> str:
    """The end of a phone number, however it is written; empty when something else was asked."""
    digits = clean_code(asked, "-()+")
    return digits[-11:] if digits.isascii() and digits.isdigit() else ""


def _tail(digits: str) -> list[list[str]]:
    """Four signs may be the end of an identity number, too."""
    return [[tail_token(digits)]] if TAIL.fullmatch(digits) else []


def _cover(said: str, size: int) -> list[str]:
    """The longest pieces that together cover what was said."""
    if len(said) <= size:
        return [said]
    return [said[a : a + size] for a in range(len(said) - size + 1)]


def asks_for_an_end(asked: str) -> bool:
    """The end of a number was asked for, not words."""
    return bool(_number(asked) or _tail(clean_code(asked)))
