"""Who keeps away from a case, who is named for a sealed one, and that nobody else learns of it."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from gridunion import audit, clock, jobs
from gridunion.accounts.models import Account, Posting
from gridunion.alerts.rules import look_around
from gridunion.complaints import hands, readers
from gridunion.complaints.conflicts import Recusal, Tie
from gridunion.complaints.listing import counts, looking
from gridunion.complaints.models import Complaint
from gridunion.complaints.readers import Reader
from gridunion.complaints.succession import name_successors
from gridunion.complaints.turns import NotYours
from gridunion.complaints.unsealing import Unsealing
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.letters.models import Letter
from gridunion.members.models import Person
from tests.bases import POSTGRES
from tests.conftest import CAST, NOON, Someone, as_viewer, member, unit
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


def test_whoever_keeps_away_from_a_case_is_told_of_it_by_no_mark_and_no_count(
    lifted: Flask, worker: Someone
) -> None:
    employer = ledger()
    person = member("马小军", phone="13809165520")
    with clock.at(NOON - timedelta(days=40)):
        case = assigned(person=person, employer_name=SHOP)
    with write():
        account("worker").phone = "13509160001"
    works_there = member("周素琴", phone="13509160001")
    assert told_of(worker), "nothing binds her"
    for binds in (
        Tie(account_id=account("worker").id, employer_name=SHOP, kind="family", from_on=date(2026, 1, 1)),
        Recusal(account_id=account("worker").id, complaint_id=case.id, name="周素琴"),
    ):
        with write():
            db.session.add(binds)
        assert not told_of(worker)
        with write():
            db.session.delete(binds)
    with write():
        works_there.employer = employer
    assert not told_of(worker), "she works there"


def told_of(somebody: Someone) -> bool:
    """The case is in the list of members and in the number beside the menu: in both, or in none."""
    page = somebody.get("/members/")
    mark, count = "诉求超期" in page, '<span>诉求</span><span class="cnt">1' in page.html
    assert mark == count
    return mark


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
    for url in ("/complaints/?show=open", "/complaints/?show=all"):
        assert "马小军" not in worker.get(url)


@pytest.mark.once
def test_who_takes_down_a_case_he_may_not_read_is_told_so(lifted: Flask, worker: Someone) -> None:
    ledger()
    bind("worker")
    sent = {"name": "马小军", "phone": "13809165520", "category": "wages", "text": "工资没发",
            "employer_name": SHOP}  # fmt: skip
    page = worker.get(worker.post("/complaints/new", sent).location)
    assert "要回避" in page and "马小军" not in page
    look_again()
    [case] = db.session.scalars(select(Complaint))
    assert f"受理编号 {case.receipt}，查询码由办的人给" in page, "nobody goes without a number"


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


def test_an_officer_who_comes_later_finds_the_open_cases(lifted: Flask) -> None:
    case = taken(category="harassment")
    with write():
        db.session.add(
            Posting(account=account("neighbor"), role="grid_worker", unit=unit("211"), duty="women")
        )
    for _twice in range(2):
        name_successors()
    assert readers.named(case) == {account(login).id for login in ("worker", "leader", "neighbor")}


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


@pytest.mark.once
def test_the_administrator_gives_the_duty(lifted: Flask, admin: Someone) -> None:
    posting = account("worker").held[0]
    admin.get(f"/accounts/postings/{posting.uid}/duty")
    admin.post(f"/accounts/postings/{posting.uid}/duty", {"duty": "women", "professional": "y"})
    look_again()
    assert (posting.duty, posting.professional) == ("women", True)
    page = admin.get(f"/accounts/{account('worker').uid}")
    assert "女职工委员会委员" in page and "职业化" in page


# ── breaking the glass ──


def ask(someone: Someone, number: str, words: str = "当事人到街道来找", status: int = 303) -> None:
    someone.post("/complaints/unseal", {"number": number, "words": words}, status)


def decide(someone: Someone, answer: str = "yes", status: int = 303) -> None:
    found = re.search(r'name="asked" value="([^"]+)"', someone.get("/complaints/unseal").html)
    assert found
    someone.post("/complaints/unseal/decision", {"asked": found[1], "answer": answer}, status)


def test_two_people_open_a_sealed_case_for_some_hours_and_its_readers_know(
    lifted: Flask, supervisor: Someone, district: Someone, leader: Someone, worker: Someone
) -> None:
    case = taken(category="harassment", text="车间主任动手动脚")
    supervisor.get(there(case), 404)
    ask(supervisor, case.code)
    assert "等第二个人同意" in supervisor.get("/complaints/unseal")
    assert "当事人到街道来找" in district.get("/complaints/unseal")
    assert "份看保密诉求的申请等你答复" in district.get("/status/")
    supervisor.get(there(case), 404)
    decide(district)
    assert "车间主任动手动脚" in supervisor.get(there(case))
    district.get(there(case), 404)
    for someone, url in ((leader, "/inbox"), (worker, "/today")):
        assert f"杜丽华经批准看保密诉求 {case.code}" in someone.get(url)
    assert "杜丽华（到 11月20日 12:00）" in leader.get(there(case))
    with clock.at(NOON + timedelta(hours=24, minutes=1)):
        late = Someone(lifted, "supervisor")
        late.get(there(case), 404)
        assert "时间已过" in late.get("/complaints/unseal")
    actions = set(db.session.scalars(select(audit.Trail.action).where(audit.Trail.record_uid == case.uid)))
    assert {"unseal", "open sealed"} <= actions
    asked = select(audit.Trail.action).where(audit.Trail.kind == "unsealing").order_by(audit.Trail.id)
    assert list(db.session.scalars(asked)) == ["create", "change"]


def test_who_leads_two_communities_says_in_which_the_case_lies(lifted: Flask, leader: Someone) -> None:
    case = taken(category="harassment", text="车间主任动手动脚")
    with write():
        Posting.give(account("leader2"), "leader", unit("21"), clock.today())
    both = Someone(lifted, "leader2")
    assert "哪里的诉求" in both.get("/complaints/unseal") and "哪里的诉求" not in leader.get(
        "/complaints/unseal"
    )
    both.post("/complaints/unseal", {"unit": "21", "number": case.code, "words": "当事人找来"})
    decide(leader)
    assert "车间主任动手动脚" in both.get(there(case))


def test_what_one_of_two_leaders_asks_waits_for_the_other_for_three_days_and_is_answered_once(
    lifted: Flask, leader: Someone
) -> None:
    with write():
        Posting.give(account("worker"), "leader", unit("21"), clock.today())
    deputy, words = Someone(lifted, "worker"), "1 份看保密诉求的申请等你答复"
    ask(deputy, "密100001")
    assert words in leader.get("/inbox") and words not in deputy.get("/inbox")
    with clock.at(NOON + timedelta(days=3, minutes=1)):
        assert words not in Someone(lifted, "leader").get("/inbox")
    asked = {"asked": str(db.session.scalars(select(Unsealing)).one().uid), "answer": "no"}
    leader.post("/complaints/unseal/decision", asked)
    assert words not in leader.get("/inbox")
    assert "已经有人答复" in leader.post("/complaints/unseal/decision", asked, 422)


def test_nobody_agrees_to_his_own_request_nor_to_one_of_another_branch(
    lifted: Flask, supervisor: Someone, leader: Someone, stranger: Someone
) -> None:
    case = taken(category="harassment")
    ask(supervisor, case.code)
    asked = db.session.scalars(select(Unsealing)).one()
    for someone, status in ((supervisor, 422), (leader, 422), (stranger, 403)):
        someone.post("/complaints/unseal/decision", {"asked": str(asked.uid), "answer": "yes"}, status)
    supervisor.get(there(case), 404)


@pytest.mark.once
def test_a_number_that_is_none_is_asked_for_and_answered_in_the_same_way(
    lifted: Flask, supervisor: Someone, district: Someone
) -> None:
    case = taken(category="harassment")
    other = "密100001" if case.code != "密100001" else "密100002"
    pages = []
    for number in (case.code, other):
        ask(supervisor, number)
        page = supervisor.get("/complaints/unseal")
        pages.append(
            page.text.replace(number, "密") + district.get("/complaints/unseal").text.replace(number, "密")
        )
        decide(district)
        with write():
            db.session.execute(delete(Unsealing))
    assert pages[0] == pages[1]
    ask(supervisor, "12", status=422)


def test_what_was_refused_or_forgotten_opens_nothing(
    lifted: Flask, supervisor: Someone, district: Someone
) -> None:
    case = taken(category="harassment")
    ask(supervisor, case.code)
    decide(district, "no")
    assert "马秀英没同意" in supervisor.get("/complaints/unseal")
    ask(supervisor, case.code)
    with clock.at(NOON + timedelta(days=4)):
        assert 'name="asked"' not in Someone(lifted, "district").get("/complaints/unseal").html
        assert "已过期" in Someone(lifted, "supervisor").get("/complaints/unseal")
    supervisor.get(there(case), 404)


def test_who_is_bound_to_the_employer_is_let_in_by_nobody(
    lifted: Flask, supervisor: Someone, district: Someone
) -> None:
    ledger()
    bind("supervisor")
    case = taken(category="harassment", employer_name=SHOP)
    ask(supervisor, case.code)
    decide(district)
    supervisor.get(there(case), 404)


def test_a_case_of_another_branch_stays_shut(lifted: Flask, leader: Someone, supervisor: Someone) -> None:
    case = taken("212", "leader2", category="harassment")
    ask(leader, case.code)
    decide(supervisor)
    leader.get(there(case), 404)


def test_numbers_are_not_tried_one_after_the_other(lifted: Flask, supervisor: Someone) -> None:
    for n in range(10):
        ask(supervisor, str(200_000 + n))
    ask(supervisor, "300000", status=422)


def test_who_was_let_in_for_a_while_may_be_named_later(lifted: Flask) -> None:
    case = taken(category="harassment")
    street = account("supervisor").id
    with write():
        readers.admit(case, street, clock.now() + timedelta(hours=1))
    assert street not in readers.named(case)
    with write():
        readers.name(case, {street})
        readers.admit(case, street, clock.now() + timedelta(hours=1))
    assert street in readers.named(case)


# ── nothing betrays a sealed case ──

PAGES = (
    "/", "/today", "/inbox", "/status/", "/status/21", "/status/2/open", "/status/2/overdue", "/complaints/",
    "/complaints/?show=open", "/complaints/?show=all", "/complaints/?show=done", "/complaints/?show=street",
    "/complaints/?show=open&category=harassment", "/complaints/overdue", "/complaints/pace", "/complaints/unseal",
    "/members/", "/visits/", "/employers/", "/letters/", "/letters/?show=all", "/alerts/", "/alerts/?show=open", "/me",
    "/ties/", "/staff", "/imports/",
)  # fmt: skip
VARIES = re.compile(
    r'(csrf_token|client_key)" value="[^"]*"|更新于 [\d:]+|数据截至 [^<]*|after=[\w.-]+'
    r'|"num">[0-9a-f]{12}<|data-(key|token)="[^"]*"'
)


def _seen(site: Flask, login: str, *more: str) -> dict[str, str]:
    someone = Someone(site, login)
    return {
        url: VARIES.sub("", someone._apart(someone.client.get, url).get_data(as_text=True))
        for url in (*PAGES, *more)
    }


LOOKERS = ["leader2", "supervisor"] + ([] if POSTGRES else ["neighbor", "district", "admin", "stranger"])


@pytest.mark.parametrize("login", LOOKERS)
def test_no_page_is_another_one_because_there_is_a_sealed_case(lifted: Flask, login: str) -> None:
    employer = ledger()
    person = member()
    for _ in range(3):
        assigned(employer_name=SHOP, person=person)
    while jobs.work_one():
        pass
    more = f"/employers/{employer.uid}", f"/members/{person.uid}"
    before = _seen(lifted, login, *more)
    cases = [taken(category="harassment", employer_name=SHOP, person=person, people=12) for _ in range(3)]
    with write():
        cases[0].assign(account("worker"), as_viewer("leader"))
        Letter.send("reminder", unit("21"), as_viewer("leader"), SHOP, "请自查", employer, cases[0])
        cases[1].refuse(as_viewer("leader"), "other_office", "去派出所报案，电话 110", "shown")
    while jobs.work_one():
        pass
    look_around()
    after = _seen(lifted, login, *more)
    assert {url for url in before if before[url] != after[url]} == set()


def test_a_leader_tied_to_an_employer_known_by_name_decides_nothing(lifted: Flask, leader: Someone) -> None:
    bind("leader", "没登记的饭馆")
    case = taken(employer_name="没登记的饭馆")
    assert [login for login, *_ in CAST if case.may("assign", as_viewer(login))] == ["supervisor"]
    assert leader.get("/inbox").total == 0
    with looking(as_viewer("supervisor"), "decide complaints"):
        assert counts("street") == {"street": 1}


def works_at(login: str, employer: str) -> None:
    """The register knows somebody of the staff as an employee, by a name no ledger has."""
    phone = f"1350916000{len(login)}"
    with write():
        account(login).phone = phone
    member(account(login).name, phone=phone, employer_name=employer)


def test_who_works_at_an_employer_known_only_by_name_meets_its_case_nowhere(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    case = assigned(employer_name="没登记的饭馆（南门店）")
    assert "马小军" in worker.get("/complaints/?show=mine")
    works_at("worker", "没登记的饭馆 (南门店)")
    worker.get(there(case), 404)
    worker.post(there(case, "progress"), {"words": "问过老板，月底发"}, 404)
    for url in ("/today", "/complaints/?show=mine", "/complaints/?show=all"):
        assert "马小军" not in worker.get(url)
    assert "周素琴" not in leader.get(there(case, "assign")).html
    with looking(as_viewer("leader"), "see complaints"):
        assert counts("assign") == {"assign": 1}, "it waits for another hand"
    look_again()
    assert db.session.get_one(Complaint, case.id).lost_its_hand
    with write():
        account("worker").phone = None
    assert "两个月工资没发" in worker.get(there(case)), "nobody knows where she works"


def test_a_leader_who_works_at_an_employer_known_only_by_name_leaves_it_to_the_street(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    works_at("leader", "没登记的饭馆")
    case, other = taken(employer_name="没登记的饭馆"), taken(name="余建民", employer_name="没登记的酒馆")
    assert [login for login, *_ in CAST if case.may("assign", as_viewer(login))] == ["supervisor"]
    assert [login for login, *_ in CAST if other.may("assign", as_viewer(login))] == ["leader"]
    assert "马小军" not in leader.get("/inbox") and "余建民" in leader.get("/inbox")
    leader.get(there(case), 404)
    with looking(as_viewer("supervisor"), "decide complaints"):
        assert counts("street") == {"street": 1}


def test_where_somebody_works_is_known_once_the_file_says_so_and_as_long_as_it_does(
    lifted: Flask, worker: Someone
) -> None:
    works_at("worker", "别的饭馆")
    case = taken(employer_name="没登记的饭馆")
    person = db.session.scalars(select(Person)).one()
    for name, status in (("没登记的饭馆", 404), ("", 200)):
        with write():
            person.learn(employer_name=name)
        worker.get(there(case), status)


@pytest.mark.parametrize(
    "tied", [(), ("worker",), ("leader",), ("worker", "leader"), ("supervisor", "leader")]
)
def test_a_sealed_case_opens_for_those_who_are_named_and_free_and_for_nobody_else(
    lifted: Flask, tied: tuple[str, ...]
) -> None:
    ledger()
    case = taken(category="harassment", employer_name=SHOP)
    with write():
        readers.admit(case, account("supervisor").id, clock.now() + timedelta(hours=1))
    named = {account.login for account in db.session.scalars(select(Account).join(Reader))}
    for login in tied:
        bind(login)
    opens = set()
    for login, *_ in CAST:
        someone = Someone(lifted, login)
        if someone._apart(someone.client.get, there(case)).status_code == 200:
            opens.add(login)
    assert opens == named - set(tied)
