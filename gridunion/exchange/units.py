"""会 组织 sheets: units with code, name, kind and the unit above; parents may stand below their children."""

import re
from typing import Any

from flask_babel import gettext as _

from gridunion import clock
from gridunion.cells import cell_text
from gridunion.exchange.bulk import day, insert, new_uids, take_ids
from gridunion.exchange.intake import Cells, Fault, Intake, Twin, cleaned
from gridunion.exchange.places import Place, Places
from gridunion.text import clean_code, clean_text
from gridunion.tree import KINDS, Unit

KIND_WORDS = {
    "city_federation": "市总工会", "district_federation": "区总工会", "street_federation": "街道工会联合会",
    "community_union": "社区工会", "cell": "网格",
}  # fmt: skip
_KINDS = {kind.upper(): kind for kind in KINDS} | {words: kind for kind, words in KIND_WORDS.items()}
_CODE = re.compile(r"[0-9A-Z]{1,20}")


class UnitIntake(Intake):
    kind = "units"
    columns = {
        "code": ("code", "编码", "代码", "单位编码", "统计用区划代码"),
        "name": ("name", "名称", "单位名称"),
        "kind": ("kind", "类型", "类别", "级别"),
        "parent_code": ("parent_code", "上级编码", "上级代码", "上级单位编码"),
    }
    required = ("code", "name", "kind", "parent_code")
    key = ("kind", "parent_code")

    def prepare(self) -> None:
        self.ready: dict[int, Place] = {}
        self.parents: dict[int, str] = {}
        self.rows: dict[str, int] = {}

    def take(self, row: int, cells: Cells) -> None:
        code = _code(cells, "code")
        if not code:
            raise Fault("code", _("请填写编码"))
        if code in self.rows:
            raise Fault("code", _("第 %(row)s 行已有这个编码", row=self.rows[code]))
        name = cleaned("name", clean_text, cell_text(cells.get("name")), 60)
        if not name:
            raise Fault("name", _("请填写名称"))
        self.rows[code] = row
        self.parents[row] = _code(cells, "parent_code")
        self.ready[row] = Place(0, code, name, _kind(cells.get("kind")), "", None)

    def settle(self) -> None:
        """Place the units kind by kind, so that every parent stands before its children."""
        self.places = Places.read()
        ids = iter(take_ids(Unit, len(self.ready)))
        for row, unit in sorted(self.ready.items(), key=lambda entry: (KINDS.index(entry[1].kind), entry[0])):
            try:
                self._place(unit, self.parents[row], ids)
            except Fault as fault:
                self.refuse(row, fault)
                del self.ready[row]

    def _place(self, unit: Place, parent_code: str, ids: Any) -> None:
        parent = self.places.by_code.get(parent_code)
        if parent_code and parent is None:
            raise Fault("parent_code", _("没有编码为 %(code)s 的上级单位", code=parent_code))
        if same := self.places.by_code.get(unit.code):
            raise _twin(unit, same, parent)
        _check_order(unit, parent)
        unit.id, unit.parent_id = next(ids), parent.id if parent else None
        unit.path = f"{parent.path if parent else ''}{unit.code}/"
        self.places.add(unit)

    def store(self) -> None:
        units = sorted(self.ready.values(), key=lambda unit: KINDS.index(unit.kind))
        today = day(clock.today())
        names = ("id", "uid", "code", "name", "kind", "parent_id", "path", "opened_on")
        rows = [
            (unit.id, uid, unit.code, unit.name, unit.kind, unit.parent_id, unit.path, today)
            for unit, uid in zip(units, new_uids(len(units)), strict=True)
        ]
        insert(Unit, names, rows)


def _code(cells: Cells, field: str) -> str:
    code = clean_code(cell_text(cells.get(field)))
    if code and not _CODE.fullmatch(code):
        raise Fault(field, _("编码只有数字和字母，最多 20 位"))
    return code


def _kind(value: Any) -> str:
    words = clean_code(cell_text(value))
    if words not in _KINDS:
        raise Fault(
            "kind", _("没有“%(words)s”这一类，可以填：%(shown)s", words=words[:30], shown="、".join(KINDS))
        )
    return _KINDS[words]


def _twin(unit: Place, same: Place, parent: Place | None) -> Fault:
    if (unit.name, unit.kind) == (same.name, same.kind) and same.parent_id == (parent.id if parent else None):
        return Twin("code", _("已有这个单位"))
    return Fault("code", _("编码已用于“%(name)s”，名称、类型或上级不一样", name=same.name))


def _check_order(unit: Place, parent: Place | None) -> None:
    """As `gridunion.tree` places units: higher kinds above lower ones, a cell in a community."""
    if parent is None:
        if unit.kind not in ("city_federation", "district_federation"):
            raise Fault("parent_code", _("请填写上级编码"))
    elif KINDS.index(parent.kind) >= KINDS.index(unit.kind):
        raise Fault(
            "parent_code", _("%(unit)s不能在%(parent)s下面", unit=_words(unit), parent=_words(parent))
        )
    elif unit.kind == "cell" and parent.kind != "community_union":
        raise Fault("parent_code", _("网格的上级应为社区工会，不是%(parent)s", parent=_words(parent)))


def _words(unit: Place) -> str:
    return KIND_WORDS[unit.kind]
