"""Who keeps away from a case, who is named for a sealed one, and that nobody else learns of it."""

from datetime import date

from flask import Flask
from sqlalchemy import select

from gridunion import audit, clock
from gridunion.accounts.models import Posting
from gridunion.complaints import hands
from gridunion.complaints.conflicts import Tie
from gridunion.complaints.listing import counts, looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.readers import Reader
from gridunion.complaints.turns import NotYours
from gridunion.db import db, write
from gridunion.employers.models import Employer
from tests.conftest import Someone, as_viewer, unit
from tests.test_complaints import OPTIONS, account, assigned, look_again, taken, there

SHOP = "汉江快递站"


def ledger(name: str = SHOP) -> Employer:
    with write():
        db.session.add(employer := Employer(name=name, unit=unit("21"), headcount=200))
    return employer


def bind(login: str, name: str = SHOP, until: date | None = None) -> None:
    """Somebody declared a tie. Commits."""
    with write():
        db.session.add(
            Tie(account_id=account(login).id, employer_name=name, kind="family",
                from_on=date(2026, 1, 1), until_on=until)
        )  # fmt: skip


def officer(login: str) -> None:
    with write():
        account(login).held[0].duty = "women"


# ── ties ──


def test_somebody_declares_a_tie_and_ends_it(lifted: Flask, worker: Someone, leader: Someone) -> None:
    ledger()
    page = worker.post("/ties/", {"employer_name": SHOP, "kind": "family", "from_on": "2026-11-01"})
    assert SHOP in worker.get(page.location)
    tie = db.session.scalars(select(Tie)).one()
    assert tie.employer_id == db.session.scalar(select(Employer.id)), "the ledger of the community knows it"
    assert SHOP in leader.get("/ties/") and "周素琴" in leader.get("/ties/")
    leader.post("/ties/end", {"tie": str(tie.uid)}, status=422)
    worker.post("/ties/end", {"tie": str(tie.uid)})
    look_again()
    assert not db.session.scalars(select(Tie)).one().holds
    worker.post("/ties/", {"employer_name": ""}, status=422)


def test_who_declared_a_tie_is_neither_offered_nor_given_the_case(lifted: Flask, leader: Someone) -> None:
    ledger()
    bind("worker")
    case = taken(employer_name=SHOP)
    assert "周素琴" not in leader.get(there(case, "assign")).html
    assert [row[:3] for row in OPTIONS.findall(leader.get("/inbox").html)] == ["何建平"]
    try:
        case.assign(account("worker"), as_viewer("leader"))
        raise AssertionError("given to who is bound")
    except NotYours:
        assert case.state == "registered"


def test_a_tie_takes_the_case_from_sight_at_the_next_request(lifted: Flask, worker: Someone) -> None:
    ledger()
    case = assigned(employer_name=SHOP)
    assert "两个月工资没发" in worker.get(there(case))
    bind("worker")
    worker.get(there(case), 404)
    worker.post(there(case, "progress"), {"words": "问过站点了，月底发"}, 404)
    for url in ("/today", "/complaints/?show=mine", "/complaints/?show=all"):
        assert "马小军" not in worker.get(url)
    with looking(as_viewer("leader"), "see complaints"):
        assert counts("assign") == {"assign": 1}, "it waits for another hand"
    look_again()
    assert db.session.get_one(Complaint, case.id).lost_its_hand


def test_a_tie_that_is_over_binds_nobody(lifted: Flask, worker: Someone) -> None:
    ledger()
    bind("worker", until=clock.today())
    assert "两个月工资没发" in worker.get(there(taken(employer_name=SHOP)))


def test_an_employer_known_only_by_name_is_kept_from_who_is_bound_to_it(
    lifted: Flask, worker: Someone
) -> None:
    bind("worker", "没登记的饭馆")
    case = taken(employer_name="没登记的饭馆")
    worker.get(there(case), 404)
    worker.get(there(case, "progress"), 404)


def test_who_takes_down_a_case_he_may_not_read_is_told_so(lifted: Flask, worker: Someone) -> None:
    ledger()
    bind("worker")
    sent = {"name": "马小军", "phone": "13809165520", "category": "wages", "text": "工资没发",
            "employer_name": SHOP}  # fmt: skip
    page = worker.get(worker.post("/complaints/new", sent).location)
    assert "要回避" in page and "马小军" not in page


