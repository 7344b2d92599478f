"""What a list of members may be narrowed by, as its address says it. Filters name no person; words that do are
posted to the search."""

from collections.abc import Container, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import request
from flask_babel import lazy_gettext as _
from sqlalchemy import Boolean, ColumnElement, bindparam, literal_column

from gridunion import clock, settings
from gridunion.db import Bytewise, UtcDateTime, written
from gridunion.members.models import Person
from gridunion.members.real_name import LACKING
from gridunion.tree import Unit
from gridunion.web import find_unit

_p, _u = Person.__table__.c, Unit.__table__.c

SHOWN: dict[str, ColumnElement[bool]] = {
    "all": _p.status == written("active"),
    "due": (_p.status == written("active")) & _p.visit_due_at.is_not(None),
    "hardship": (_p.status == written("active")) & _p.hardship_class.is_not(None),
    "new_form": (_p.status == written("active")) & _p.new_form,
    "incomplete": (_p.status == written("active")) & (_p.gaps != written(0)),
    "applied": _p.status == written("applied"),
}

# From the first age to below the second one.
AGES = {
    "16": (16, 30, _("30 岁以下")),
    "30": (30, 45, _("30 到 44 岁")),
    "45": (45, 60, _("45 到 59 岁")),
    "60": (60, 200, _("60 岁以上")),
}
UNSEEN = {str(days): days for days in (30, 60, 90, 180, 365)}
MIGRANT = {"yes": _("是"), "no": _("否")}
EMPTY = {
    "id_index": _("证件号码"), "sex": _("性别"), "birth_on": _("出生日期"), "ethnicity": _("民族"),
    "education": _("学历"), "household_type": _("户籍类型"), "phone": _("手机"), "work": _("单位或群体"),
    "work_status": _("就业状况"), "migrant": _("是不是农民工"), "political_status": _("政治面貌"),
}  # fmt: skip

# What an index answers stands in the first, what is asked of each row in the second.
QUICK: dict[str, ColumnElement[bool]] = {
    "group": _p.key_group == bindparam("group"),
    "unseen": _p.seen_at < bindparam("unseen", type_=UtcDateTime),
    "unit": (_u.path >= bindparam("unit_lo", type_=Bytewise))
    & (_u.path < bindparam("unit_hi", type_=Bytewise)),
}
SLOW: dict[str, ColumnElement[bool]] = {
    "migrant:yes": _p.migrant.is_(True),
    "migrant:no": _p.migrant.is_(False),
    "age": (_p.birth_on > bindparam("born_after")) & (_p.birth_on <= bindparam("born_until")),
} | {f"lack:{name}": literal_column(f"({empty})", Boolean) for name, empty in LACKING.items()}


class Filters(NamedTuple):
    """What was chosen; empty where nothing was. Words nobody offered count as nothing."""

    show: str = "all"
    group: str = ""
    migrant: str = ""
    age: str = ""
    unseen: str = ""
    lack: str = ""
    unit: Unit | None = None

    @classmethod
    def asked(cls) -> "Filters":
        """Those of the request. Raises NotFound for a unit of others."""
        return cls.of(request.args.to_dict())

    @classmethod
    def of(cls, said: Mapping[str, str]) -> "Filters":
        """Those an address says. Raises NotFound for a unit of others."""
        unit, lack = said.get("unit", ""), _one(said, "lack", EMPTY)
        show = _one(said, "show", SHOWN) or "all"
        return cls(
            "incomplete" if lack else show, _one(said, "group", _groups()), _one(said, "migrant", MIGRANT),
            _one(said, "age", AGES), _one(said, "unseen", UNSEEN), lack, find_unit(unit) if unit else None,
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """The conditions beside what is shown, each as a name of QUICK or SLOW."""
        exact = [
            f"{name}:{value}" for name, value in (("migrant", self.migrant), ("lack", self.lack)) if value
        ]
        bound = [name for name in ("group", "age", "unseen", "unit") if getattr(self, name)]
        return (*exact, *bound)

    @property
    def values(self) -> dict[str, Any]:
        """What the conditions compare with."""
        given: dict[str, Any] = {"group": self.group} if self.group else {}
        if self.unseen:
            given["unseen"] = clock.now() - timedelta(days=UNSEEN[self.unseen])
        if self.unit:
            given |= dict(zip(("unit_lo", "unit_hi"), self.unit.branch, strict=True))
        if self.age:
            youngest, older, _words = AGES[self.age]
            given |= {"born_after": _born(older), "born_until": _born(youngest)}
        return given

    @property
    def address(self) -> dict[str, str]:
        """The same as an address says it."""
        said = self._asdict() | {"unit": self.unit.code if self.unit else ""}
        return {name: value for name, value in said.items() if value and (name, value) != ("show", "all")}

    @property
    def narrows(self) -> bool:
        """Something beside the one list was chosen."""
        return bool(self.names)


def _one(said: Mapping[str, str], name: str, known: Container[str]) -> str:
    return said.get(name, "") if said.get(name, "") in known else ""


def _groups() -> set[str]:
    return {key for key in settings.labels("key_group") if key}


def _born(years: int) -> date:
    """The birthday of who becomes so old today."""
    today = clock.today()
    year = max(today.year - years, 1)
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February: who was born on the 28th is as old, who was born on 1 March is not yet
        return today.replace(year=year, day=28)
