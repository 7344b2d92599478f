"""What leaders do with the ledger of employers."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from gridunion.audit import Trail
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.gone import EmployerGone
from gridunion.tree import everywhere
from tests.conftest import Someone, member, unit

GOOD = "91610702MA6YW0YQ6A"


def _uid(site: Flask, code: str) -> str:
    with site.app_context(), everywhere():
        return unit(code).uid.hex


def _employer(name: str = "汉宁轩酒楼", code: str = "21", **known: Any) -> Employer:
    """Inside `lifted`; commits."""
    with write():
        employer = Employer(unit=unit(code), name=name, **known)
        db.session.add(employer)
    return employer


def _form(site: Flask, code: str = "21", **said: str) -> dict[str, str]:
    return {
        "name": "汉宁轩酒楼",
        "unit": _uid(site, code),
        "union_state": "unorganized",
        "state": "active",
    } | said


def test_a_leader_registers_a_shop_without_a_credit_code(site: Flask, leader: Someone) -> None:
    page = leader.post("/employers/new", _form(site, headcount="12", women="5"))
    shown = leader.get(page.location)
    assert "汉宁轩酒楼" in shown
    assert "12 人，女 5 人" in shown
    assert leader.get("/employers/?show=unorganized").total == 1
    assert leader.get("/employers/?show=organized").total == 0


def test_the_number_on_a_chip_is_the_number_of_rows_behind_it(lifted: Flask, leader: Someone) -> None:
    for n in range(45):
        _employer(
            f"第{n}店",
            union_state=("unorganized", "organized", "joint")[n % 3],
            state="closed" if n == 44 else "active",
        )
    for shown, count in (("all", 44), ("unorganized", 15), ("organized", 29), ("closed", 1)):
        page = leader.get(f"/employers/?show={shown}")
        assert page.total == count
        assert _walk(leader, page) == count


def _walk(leader: Someone, page: Any) -> int:
    """How many rows there are when every page is turned."""
    rows = page.html.count('<span class="main"><a href="/employers/')
    while 'id="rows"' in page.html:
        url = (
            page.html.split('id="rows"><a class="more btn btn-q" href="')[1]
            .split('"')[0]
            .replace("&amp;", "&")
        )
        page = leader.get(url)
        rows += page.html.count('<span class="main"><a href="/employers/')
    return rows


def test_a_bad_credit_code_is_refused_in_words_and_nothing_typed_is_lost(
    site: Flask, leader: Someone
) -> None:
    page = leader.post("/employers/new", _form(site, uscc="91610702MA6YW0YQ6B"), 422)
    assert "汉宁轩酒楼" in page.html
    assert "91610702MA6YW0YQ6B" in page.html


def test_a_credit_code_stands_once_and_says_where_only_in_ones_own_branch(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    code = _good_code()
    _employer("汉宁轩酒楼", uscc=code)
    assert "这个代码已登记：汉宁轩酒楼" in leader.post(
        "/employers/new", _form(lifted, name="另一家", uscc=code), 422
    )
    page = leader2.post("/employers/new", _form(lifted, "210", name="另一家", uscc=code), 422)
    assert "已在别的社区登记" in page
    assert "汉宁轩" not in page


def _good_code() -> str:
    """A credit code whose check digit is right (GB 32100-2015)."""
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    stem = "91610702MA6YW0YQ6"
    total = sum(signs.index(sign) * 3**place for place, sign in enumerate(stem))
    return stem + signs[(31 - total % 31) % 31]


def test_the_same_name_stands_once_in_a_community_but_again_in_another(
    lifted: Flask, leader: Someone
) -> None:
    _employer("兰州拉面", "210")
    leader.post("/employers/new", _form(lifted, name="兰州拉面"))
    assert "已经登记过这个单位" in leader.post("/employers/new", _form(lifted, name="兰州拉面"), 422)


def test_women_are_not_more_than_all(site: Flask, leader: Someone) -> None:
    assert "女职工不能比职工总数多" in leader.post(
        "/employers/new", _form(site, headcount="3", women="4"), 422
    )
    leader.post("/employers/new", _form(site, headcount="-1"), 422)
    leader.post("/employers/new", _form(site, headcount="many"), 422)


def test_an_employer_of_another_community_does_not_exist(
    lifted: Flask, leader: Someone, leader2: Someone
) -> None:
    employer = _employer()
    leader.get(f"/employers/{employer.uid}")
    leader2.get(f"/employers/{employer.uid}", 404)
    leader2.post(f"/employers/{employer.uid}/edit", _form(lifted, "210"), 404)
    assert leader2.get("/employers/").total == 0
    assert (
        "汉宁轩"
        not in leader2.post("/employers/search", {"q": "宁轩"}, 200)
        .html.split("没有找到")[0]
        .split('id="list"')[1]
    )


def test_a_leader_cannot_put_an_employer_into_anothers_community(site: Flask, leader: Someone) -> None:
    leader.post("/employers/new", _form(site, "210"), 422)


def test_the_supervisor_reads_the_ledger_of_all_communities_and_changes_nothing(
    lifted: Flask, supervisor: Someone
) -> None:
    employer = _employer()
    _employer("太白面馆", "210")
    _employer("莲湖面馆", "22")
    assert supervisor.get("/employers/").total == 2
    supervisor.get(f"/employers/{employer.uid}/edit", 403)
    assert "登记单位" not in supervisor.get("/employers/")


def test_two_who_edit_at_once_are_told(lifted: Flask, leader: Someone) -> None:
    employer = _employer()
    leader.post(f"/employers/{employer.uid}/edit", _form(lifted, contact="田桂珍", row_version="1"))
    late = leader.post(
        f"/employers/{employer.uid}/edit", _form(lifted, contact="何建平", row_version="1"), 409
    )
    assert "田桂珍" in late
    assert "何建平" in late.html
    leader.post(f"/employers/{employer.uid}/edit", _form(lifted, contact="何建平", row_version="2"))
    assert "何建平" in leader.get(f"/employers/{employer.uid}")


def test_a_contacts_number_is_masked_until_asked_for_and_that_is_noted(
    lifted: Flask, leader: Someone
) -> None:
    employer = _employer(phone="13809165520")
    assert "13809165520" not in leader.get(f"/employers/{employer.uid}").html
    assert "138 0916 5520" in leader.post(f"/employers/{employer.uid}/phone", {}, 200)
    assert leader.get(f"/employers/{employer.uid}/phone", 303).location == f"/employers/{employer.uid}"
    noted = db.session.scalars(select(Trail).where(Trail.action == "reveal phone")).one()
    assert noted.record_uid == employer.uid


def test_a_member_of_a_cell_is_tied_to_the_employer_of_the_community(lifted: Flask) -> None:
    employer = _employer()
    assert member(employer_name="汉宁轩酒楼").employer_id == employer.id


def test_search_finds_by_a_part_of_the_name_and_takes_signs_literally(lifted: Flask, leader: Someone) -> None:
    _employer("100%好面馆")
    _employer("百分百面馆")
    assert leader.post("/employers/search", {"q": "面馆"}, 200).total == 2
    assert leader.post("/employers/search", {"q": "0%好"}, 200).total == 1
    leader.post("/employers/search", {"q": ""}, 303)


def test_the_ledger_goes_to_the_community_that_takes_the_place_of_another(
    lifted: Flask, leader: Someone, admin: Someone
) -> None:
    shop = _employer()
    member("王秀兰", employer_name=shop.name)
    code, today = "610702001009", "2026-11-19"
    named = {"kind": "community_union", "code": code, "name": "新城社区工会", "opened_on": today}
    admin.post("/units/2/new", named)
    for cell in ("211", "2110"):
        admin.post(f"/units/{cell}/move", {"parent": code})
    admin.post("/units/21/close", {"on": today, "heir": code})
    db.session.expire_all()
    assert db.session.scalars(select(Employer)).one().unit.code == code
    assert db.session.scalars(select(EmployerGone)).all() == []  # her colleagues came along