def test_a_leader_who_is_bound_decides_nothing_and_sees_nothing(lifted: Flask, leader: Someone) -> None:
    ledger()
    bind("leader")
    case = taken(employer_name=SHOP)
    assert hands.leaders(case.unit, case.employer_id, case.id) == set()
    assert leader.get("/inbox").total == 0
    leader.get(there(case), 404)
    with looking(as_viewer("supervisor"), "decide complaints"):
        assert counts("street") == {"street": 1}


# ── giving back ──


def test_a_handler_gives_a_case_back_and_only_who_decides_reads_why(
    lifted: Flask, worker: Someone, leader: Someone, supervisor: Someone
) -> None:
    case = assigned()
    step = {"row_version": str(case.version), "words": "站长是我表哥"}
    assert worker.post(there(case, "recuse"), step).location.startswith("/complaints/?")
    worker.get(there(case), 404)
    assert "站长是我表哥" in leader.get(there(case))
    assert "站长是我表哥" not in supervisor.get(there(case))
    look_again()
    case = db.session.get_one(Complaint, case.id)
    assert (case.state, case.handler_id) == ("accepted", None)
    assert "周素琴" not in "".join(OPTIONS.findall(leader.get("/inbox").html))
    try:
        case.assign(account("worker"), as_viewer("leader"))
        raise AssertionError("given to who gave it back")
    except NotYours:
        pass


def test_a_leader_who_gives_a_case_back_leaves_it_to_the_street(lifted: Flask, supervisor: Someone) -> None:
    case = assigned(to="leader")
    with write():
        case.recuse(as_viewer("leader"), "单位负责人是我同学")
    assert case.may("assign", as_viewer("supervisor")) and not case.may("assign", as_viewer("leader"))
    assert "单位负责人是我同学" in supervisor.get(there(case))


def test_who_gives_back_a_sealed_case_is_no_reader_any_more(lifted: Flask) -> None:
    case = taken(category="harassment")
    with write():
        case.assign(account("leader"), as_viewer("leader"))
        case.recuse(as_viewer("leader"), "主任是我亲戚")
    readers = set(db.session.scalars(select(Reader.account_id)))
    assert account("leader").id not in readers
    assert db.session.scalar(select(audit.Trail.id).where(audit.Trail.action == "strike reader"))


# ── the women's committee ──


def test_the_womens_committee_officer_is_named_for_harassment(lifted: Flask, neighbor: Someone) -> None:
    officer("neighbor")
    with write():
        db.session.add(
            Posting(account=account("neighbor"), role="grid_worker", unit=unit("211"), duty="women")
        )
    case = taken(category="harassment", text="车间主任动手动脚")
    named = set(db.session.scalars(select(Reader.account_id)))
    assert named == {account(login).id for login in ("worker", "leader", "neighbor")}
    assert "车间主任动手动脚" in neighbor.get(there(case))
    assert "罗春梅" in neighbor.get(there(case)), "the page says who may read"


def test_of_a_community_without_one_the_officer_of_the_street_is_named(lifted: Flask) -> None:
    officer("supervisor")
    taken(category="harassment")
    assert account("supervisor").id in set(db.session.scalars(select(Reader.account_id)))


def test_harassment_goes_only_to_the_officer_or_the_leader(lifted: Flask, leader: Someone) -> None:
    with write():
        db.session.add(
            Posting(account=account("neighbor"), role="grid_worker", unit=unit("211"), duty="women")
        )
    case = taken(category="harassment")
    for page in (leader.get(there(case, "assign")), leader.get("/inbox")):
        assert {row[:3] for row in OPTIONS.findall(page.html)} == {"罗春梅", "何建平"}
    try:
        case.assign(account("worker"), as_viewer("leader"))
        raise AssertionError("given to a worker")
    except NotYours:
        pass
    with write():
        case.assign(account("neighbor"), as_viewer("leader"))


def test_the_administrator_gives_the_duty(lifted: Flask, admin: Someone) -> None:
    posting = account("worker").held[0]
    admin.get(f"/accounts/postings/{posting.uid}/duty")
    admin.post(f"/accounts/postings/{posting.uid}/duty", {"duty": "women"})
    look_again()
    assert account("worker").held[0].duty == "women"
    assert "女职工委员会委员" in admin.get(f"/accounts/{account('worker').uid}")
