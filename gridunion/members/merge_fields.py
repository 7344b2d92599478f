"""The fields of two files side by side: what each says, and from which one it is taken unless the leader decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gridunion import settings
from gridunion.identity import mask_id
from gridunion.look import day
from gridunion.members.models import Person
from gridunion.phones import mask_phone

MOST_APART = 2  # digits in which two phones may differ and be shown to differ


@dataclass(frozen=True)
class Field:
    """What is chosen as one: the columns that go together, and how a file says it."""

    words: object
    columns: tuple[str, ...]
    say: Callable[[Person], str]


def _plain(words: object, column: str) -> Field:
    return Field(words, (column,), lambda person: _text(getattr(person, column)))


def _coded(words: object, column: str, *more: str) -> Field:
    return Field(words, (column, *more), lambda person: settings.label(column, getattr(person, column)))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    return day(value) if isinstance(value, date) else str(value or "")


def _number(person: Person) -> str:
    if not person.id_number:
        return ""
    return f"{settings.label('id_kind', person.id_kind)} {mask_id(person.id_number)}"


def _hardship(person: Person) -> str:
    said = (settings.label("hardship_class", person.hardship_class), person.hardship_note or "")
    return gettext("，").join(part for part in said if part)


FIELDS = {
    "name": Field(_("姓名"), ("name", "reading", "initials"), lambda person: person.name),
    "phone": Field(_("手机号"), ("phone",), lambda person: mask_phone(person.phone) if person.phone else ""),
    "number": Field(_("证件"), ("id_kind", "id_number", "id_index"), _number),
    "unit": Field(_("网格"), ("unit_id",), lambda person: person.unit.name),
    "sex": _coded(_("性别"), "sex"),
    "birth_on": _plain(_("出生日期"), "birth_on"),
    "ethnicity": _plain(_("民族"), "ethnicity"),
    "work_status": _coded(_("就业状况"), "work_status"),
    "key_group": _coded(_("八大群体"), "key_group", "new_form"),
    "employer": Field(_("工作单位"), ("employer_name",), lambda person: person.employer_name or ""),
    "education": _coded(_("学历"), "education"),
    "skill_level": _coded(_("技能等级"), "skill_level"),
    "political_status": _coded(_("政治面貌"), "political_status"),
    "household_type": _coded(_("户籍类型"), "household_type"),
    "household_place": _plain(_("户籍所在地"), "household_place"),
    "native_place": _plain(_("籍贯"), "native_place"),
    "migrant": _plain(_("农民工"), "migrant"),
    "address": _plain(_("住址"), "address"),
    "share_birthday": _plain(_("生日问候"), "share_birthday"),
    "card_no": Field(_("会员卡"), ("card_no", "card_token", "card_on"), lambda person: person.card_no or ""),
    "hardship": Field(_("困难情况"), ("hardship_class", "hardship_on", "hardship_note"), _hardship),
}  # fmt: skip


class Choice(NamedTuple):
    """A field in which the files differ: what stands in the one that stays, what in the other, which is proposed."""

    name: str
    words: object
    ours: str
    theirs: str
    take: bool

    @property
    def clashes(self) -> bool:
        """Both files say something: the leader should look."""
        return bool(self.ours and self.theirs)


def choices(kept: Person, other: Person, taken: set[str] | None = None) -> list[Choice]:
    """What there is to decide; `taken` is what was decided before."""
    found = []
    for name, field in FIELDS.items():
        if all(getattr(kept, column) == getattr(other, column) for column in field.columns):
            continue
        ours, theirs = field.say(kept), field.say(other)
        if name == "phone" and kept.phone and other.phone:
            ours, theirs = _apart(kept.phone, other.phone)
        take = _proposed(name, kept, other) if taken is None else name in taken
        found.append(Choice(name, field.words, ours, theirs, take))
    return found


def alike_fields(kept: Person, other: Person) -> list[object]:
    """Fields that say the same thing on both sides."""
    differ = {choice.name for choice in choices(kept, other)}
    return [field.words for name, field in FIELDS.items() if name not in differ and field.say(kept)]


def _proposed(name: str, kept: Person, other: Person) -> bool:
    """Whether a field comes from the other file: what is filled before what is empty, else what is newer. The cell
    stays that of the file that stays, which is the one with the stronger standing."""
    ours, theirs = (_filled(name, person) for person in (kept, other))
    if ours != theirs:
        return theirs
    return name != "unit" and other.recorded_at > kept.recorded_at


def _filled(name: str, person: Person) -> bool:
    return getattr(person, FIELDS[name].columns[0]) not in (None, "")


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two phones, masked; where they differ in a digit or two these are shown, or nobody could choose."""
    shown = mask_phone(one), mask_phone(other)
    apart = [nth for nth, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    if len(one) != 11 or len(other) != 11 or len(apart) > MOST_APART:
        return shown
    return _with(one, apart), _with(other, apart)


def _with(phone: str, places: list[int]) -> str:
    plain = [digit if nth < 3 or nth > 6 or nth in places else "*" for nth, digit in enumerate(phone)]
    return f"{''.join(plain[:3])} {''.join(plain[3:7])} {''.join(plain[7:])}"
