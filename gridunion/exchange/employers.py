"""用人单位 sheets: the ledger of employers."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import clock
from gridunion.cells import cell_date, cell_text
from gridunion.db import db
from gridunion.employers.models import Employer
from gridunion.exchange import labels
from gridunion.exchange.bulk import TRUSTED, day, insert, new_uids, take_ids
from gridunion.exchange.intake import Cells, Fault, Intake, Twin, blank, cleaned
from gridunion.exchange.places import Place, Places
from gridunion.identity import clean_uscc
from gridunion.phones import clean_landline_or_phone
from gridunion.status.models import refresh
from gridunion.text import Unacceptable, clean_text

MOST_PEOPLE = 1_000_000


class EmployerIntake(Intake):
    kind = "employers"
    columns = {
        "name": ("单位名称", "用人单位", "企业名称", "名称"),
        "uscc": ("统一社会信用代码", "社会信用代码", "信用代码"),
        "ownership": ("单位性质", "单位性质类别", "经济类型"),
        "headcount": ("职工人数", "职工总数", "职工数"),
        "women": ("女职工人数", "女职工数", "其中女职工"),
        "community": ("所属社区工会", "所属社区", "社区工会"),
        "union_state": ("建会状态", "是否建会", "建会情况"),
        "founded_on": ("建会日期", "建会时间"),
        "contact": ("联系人",),
        "phone": ("联系电话", "电话"),
    }
    required = ("name", "community")
    key = ("uscc", "community")

    def prepare(self) -> None:
        self.places = Places.read()
        self.ownership, self.union_state = labels.reader("ownership"), labels.reader("union_state")
        self.ready: dict[int, dict[str, Any]] = {}

    def take(self, row: int, cells: Cells) -> None:
        """The columns in their order; the first fault is told."""
        made = {"name": self._text(cells, "name", 80), "uscc": self._rule(cells, "uscc", clean_uscc)}
        if not made["name"]:
            raise Fault(self.title("name"), _("请填写单位名称"))
        made["ownership"] = cleaned(self.title("ownership"), self.ownership, cells.get("ownership"))
        made["headcount"] = cleaned(self.title("headcount"), whole_number, cells.get("headcount"))
        made["women"] = self._women(cells, made["headcount"])
        made["unit_id"] = cleaned(self.title("community"), self._community, cells.get("community")).id
        made |= self._union(cells)
        made["contact"] = self._text(cells, "contact", 40)
        made["phone"] = self._rule(cells, "phone", clean_landline_or_phone)
        self.ready[row] = made

    def _text(self, cells: Cells, field: str, limit: int) -> str | None:
        return cleaned(self.title(field), clean_text, cell_text(cells.get(field)), limit) or None

    def _rule(self, cells: Cells, field: str, rule: Any) -> Any:
        said = cell_text(cells.get(field))
        return cleaned(self.title(field), rule, said) if said else None

    def _women(self, cells: Cells, headcount: int | None) -> int | None:
        women: int | None = cleaned(self.title("women"), whole_number, cells.get("women"))
        if women is not None and headcount is not None and women > headcount:
            raise Fault(self.title("women"), _("女职工人数不能多于职工人数"))
        return women

    def _community(self, value: Any) -> Place:
        name = cell_text(value)
        if not name:
            raise Unacceptable(_("请填写所属社区工会"))
        found = self.places.community(name)
        if len(found) > 1:
            raise Unacceptable(_("有 %(n)s 个社区工会叫这个名字，请改填社区工会的编码", n=len(found)))
        return found[0]

    def _union(self, cells: Cells) -> dict[str, Any]:
        state = (
            cleaned(self.title("union_state"), self.union_state, cells.get("union_state")) or "unorganized"
        )
        founded = cells.get("founded_on")
        on = cleaned(self.title("founded_on"), _past_day, founded) if not blank(founded) else None
        if on and state == "unorganized":
            raise Fault(self.title("founded_on"), _("未建会的单位没有建会日期"))
        return {"union_state": state, "founded_on": on}

    def settle(self) -> None:
        known = self._known()
        for row, made in list(self.ready.items()):
            key = made["uscc"] or (made["unit_id"], made["name"])
            if key in known:
                field = self.title("uscc" if made["uscc"] else "name")
                self.refuse(
                    row,
                    Twin(
                        field, _("已在台账里") if not known[key] else _("和第 %(row)s 行相同", row=known[key])
                    ),
                )
                del self.ready[row]
            else:
                known[key] = row

    def _known(self) -> dict[Any, int]:
        """Codes and places of the employers of the ledger; 0 is no row of this sheet."""
        e = Employer.__table__.c
        rows = db.session.execute(select(e.uscc, e.unit_id, e.name), execution_options=TRUSTED).all()
        return {uscc or (unit_id, name): 0 for uscc, unit_id, name in rows}

    def store(self) -> None:
        made = list(self.ready.values())
        names = ("id", "uid", *made[0])
        rows = zip(take_ids(Employer, len(made)), new_uids(len(made)), made, strict=True)
        insert(Employer, names, [(number, uid, *map(_stored, row.values())) for number, uid, row in rows])
        refresh({row["unit_id"] for row in made})


def _stored(value: Any) -> Any:
    return day(value) if isinstance(value, date) else value


def _past_day(value: Any) -> date:
    on = cell_date(value)
    if on > clock.today():
        raise Unacceptable(_("日期不能晚于今天"))
    return on


def whole_number(value: Any) -> int | None:
    """A count of people; None when empty. Raises Unacceptable."""
    text = cell_text(value).removesuffix("人").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_PEOPLE:
        raise Unacceptable(_("请填写人数，例如 12"))
    return int(text)
