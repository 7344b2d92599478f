"""Seeing: lists narrowed by their address, how long cases take, and what was said before."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from gridunion import clock
from gridunion.complaints.listing import looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.pace import paces, rank
from gridunion.db import db, write
from tests.conftest import NOON, Someone, as_viewer, member
from tests.test_complaints import assigned, look_again, resolved, taken, there
from tests.test_protection import SHOP, bind, ledger


def shown(someone: Someone, query: str) -> set[str]:
    """The cases of a list, by the words their names bear."""
    page = someone.get(f"/complaints/?show=open&{query}")
    names = set(re.findall(r'href="/complaints/[0-9a-f-]{36}">([^<]+)<', page.html))
    assert page.total == len(names)
    return names


@pytest.fixture
def queue(lifted: Flask) -> Flask:
    ledger()
    with clock.at(NOON - timedelta(days=20)):
        taken(name="老案", category="welfare")
    taken(name="急案", urgent=True, category="contract")
    assigned(name="他的", employer_name=SHOP)
    assigned(to="leader", name="她的")
    taken(name="暗案", category="harassment", urgent=True)
    return lifted


def test_a_list_is_narrowed_by_its_address(queue: Flask, leader: Someone, supervisor: Someone) -> None:
    page = leader.get("/complaints/?show=open")
    handlers = dict(re.findall(r'<option value="([0-9a-f]{32})">([^<]+)', page.html))
    uid = {name: uid for uid, name in handlers.items()}
    assert set(uid) == {"周素琴", "何建平"}
    assert shown(leader, f"handler={uid['周素琴']}") == {"他的"}
    assert shown(supervisor, "urgent=1") == {"急案"}
    assert shown(leader, "urgent=1") == {"急案", "保密"}, "who is named sees that there is one"
    assert shown(leader, "age=15") == {"老案"} and shown(leader, "age=30") == set()
    assert shown(leader, "category=wages") == {"他的", "她的"}
    assert shown(leader, f"category=wages&handler={uid['何建平']}") == {"她的"}
    assert shown(supervisor, "category=harassment") == set()
    assert len(shown(leader, "category=nonsense&age=8&handler=x")) == 5, "what says nothing narrows nothing"


def test_the_page_of_an_employer_leads_to_its_cases(queue: Flask, leader: Someone, worker: Someone) -> None:
    (uid,) = set(re.findall(r"/employers/([0-9a-f-]{36})", leader.get("/employers/").html))
    page = leader.get(f"/employers/{uid}")
    (href,) = re.findall(r'href="(/complaints/\?[^"]*employer=[^"]+)"', page.html)
    listed = leader.get(href.replace("&amp;", "&"))
    assert listed.total == 1 and SHOP in listed and "他的" in listed
    assert SHOP not in worker.get(href.replace("&amp;", "&")), "who keeps no ledger is told no name of it"


def test_a_narrowed_list_keeps_its_filters_while_it_goes_on(lifted: Flask, leader: Someone) -> None:
    for _ in range(21):
        taken(category="welfare")
    taken()
    page = leader.get("/complaints/?show=open&category=welfare")
    assert page.total == 21
    (more,) = set(re.findall(r'class="more btn btn-q" href="([^"]+)"', page.html))
    assert "category=welfare" in more
    assert (
        len(re.findall(r'href="/complaints/[0-9a-f-]{36}"', leader.get(more.replace("&amp;", "&")).html)) == 1
    )


# ── how long it takes ──


@pytest.mark.parametrize(
    ("took", "median", "ninth"),
    [([5], 5, 5), ([1, 9], 1, 9), ([3, 1, 2], 2, 3), (list(range(1, 11)), 5, 9), (list(range(10, 0, -1)), 5, 9),
     ([0] * 9 + [30], 0, 0), ([0] * 8 + [30] * 2, 0, 30), (list(range(1, 101)), 50, 90)],
)  # fmt: skip
def test_the_ranks_are_the_nearest_ones(took: list[int], median: int, ninth: int) -> None:
    assert (rank(took, 0.5), rank(took, 0.9)) == (median, ninth)


def closed(accepted: tuple[int, int], ended: tuple[int, int], **asked: object) -> None:
    """A case that was accepted and closed on days of 2026."""
    case = taken(**asked)
    change = update(Complaint.__table__).where(Complaint.__table__.c.id == case.id)
    with write():
        db.session.execute(
            change.values(
                state="closed",
                accepted_at=datetime(2026, *accepted, 9, tzinfo=clock.SHANGHAI),
                closed_at=datetime(2026, *ended, 16, tzinfo=clock.SHANGHAI),
            ),
            execution_options={"branch": True},
        )


def test_the_pace_counts_working_days_and_knows_the_holidays(lifted: Flask, leader: Someone) -> None:
    with looking(as_viewer("leader"), "see complaints"):
        for ended in ((9, 30), (9, 30), (10, 8), (10, 9), (10, 10)):
            closed((9, 29), ended)  # 1 to 7 October are off, the 10th is a Saturday made up for
        total, kind = paces()
    assert (total.count, total.median, total.ninth) == (5, 2, 4)
    assert (kind.words, kind.count) == ("劳动争议", 5)
    page = leader.get("/complaints/pace")
    assert "一半在 2 天内，九成在 4 天内" in page


def test_few_old_and_sealed_ones_give_no_days(lifted: Flask, leader: Someone, supervisor: Someone) -> None:
    for _ in range(4):
        closed((11, 2), (11, 4))
    closed((7, 1), (7, 3))
    closed((11, 2), (11, 18), category="harassment")
    for someone in (leader, supervisor):
        page = someone.get("/complaints/pace")
        assert "4 件" in page and "件数太少" in page and "5 件" not in page


# ── again ──


def test_who_asks_the_same_again_within_ninety_days_is_linked(lifted: Flask, leader: Someone) -> None:
    ledger()
    person = member()
    with clock.at(NOON - timedelta(days=91)):
        taken(person=person, employer_name=SHOP)
    with clock.at(NOON - timedelta(days=89)):
        first = taken(person=person, employer_name=SHOP)
    others = [
        taken(person=person, employer_name=SHOP, category="welfare"),
        taken(person=person, employer_name="别的单位"),
        taken(employer_name=SHOP, phone="13809165599"),
        taken(person=person, employer_name=SHOP, category="harassment"),
    ]
    again = taken(person=person, employer_name=SHOP)
    assert [case.repeat_of_id for case in others] == [None] * 4
    assert again.repeat_of_id == first.id
    assert f"诉求 {first.code}" in leader.get(there(again)) and f"诉求 {again.code}" in leader.get(
        there(first)
    )
    assert leader.get("/complaints/?show=all&repeat=1").total == 2, "each repeats the one before it"
    ledger("别的单位")
    assert taken(person=person, employer_name="别的单位").repeat_of_id == others[1].id, (
        "the ledger has it now"
    )
    silent = [taken(person=person), taken(person=person)]
    assert [case.repeat_of_id for case in silent] == [None, silent[0].id], "of nobody is another matter"


def test_who_is_in_no_register_is_known_by_the_phone(lifted: Flask, leader: Someone, nobody: Someone) -> None:
    first = taken(employer_name=SHOP)
    other, secret = taken(employer_name=SHOP, phone=None), taken(employer_name=SHOP, category="harassment")
    sent = {"name": "小马", "phone": "138 0916 5520", "category": "wages", "text": "工资还没发", "people": "1",
            "employer_name": SHOP, "agree": "y"}  # fmt: skip
    nobody.post("/report/211", sent)
    [again] = db.session.scalars(select(Complaint).where(Complaint.channel == "online"))
    assert again.repeat_of_id == first.id and other.repeat_of_id is None
    assert secret.phone_index is None, "nothing ties a sealed one to another"
    assert f"诉求 {first.code}" in leader.get(there(again))


def test_a_link_leads_nobody_to_what_he_may_not_read(
    lifted: Flask, worker: Someone, neighbor: Someone
) -> None:
    person = member()
    first = taken(person=person)
    again = taken("2110", "neighbor", person=person)
    assert again.repeat_of_id == first.id
    assert f"诉求 {first.code}" not in neighbor.get(there(again))


def test_money_pace_and_repeats_stay_from_who_is_bound(lifted: Flask, leader: Someone) -> None:
    employer = ledger()
    for _ in range(5):
        closed((11, 2), (11, 4), employer_name=SHOP)
    resolved(employer_name=SHOP)
    bind("leader")
    assert "5 件" not in leader.get("/complaints/pace") and "0 件" in leader.get("/complaints/pace")
    assert leader.get(f"/complaints/?show=all&employer={employer.uid}").total == 0
    look_again()
    assert len(db.session.scalars(select(Complaint)).all()) == 6
