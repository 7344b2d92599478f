"""网格页: the three questions asked of a grid worker, answered within two taps."""

import re
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import settings
from gridunion.accounts.models import Account, Posting
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from tests.conftest import Page, Someone, as_viewer, member, unit
from tests.test_queries import asked


def _phone(n: int) -> str:
    return f"1360916{n:04d}"


def _staff(
    n: int, first: int = 0, cell: str = "211", employer: str = "汉宁轩饭店", **known: object
) -> list[Person]:
    return [
        member(f"王秀兰{i}", cell, _phone(i), employer_name=employer, **known)
        for i in range(first, first + n)
    ]


def _restaurant() -> None:
    with write():
        db.session.add(Employer(unit=unit("21"), name="汉宁轩饭店"))
    _staff(3, migrant=True)
    _staff(2, 10, migrant=False)
    _staff(1, 20)
    _staff(2, 30, cell="2110", migrant=True)  # the neighbor's
    with write():
        applies = {"employer_name": "汉宁轩饭店", "migrant": True}
        Person.register(
            unit("211"), as_viewer("worker"), "grid_visit", name="李小满", phone=_phone(40), **applies
        )


def _links(page: Page) -> dict[str, str]:
    """Words and number of each link → where it leads."""
    found = re.findall(
        r'<a class="chip" href="([^"]+)"[^>]*>([^<]+) <span class="n">(\d+)</span></a>', page.html
    )
    return {f"{words.strip()} {n}": url for url, words, n in found}


def test_how_many_outside_workers_are_in_that_restaurant(lifted: Flask, worker: Someone) -> None:
    _restaurant()
    page = worker.get(worker.get("/status/cell", 303).location)
    links = _links(page)
    assert "汉宁轩饭店" in page and set(links) == {"在这里上班 7", "会员 6", "外来职工 3", "没问过 1"}
    for words, url in links.items():
        assert worker.get(url).total == int(words.split()[1]), words


def test_a_restaurant_that_is_not_in_the_ledger_counts_too(lifted: Flask, worker: Someone) -> None:
    _staff(2, employer="路边小馆", migrant=True)
    page = worker.get("/status/cell/211")
    url = _links(page)["外来职工 2"]
    assert "台账上没有的单位" in page and "路边小馆" in worker.get(url)


def test_how_many_in_hardship_and_why_is_this_one(lifted: Flask, worker: Someone) -> None:
    (ill, *_), (gone, *_) = _staff(2), _staff(1, 50, cell="2110")
    with write():
        ill.note_hardship("deep", "丈夫透析，一个人上班")
        gone.note_hardship("deep", "隔壁网格的事")
    page = worker.get("/status/cell/211")
    url = re.search(r'困难职工</span><div class="v"><a href="([^"]+)">1</a>', page.html)
    assert url
    listed = worker.get(url[1])
    assert listed.total == 1 and "丈夫透析" in listed and "深度困难" in listed and "11月19日 起" in listed
    assert "隔壁" not in listed


def test_the_street_sees_the_class_and_not_the_story(lifted: Flask, supervisor: Someone) -> None:
    (ill,) = _staff(1)
    with write():
        ill.note_hardship("deep", "丈夫透析，一个人上班")
    listed = supervisor.get("/status/cell/211/hardship")
    assert listed.total == 1 and "深度困难" in listed and "透析" not in listed


def test_the_number_of_the_cell_is_that_of_the_board(lifted: Flask, leader: Someone) -> None:
    _restaurant()
    assert leader.get("/status/cell/211/members").total == leader.get("/status/211/members").total == 6
    assert "/status/cell/211" in leader.get("/status/211").html


def test_the_cell_of_others_is_not_there(lifted: Flask, worker: Someone, stranger: Someone) -> None:
    _restaurant()
    shop = db.session.scalars(select(Employer)).one()
    worker.get("/status/cell/2110", 404)
    stranger.get(f"/status/cell/211/at/{shop.uid}/people", 404)
    stranger.get(f"/status/cell/221/at/{shop.uid}/people", 404)


def test_from_today_it_is_one_tap(lifted: Flask, worker: Someone) -> None:
    assert 'href="/status/cell"' in worker.get("/today").html


def test_a_larger_cell_asks_no_more_often(
    lifted: Flask, worker: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "FRESH_SECONDS", 3600)
    _restaurant()
    worker.get("/status/cell/211")
    with asked(worker.site) as few:
        worker.get("/status/cell/211")
    for n in range(21):
        with write():
            db.session.add(Employer(unit=unit("21"), name=f"第{n}店"))
        _staff(1, 100 + n, employer=f"第{n}店")
    worker.get("/status/cell/211")
    with asked(worker.site) as many:
        page = worker.get("/status/cell/211")
    assert len(many) == len(few) <= 9
    assert page.total == 22 and page.html.count('class="chips') == 20
    rest = re.search(r'href="(/status/cell/211\?after=[^"]+)"', page.html)
    assert rest and worker.get(rest[1]).html.count('class="chips') == 2


def test_who_works_in_several_cells_sees_each_with_its_numbers(lifted: Flask, worker: Someone) -> None:
    (ill, *_) = _staff(2, cell="2110")
    with write():
        ill.note_hardship("deep", None)
        account = db.session.scalars(select(Account).where(Account.login == "worker")).one()
        Posting.give(account, "grid_worker", unit("2110"), date(2026, 1, 1))
    page = worker.get("/status/cell")
    links = _links(page)
    assert (
        page.total == 2
        and worker.get(links["困难职工 1"]).total == 1
        and worker.get(links["会员 2"]).total == 2
    )


def test_a_long_list_goes_on_in_place(lifted: Flask, worker: Someone) -> None:
    _staff(21, migrant=True)
    first = worker.get("/status/cell/211/members")
    more = re.search(r'hx-get="([^"]+)"', first.html)
    assert more and first.total == 21
    rest = worker.get(more[1], headers={"HX-Request": "true", "HX-Target": "rows"})
    assert rest.html.count("/members/") == 1 and "<html" not in rest.html
