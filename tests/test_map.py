"""The map of cells: each tile where somebody put it, with the same light and figures as the board."""

import re

from flask import Flask
from sqlalchemy import select

from gridunion.audit import Trail
from gridunion.db import db, write
from gridunion.status.board import board, cell_lines
from gridunion.status.tiles import MapTile
from gridunion.tree import Unit
from tests import histories
from tests.conftest import Page, Someone, unit

SPOTS = re.compile(r'<li class="(bare|d-\w+)"[^>]*>(?:<a href="/status/(\d+))?')


def seen(page: Page) -> list[str]:
    """The codes on the map in the order in which one reads them; nothing where nothing lies."""
    return [code for _cls, code in SPOTS.findall(page.html)]


def test_tiles_lie_in_the_order_of_codes_until_somebody_moves_one(
    site: Flask, lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    histories.grow("213", "21"), histories.grow("214", "21")
    assert seen(leader.get("/status/21/map")) == ["211", "2110", "213", "214"]
    leader.post("/status/21/map", {"tile": "211", "column": "3", "row": "2"})
    assert seen(leader.get("/status/21/map")) == ["", "2110", "213", "214", "", "", "211", ""]
    supervisor.post("/status/21/map", {"tile": "214", "column": "2", "row": "1"})
    page = supervisor.get("/status/21/map")
    assert seen(page) == ["", "214", "213", "2110", "", "", "211", ""]
    assert "杜丽华 11月19日" in page
    db.session.rollback()
    changed = select(Trail.detail).where(Trail.kind == "map_tile", Trail.action == "change")
    assert [4, 2] in [detail.get("across") for detail in db.session.scalars(changed)]


def test_two_tiles_never_lie_on_each_other_also_when_a_cell_comes_from_elsewhere(
    site: Flask, lifted: Flask, leader: Someone
) -> None:
    with write():
        for code in ("211", "212"):
            db.session.add(MapTile(unit_id=unit(code).id, across=2, down=1, placed_by="何建平"))
    histories.move("212", "21")
    assert seen(leader.get("/status/21/map")) == ["2110", "211", "212"]


def test_a_place_that_is_none_is_refused_with_a_sentence_and_nothing_moves(leader: Someone) -> None:
    for typed in ({"column": "7", "row": "1"}, {"column": "1", "row": "0"}, {"column": "", "row": "x"}):
        assert "有" in leader.post("/status/21/map", {"tile": "211", **typed}, 422)
    assert "列填 1 到 6，行填 1 到 40" in leader.post(
        "/status/21/map", {"tile": "211", "column": "9" * 30, "row": "1"}, 422
    )
    leader.post("/status/21/map", {"tile": "212", "column": "2", "row": "2"}, 422)  # of another community
    leader.post("/status/211/map", {"tile": "211", "column": "2", "row": "2"}, 409)
    with leader.site.app_context(), write():
        assert not db.session.execute(select(MapTile.__table__), execution_options={"branch": True}).all()


def test_who_does_not_see_the_board_sees_no_map(worker: Someone, leader2: Someone, leader: Someone) -> None:
    worker.get("/status/21/map", 403)
    leader2.get("/status/21/map", 404)
    leader2.post("/status/21/map", {"tile": "211", "column": "1", "row": "1"}, 404)
    assert leader.get("/status/map", 303).location == "/status/21/map"
    assert leader.get("/status/211/map", 303).location == "/status/211"
    leader.get("/status/21/map?show=2026", 404)


def test_a_street_shows_its_communities_or_all_its_cells_each_as_its_board_says(
    site: Flask, lifted: Flask, supervisor: Someone
) -> None:
    histories.a_month()
    with histories.on(3):  # what was stored holds no longer
        supervisor = Someone(site, "supervisor")
        assert seen(supervisor.get("/status/2/map")) == ["21", "210"]
        page = supervisor.get("/status/2/map?by=cells&show=overdue")
        assert seen(page) == ["211", "2110", "212"]
        assert "太白社区工会" in page and "莲湖" not in page
        told = {line.unit.code: line for line in cell_lines(unit("2"))}
        for code in ("21", "210"):
            for line in board(unit(code)).lines:
                if not line.own:
                    same = told[line.unit.code]
                    assert (same.light, same.counts) == (line.light, line.counts)
        assert f"超期 {told['211'].counts['overdue'] or '没有'} 件" in page


def test_the_map_has_every_unit_of_the_board_in_its_table(site: Flask, lifted: Flask) -> None:
    histories.a_month()
    district = Someone(site, "district")
    page = district.get("/status/1/map?show=members")
    assert page.total == 2 and len(board(unit("1")).lines) == 2
    members = board(unit("1")).lines[0].counts["members"]
    assert f"会员 {members} 人" in page
    with write():
        db.session.add(Unit.under(unit("2"), code="29", name="新社区工会", kind="community_union"))
    assert "还没有组织" in Someone(site, "supervisor").get("/status/29/map")


def test_every_way_of_looking_at_the_map_opens(site: Flask, lifted: Flask, supervisor: Someone) -> None:
    for page in ("/status/2/map", "/status/2/map?by=cells&show=members", "/status/21/map?arrange=211"):
        for href in set(re.findall(r'href="(/status/\d+/map[^"]*)"', supervisor.get(page).html)):
            supervisor.get(href.replace("&amp;", "&"))
