"""The real-name file (实名制): what the national template asks of a person, and what of it is still empty.

Source: domain.md 4.4.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import Boolean, Computed, Date, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, declared_attr, relationship, validates

from gridunion import clock, settings
from gridunion.db import BigId, Encrypted, Record, internal, keyring, personal, sensitive
from gridunion.employers.models import Employer, name_index, named
from gridunion.identity import age_on
from gridunion.names import name_reading
from gridunion.tree import Scoped

# The twelve columns whose filling is the completeness of a file.
FILE = (
    "name", "id_index", "sex", "birth_on", "ethnicity", "education", "household_type", "phone", "work",
    "work_status", "migrant", "political_status",
)  # fmt: skip

# What of them may be empty, as the base sees it: a name is always there.
LACKING = {name: f"{name} IS NULL" for name in FILE if name not in ("name", "work")} | {
    "work": "employer_name IS NULL AND key_group IS NULL"
}
FOUND_IN_HARDSHIP: list[Callable[[Any], None]] = []
"""What other rooms do when it is written down that somebody came into hardship."""

_GAPS = " + ".join(f"CASE WHEN {empty} THEN 1 ELSE 0 END" for empty in LACKING.values())


class RealName(Scoped, Record):
    """A person as the file tells of them, member or not."""

    __abstract__ = True

    name: Mapped[str] = personal(String(40))
    reading: Mapped[str] = personal(String(120), default="")
    initials: Mapped[str] = personal(String(40), default="")
    phone: Mapped[str | None] = personal(String(20))
    sex: Mapped[str | None] = personal(String(8))
    birth_on: Mapped[date | None] = personal(Date)
    share_birthday: Mapped[bool] = personal(Boolean, default=False)
    id_kind: Mapped[str | None] = personal(String(24))
    id_number_sealed: Mapped[str | None] = sensitive(Text)
    id_index: Mapped[str | None] = sensitive(String(64))
    ethnicity: Mapped[str | None] = personal(String(20))
    education: Mapped[str | None] = personal(String(20))
    skill_level: Mapped[str | None] = personal(String(20))
    political_status: Mapped[str | None] = personal(String(20))
    household_type: Mapped[str | None] = personal(String(30))
    household_place: Mapped[str | None] = personal(String(80))
    native_place: Mapped[str | None] = personal(String(40))
    work_status: Mapped[str | None] = personal(String(20))
    migrant: Mapped[bool | None] = personal(Boolean)
    key_group: Mapped[str | None] = personal(String(30))
    new_form: Mapped[bool] = personal(Boolean, default=False)
    employer_id: Mapped[int | None] = internal(BigId, ForeignKey("employer.id"))
    employer_name: Mapped[str | None] = personal(String(80))
    employer_index: Mapped[str | None] = internal(String(32))
    address: Mapped[str | None] = personal(String(120))
    hardship_class: Mapped[str | None] = sensitive(String(20))
    hardship_on: Mapped[date | None] = sensitive(Date)
    hardship_note_sealed: Mapped[str | None] = sensitive(Text)
    # How many columns of the file are empty: kept by the base itself, however a row is written.
    gaps: Mapped[int] = internal(Integer, Computed(_GAPS, persisted=True))

    id_number = Encrypted("id_number_sealed")
    hardship_note = Encrypted("hardship_note_sealed")

    @declared_attr
    def employer(cls) -> Mapped[Employer | None]:
        return relationship(Employer)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        """What the base computes is read when it is asked for."""
        return super().__mapper_args__ | {"eager_defaults": False}

    @validates("employer_name")
    def _index_employer(self, _column: str, name: str | None) -> str | None:
        """Whoever is accused by a name that is encrypted is compared by its digest (complaints.conflicts)."""
        self.employer_index = name_index(name)
        return name

    def learn(self, **known: Any) -> None:
        """Take over what became known, and what follows from it."""
        for name, value in known.items():
            setattr(self, name, None if value == "" else value)
        if "name" in known:
            self.reading, self.initials = name_reading(self.name)
        if "key_group" in known:
            group = settings.code("key_group", self.key_group)
            self.new_form = bool(group and "four" in group.tags.get("sets", []))
        if "employer_name" in known:
            self.look_up_employer()

    def look_up_employer(self) -> None:
        """Tie the file to the employer it names, when the ledger of its unit has it."""
        self.employer = named(self.employer_name, self.unit) if self.employer_name else None

    def set_id_number(self, kind: str | None, number: str | None) -> None:
        """Keep an identity number: encrypted, with a keyed digest by which an equal one is found."""
        self.id_kind, self.id_number = kind, number
        self.id_index = id_index(kind, number) if kind and number else None

    def note_hardship(self, kind: str | None, words: str | None) -> None:
        """Mark somebody as in hardship, or no longer, until the hardship file says more."""
        found = kind is not None and self.hardship_class is None
        if kind != self.hardship_class:
            self.hardship_class, self.hardship_on = kind, clock.today() if kind else None
        if words != self.hardship_note:
            self.hardship_note = words
        for follow in FOUND_IN_HARDSHIP if found else ():
            follow(self)

    @property
    def age(self) -> int | None:
        """Full years."""
        return age_on(self.birth_on, clock.today()) if self.birth_on else None

    @property
    def work(self) -> str:
        """What somebody does, in words."""
        return work_words(self.key_group, self.work_status)

    @property
    def missing(self) -> list[str]:
        """The columns of the real-name file that are still empty."""
        has = {"work": self.employer_name or self.key_group}
        return [name for name in FILE if has.get(name, getattr(self, name)) in (None, "")]

    @property
    def completeness(self) -> int:
        """Percent of the file that is filled."""
        return round(100 * (len(FILE) - len(self.missing)) / len(FILE))


def work_words(key_group: str | None, work_status: str | None) -> str:
    """What somebody does: the group, else the state of work; empty when neither is known."""
    return settings.label("key_group", key_group) or settings.label("work_status", work_status)


def id_index(kind: str, number: str) -> str:
    """The keyed digest of an identity number: equal for equal ones, and nothing leads back from it."""
    return keyring().digest(f"{kind}:{number}", "identity")
