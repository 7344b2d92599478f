"""用人单位 sheets: the ledger of employers."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from gridunion import clock
from gridunion.cells import cell_date, cell_text
from gridunion.db import db
from gridunion.employers.models import ENTERED, Employer
from gridunion.exchange import labels
from gridunion.exchange.bulk import TRUSTED, day, insert, new_uids, take_ids
from gridunion.exchange.intake import Cells, Fault, Intake, Twin, blank, cleaned
from gridunion.exchange.places import Place, Places
from gridunion.identity import clean_uscc
from gridunion.phones import clean_landline_or_phone
from gridunion.status.models import refresh
from gridunion.text import Unacceptable, clean_text

MOST_PEOPLE = 1_000_000
STATE_WORDS = {
    "active": ("在经营", "经营", "正常", "存续", "在业", "开业", "在营"),
    "closed": (
        "已注销或搬走",
        "已注销",
        "注销",
        "吊销",
        "关闭",
        "已关闭",
        "停业",
        "搬走",
        "已搬走",
        "迁出",
        "搬迁",
    ),
}


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
        "state": ("单位状态", "经营状态", "状态"),
    }
    required = ("name", "community")
    key = ("uscc", "community")

    def prepare(self) -> None:
        self.places = Places.read()
        self.ownership, self.union_state = labels.reader("ownership"), labels.reader("union_state")
        self.ready: dict[int, dict[str, Any]] = {}
        self.turned: dict[int, str] = {}

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
        made["state"] = cleaned(self.title("state"), _state, cells.get("state"))
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
        known, earlier = self._known(), dict[Any, int]()
        for row, made in list(self.ready.items()):
            key = made["uscc"] or (made["unit_id"], made["name"])
            if key in earlier:
                self._refuse(row, _("和第 %(row)s 行相同", row=earlier[key]))
            elif key in known:
                self._meet(row, *known[key])
            earlier.setdefault(key, row)

    def _meet(self, row: int, number: int, state: str) -> None:
        """The ledger has it: all a row can say is that it closed, or works again."""
        said = self.ready[row]["state"]
        if said in (None, state):
            self._refuse(row, _("已在台账里"))
        else:
            self.turned[number] = said
            del self.ready[row]

    def _refuse(self, row: int, words: str) -> None:
        field = "uscc" if self.ready[row]["uscc"] else "name"
        self.refuse(row, Twin(self.title(field), words))
        del self.ready[row]

    def _known(self) -> dict[Any, tuple[int, str]]:
        """The employers of the ledger by code or place: number and state."""
        e = Employer.__table__.c
        rows = db.session.execute(select(e.uscc, e.unit_id, e.name, e.id, e.state), execution_options=TRUSTED)
        return {uscc or (unit_id, name): (number, state) for uscc, unit_id, name, number, state in rows}

    def store(self) -> None:
        for number, state in self.turned.items():
            db.session.get_one(Employer, number).learn(state=state)  # asks about each of its members
        if made := [row | {"state": row["state"] or "active"} for row in self.ready.values()]:
            self._store(made)

    def _store(self, made: list[dict[str, Any]]) -> None:
        names = ("id", "uid", *made[0])
        ids = take_ids(Employer, len(made))
        rows = zip(ids, new_uids(len(made)), made, strict=True)
        insert(Employer, names, [(number, uid, *map(_stored, row.values())) for number, uid, row in rows])
        for follow in ENTERED:
            follow(ids)
        refresh({row["unit_id"] for row in made})


def _stored(value: Any) -> Any:
    return day(value) if isinstance(value, date) else value


def _state(value: Any) -> str | None:
    """Whether an employer works or is gone; None when nothing is said. Raises Unacceptable."""
    words = cell_text(value)
    if not words:
        return None
    for state, said in STATE_WORDS.items():
        if words in said:
            return state
    raise Unacceptable(
        _("没有“%(words)s”这一项，可以填：%(shown)s", words=words[:20], shown="在经营、已注销、搬走")
    )


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
