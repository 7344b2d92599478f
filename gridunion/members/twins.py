"""When two files may be one person: a few rules, each with its words, so that a leader reads why a pair is asked."""

from typing import Any

from flask_babel import lazy_gettext as _

# What the rules look at.
COLUMNS = ("id", "unit_id", "name", "reading", "phone", "birth_on", "id_kind", "id_index")

REASONS = {
    "number": _("证件号码一样"),
    "phone": _("手机号一样"),
    "birth": _("姓名和出生日期一样"),
    "birth_sound": _("姓名同音，出生日期一样"),
    "digit": _("姓名一样，手机号只差一位"),
    "digit_sound": _("姓名同音，手机号只差一位"),
}


def reasons(one: Any, other: Any) -> str:
    """The reasons for which two files are suspected, a blank between them; empty when they are not.

    Whoever has two different numbers of one kind is two people.
    """
    if _have_two_numbers(one, other):
        return ""
    found = ["number"] if one.id_index and one.id_index == other.id_index else []
    found += ["phone"] if one.phone and one.phone == other.phone else []
    if one.reading and one.reading == other.reading:
        sound = "" if one.name == other.name else "_sound"
        found += [f"birth{sound}"] if one.birth_on and one.birth_on == other.birth_on else []
        found += [f"digit{sound}"] if one_off(one.phone, other.phone) else []
    return " ".join(found)


def _have_two_numbers(one: Any, other: Any) -> bool:
    return bool(
        one.id_index and other.id_index and one.id_kind == other.id_kind and one.id_index != other.id_index
    )


def one_off(one: str | None, other: str | None) -> bool:
    """One digit was mistyped, or two neighbors changed places."""
    if not one or not other or len(one) != len(other):
        return False
    apart = [nth for nth in range(len(one)) if one[nth] != other[nth]]
    if len(apart) == 2 and apart[1] == apart[0] + 1:
        return one[apart[0]] == other[apart[1]] and one[apart[1]] == other[apart[0]]
    return len(apart) == 1


def words(said: str) -> list[str]:
    """What reasons are called."""
    return [str(REASONS[name]) for name in said.split() if name in REASONS]
