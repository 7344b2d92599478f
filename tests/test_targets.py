"""The year's targets: set by the union above, achieved by records one can open, and never by a cell."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from gridunion.audit import Trail
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.status.targets import Goal, Target
from tests import histories
from tests.conftest import Someone, member, unit

MINE, HERS = "/status/21/targets", "/status/2/targets"


def known() -> dict[tuple[str, str], int]:
    db.session.rollback()
    db.session.expire_all()
    return {(it.unit.code, it.measure): it.goal for it in db.session.scalars(select(Target))}


def a_year() -> None:
    """Of 2026: three members who joined, one in a cell that went to another street; two unions, one nobody dated."""
    for n, cell in enumerate(("211", "2110", "212")):
        member(f"赵{n}", cell, phone=f"1360916209{n}")
    histories.move("212", "22")  # to another street, with what happened in it
    with write():
        for name, state, day in (
            ("明珠一店", "organized", date(2026, 3, 1)), ("明珠二店", "joint", date(2026, 11, 2)),
            ("老厂", "organized", None), ("旧店", "organized", date(2025, 12, 31)),
            ("新店", "unorganized", date(2026, 5, 1)),
        ):  # fmt: skip
            db.session.add(Employer(unit=unit("21"), name=name, union_state=state, founded_on=day))


def test_the_street_sets_targets_and_what_is_missing_stands_beside_the_records(
    site: Flask, lifted: Flask, supervisor: Someone, leader: Someone, auditor: Someone
) -> None:
    a_year()
    supervisor.post(MINE, {"year": "2026", "founded": "2", "joined": "10"})
    assert known() == {("21", "founded"): 2, ("21", "joined"): 10}
    page = supervisor.get(HERS)
    assert "还差 8 人" in page and "完成了" in page and "杜丽华 11月19日定" in page
    for code, name, count in (
        ("21", "joined", 2),
        ("2", "joined", 2),
        ("21", "founded", 2),
        ("21", "undated", 1),
    ):
        when = "" if name == "undated" else "?when=2026"
        assert f'href="/status/{code}/{name}{when}"' in supervisor.get(f"/status/{code}/targets").html
        records = supervisor.get(f"/status/{code}/{name}{when}")
        assert records.total == records.html.count('<li><div class="cell">') == count
    assert leader.get("/status/21/founded?when=2025").total == 1
    assert "3月1日建会" in leader.get("/status/21/founded?when=2026")
    assert "/founded?" not in leader.get(f"{MINE}?year=2027").html  # a year to come has no records to open
    assert "新发展会员目标 10 人，完成 2 人（20%），还差 8 人" in leader.get("/status/21")
    assert "新建会单位目标 2 家，完成 2 家（100%），完成了" in leader.get("/reports/21/2026-11")
    assert "新建会单位目标 2 家，完成 1 家（50%），还差 1 家" in leader.get("/reports/21/2026-10")
    assert "还差 8 人" not in supervisor.get("/status/2")  # the street has none of its own
    assert "年度目标" in auditor.get("/trail")


def test_somebody_who_moved_away_is_counted_where_they_joined_and_not_named(
    site: Flask, lifted: Flask, leader: Someone
) -> None:
    person = member()
    with write():
        person.unit = unit("221")
    page = leader.get("/status/21/joined?when=2026")
    assert page.total == 1 and "已转走的会员" in page and "王秀兰" not in page


def test_only_a_union_above_sets_a_target_and_never_one_for_a_cell(
    site: Flask, lifted: Flask, supervisor: Someone, leader: Someone, district: Someone
) -> None:
    typed = {"year": "2026", "joined": "10"}
    leader.post(MINE, typed, 403)
    supervisor.post(HERS, typed, 409)
    supervisor.post("/status/211/targets", typed, 409)
    supervisor.post("/status/22/targets", typed, 404)
    form = 'name="joined"'
    assert form not in leader.get(f"{MINE}?set=21").html and form in supervisor.get(f"{HERS}?set=21").html
    assert known() == {}
    district.post(HERS, typed)
    assert known() == {("2", "joined"): 10}


def test_a_target_is_changed_and_taken_back_and_two_who_set_it_do_not_overwrite_each_other(
    site: Flask, lifted: Flask, supervisor: Someone
) -> None:
    supervisor.post(MINE, {"year": "2026", "joined": "10"})
    assert "别人刚改过" in supervisor.post(MINE, {"year": "2026", "joined": "30"}, 422)
    supervisor.post(MINE, {"year": "2026", "joined": "20", "seen": "joined1"})
    assert known() == {("21", "joined"): 20}
    changed = select(Trail.detail).where(Trail.kind == "target", Trail.action == "change")
    assert [detail["goal"] for detail in db.session.scalars(changed)] == [[10, 20]]
    supervisor.post(MINE, {"year": "2026", "joined": "", "seen": "joined2"})
    assert known() == {}
    for typed in ("-1", "1000001", "x", "9" * 30):
        assert "有 1 处要改" in supervisor.post(MINE, {"year": "2026", "joined": typed}, 422)
    for query in ("year=1999", "year=x", "year=²"):
        supervisor.get(f"{MINE}?{query}", 404)


def test_what_is_more_than_all_is_told_as_it_is() -> None:
    assert (Goal("joined", 10, 12).percent, Goal("joined", 10, 12).missing) == (120, 0)
    assert Goal("joined", 3, 2).percent == 66 and Goal("joined", None, 2).percent == 0
