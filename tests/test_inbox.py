"""待办: what waits for a leader, and finishing it where it stands."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.members.models import Person
from gridunion.visits.models import Visit
from tests.conftest import Someone, as_viewer, member, unit
from tests.test_complaints import account as account_of
from tests.test_complaints import assigned, look_again, resolved, taken, there


def applicant(name: str, cell: str = "211", phone: str = "13609160000") -> Person:
    with write():
        return Person.register(unit(cell), as_viewer("worker"), "grid_visit", name=name, phone=phone)


def chips(page: Any) -> dict[str, int]:
    return {
        word: int(n) for word, n in re.findall(r'class="chip"[^>]*>([^<]+?) <span class="n">(\d+)', page.html)
    }


CURRENT = re.compile(r'class="chip"[^>]*aria-current="true">([^ <]+)')


def groups(page: Any) -> list[tuple[str, int]]:
    found = re.findall(r'<h2 class="sec[^"]*">.*?</svg>([^\d<]+?) (\d+)', page.html, re.S)
    return [(word.strip(), int(n)) for word, n in found]


def a_full_desk() -> dict[str, Complaint]:
    """One of each that waits for the leader of 明珠社区."""
    with clock.at(datetime(2026, 10, 12, 2, tzinfo=UTC)):
        late = assigned(name="马小军", people=4)
    waits = taken(name="孙倩", category="contract")
    confirm = resolved(name="余建民", category="wages")
    call = resolved(name="周桂英", category="welfare")
    applicant("李强")
    return {"late": late, "waits": waits, "confirm": confirm, "call": call}


def test_what_waits_stands_in_its_groups_with_its_counts(lifted: Flask, leader: Someone) -> None:
    a_full_desk()
    page = leader.get("/inbox")
    assert chips(page) == {"全部": 5, "超期": 1, "派单": 1, "入会": 1, "收尾": 2}
    assert groups(page) == [("超期", 1), ("等派单", 1), ("入会审批", 1), ("等确认", 1), ("等回访", 1)]
    for words in (
        "5 件等你拿主意",
        "马小军",
        "周素琴在办",
        "涉及 4 人",
        "孙倩",
        "李强",
        "余建民",
        "周桂英",
        "收到后 1 个工作日内派",
    ):
        assert words in page, words
    assert '<span class="cnt">5' in page.html


def test_a_case_is_given_out_where_it_stands(lifted: Flask, leader: Someone) -> None:
    assigned("worker")
    waits = taken(name="孙倩")
    page = leader.get("/inbox")
    row = page.html[page.html.index("孙倩") - 900 :]
    options = re.findall(r'<option value="(\w+)">([^<]+)', row)
    assert [text for _uid, text in options] == [
        "周素琴（手上 1 件）",
        "何建平（手上 0 件）",
    ]
    version = re.search(r'name="row_version" value="(\d+)"', row)
    assert version
    sent = {"to": options[0][0], "row_version": version[1], "next": "inbox"}
    answer = leader.post(there(waits, "assign"), sent)
    assert answer.location.startswith("/inbox?r=")
    after = leader.get(answer.location)
    assert "已派给周素琴" in after and groups(after) == []
    look_again()
    assert waits.handler and waits.handler.login == "worker" and waits.state == "assigned"


def test_the_own_worker_of_the_cell_is_preselected(lifted: Flask, leader: Someone) -> None:
    taken("2110", by="neighbor", name="孙倩")
    options = re.findall(r"<option[^>]*>([^<]+)", leader.get("/inbox").html)
    assert options[0].startswith("罗春梅")


def test_who_works_for_the_accused_employer_is_not_offered(lifted: Flask, leader: Someone) -> None:
    with write():
        db.session.add(Employer(name="汉江快递站", unit=unit("21")))
        account_of("worker").phone = "13909165551"
    member("周素琴", phone="13909165551", employer_name="汉江快递站")
    taken(employer_name="汉江快递站")
    options = re.findall(r"<option[^>]*>([^<]+)", leader.get("/inbox").html)
    assert [text[:3] for text in options] == ["何建平"]


def test_somebody_who_gave_it_out_meanwhile_is_seen(lifted: Flask, leader: Someone) -> None:
    waits = taken(name="孙倩")
    uid = db.session.scalars(select(Account.uid).where(Account.login == "worker")).one().hex
    with write():
        waits.accept(as_viewer("leader"))
    stale = leader.post(there(waits, "assign"), {"to": uid, "row_version": "1", "next": "inbox"}, 409)
    assert "这件诉求已经变了" in stale and f'value="{uid}"' in stale.html


def test_an_applicant_is_let_in_where_he_stands(lifted: Flask, leader: Someone) -> None:
    person = applicant("李强")
    page = leader.get("/inbox")
    assert "一起通过" in page and "/members/approvals" in page.html
    assert leader.post(
        "/members/approvals", {"person": str(person.uid), "next": "inbox"}
    ).location.startswith("/inbox")
    assert "李强" not in leader.get("/inbox").text.replace("已通过", "")


def test_the_handler_is_pressed_and_a_result_confirmed_in_place(lifted: Flask, leader: Someone) -> None:
    desk = a_full_desk()
    assert leader.post(there(desk["late"], "urge"), {"next": "inbox"}).location.startswith("/inbox")
    version = str(desk["confirm"].version)
    assert leader.post(
        there(desk["confirm"], "confirm"), {"row_version": version, "next": "inbox"}
    ).location.startswith("/inbox")
    look_again()
    assert desk["late"].urged_at and desk["confirm"].confirmed_at
    assert ("等回访", 2) in groups(leader.get("/inbox"))


def test_calling_back_returns_to_the_desk(lifted: Flask, leader: Someone) -> None:
    case = resolved(category="welfare", name="周桂英")
    page = leader.get("/inbox")
    link = re.search(r'href="([^"]*call-back[^"]*)"', page.html)
    assert link
    form = leader.get(link[1].replace("&amp;", "&"))
    hidden = (
        dict(re.findall(r'type="hidden" value="([^"]*)"|name="(\w+)"', form.html))
        and 'name="next" value="inbox"' in form.html
    )
    assert hidden
    sent = {"answer": "satisfied", "row_version": str(case.version), "next": "inbox"}
    assert leader.post(there(case, "call-back"), sent).location.startswith("/inbox")


def test_who_should_have_been_called_back_says_so(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    cases = [
        resolved(to, category="welfare", name=name) for to, name in (("worker", "周桂英"), ("leader", "李梅"))
    ]
    for someone, url in ((leader, "/inbox"), (supervisor, "/complaints/?show=street")):
        assert "该回访了" not in someone.get(url)
    with write():
        for case in cases:
            case.call_due_at = clock.now() - timedelta(hours=1)
    for someone, url in ((leader, "/inbox"), (supervisor, "/complaints/?show=street")):
        assert "该回访了" in someone.get(url)


def test_what_a_leader_handled_herself_waits_for_the_street(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    resolved("leader", category="welfare", name="周桂英")
    assert groups(leader.get("/inbox")) == []
    assert supervisor.get("/complaints/?show=street").total == 1


def test_the_menu_of_the_street_tells_what_waits_for_it_and_opens_it_first(
    lifted: Flask, supervisor: Someone, district: Someone
) -> None:
    assert beside(supervisor) == 0 and CURRENT.findall(supervisor.get("/complaints/").html) == ["没办完"]
    hers = [resolved("leader", category="welfare", name=name) for name in ("周桂英", "李梅")]
    resolved("worker", category="welfare", name="马小军")  # the leader's to call back
    page = supervisor.get("/complaints/")
    assert CURRENT.findall(page.html) == ["归街道"] and "周桂英" in page and "马小军" not in page
    assert beside(supervisor) == page.total == 2
    assert "马小军" in supervisor.get("/complaints/?show=all")
    assert beside(district) == 0, "a district has no step of its own"
    sent = {"answer": "satisfied", "row_version": str(hers[0].version)}
    supervisor.post(there(hers[0], "call-back"), sent)
    assert beside(supervisor) == supervisor.get("/complaints/?show=street").total == 1


def beside(someone: Someone) -> int:
    """The number beside 诉求 in the menu."""
    found = re.search(r'<span>诉求</span><span class="cnt">(\d+)', someone.get("/me").html)
    return int(found[1]) if found else 0


def test_groups_are_bounded_and_lead_to_all(lifted: Flask, leader: Someone) -> None:
    for n in range(23):
        taken(name=f"职工{n:02}")
        applicant(f"新人{n:02}", phone=f"136091600{n:02}")
    page = leader.get("/inbox")
    assert page.text.count("看全部 23 件") == 2 and page.html.count("<option") == 20 * 2
    seen: set[str] = set()
    address = "/inbox?show=assign"
    while address:
        page = leader.get(address)
        seen |= set(re.findall(r"职工\d\d", page.text))
        more = re.search(r'class="more[^>]*href="([^"]*)"', page.html)
        address = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == 23
    more = re.search(r'class="more[^>]*href="([^"]*)"', leader.get("/inbox?show=applied").html)
    assert more and "新人22" in leader.get(more[1].replace("&amp;", "&"))


def test_what_should_have_been_taken_on_says_so(lifted: Flask, leader: Someone) -> None:
    taken(name="孙倩", urgent=True)
    assert "该受理了" not in leader.get("/inbox")
    with clock.at(datetime(2026, 11, 19, 6, 1, tzinfo=UTC)):
        assert "该受理了" in Someone(lifted, "leader").get("/inbox")


def test_a_reopened_case_may_go_back_to_who_had_it(lifted: Flask, leader: Someone) -> None:
    case = resolved(category="welfare", name="周桂英")
    with write():
        case.call_back(as_viewer("leader"), "not_satisfied", "只发了一半")
    page = leader.get("/inbox")
    options = re.findall(r"<option[^>]*>([^<]+)", page.html)
    assert "重新办理" in page and options[0].startswith("周素琴")


# ── who needs help ──


def found_in_need(name: str = "刘桂芳", cell: str = "211", note: str = "爱人长期服药") -> Visit:
    """A visit that found somebody in need."""
    person = member(name, cell, phone=f"136{abs(hash(name)) % 10**8:08}")
    with write():
        return Visit.log(person, as_viewer("worker"), "met", findings=["help"], note=note)


def test_who_was_found_in_need_waits_for_the_leader(lifted: Flask, leader: Someone, leader2: Someone) -> None:
    visit, elsewhere = found_in_need(), found_in_need("白雪", "212")
    page = leader.get("/inbox")
    assert groups(page) == [("需要帮扶", 1)] and "1 件等你拿主意" in page
    assert "刘桂芳" in page and "爱人长期服药" in page and "白雪" not in page
    assert f'href="/members/{visit.person.uid}"' in page.html and elsewhere.person.name in leader2.get(
        "/inbox"
    )
    link = re.search(r'href="(/inbox\?show=help)">看这 1 人', page.html)
    assert link
    opened = leader.get(link[1])
    assert opened.total == 1 and "刘桂芳" in opened and chips(opened)["帮扶"] == 1


def test_a_visit_settles_the_need(lifted: Flask, leader: Someone) -> None:
    found_in_need()
    form = re.search(r'href="(/visits/new[^"]*due=([0-9a-f-]{36})[^"]*)"', leader.get("/inbox").html)
    assert form
    leader.post(form[1].replace("&amp;", "&"), {"outcome": "met", "due": form[2], "again": "y"})
    assert groups(leader.get("/inbox")) == []


def test_who_was_found_in_need_twice_waits_once(lifted: Flask, leader: Someone) -> None:
    visit = found_in_need()
    with write():
        Visit.log(visit.person, as_viewer("worker"), "met", findings=["help"])
    assert groups(leader.get("/inbox")) == [("需要帮扶", 1)]


def test_people_in_need_are_bounded_and_all_found(lifted: Flask, leader: Someone) -> None:
    for n in range(23):
        found_in_need(f"职工{chr(0x4E00 + n)}")
    page = leader.get("/inbox")
    assert "看全部 23 件" in page and page.total == 23
    first = leader.get("/inbox?show=help")
    more = re.search(r'class="more[^>]*href="([^"]*)"', first.html)
    assert (
        more
        and first.html.count("/visits/new")
        + leader.get(more[1].replace("&amp;", "&")).html.count("/visits/new")
        == 23
    )


def test_nothing_of_the_neighboring_union_waits_here(
    lifted: Flask, leader2: Someone, worker: Someone
) -> None:
    a_full_desk()
    page = leader2.get("/inbox")
    assert groups(page) == [] and "都办完了" in page
    worker.get("/inbox", 403)


def test_a_sealed_case_waits_without_its_name(lifted: Flask, leader: Someone) -> None:
    case = taken(category="harassment", name="林小燕")
    page = leader.get("/inbox")
    assert groups(page) == [("等派单", 1)] and "保密诉求" in page and "林小燕" not in page
    with write():
        account = Account(login="deputy", name="副主席", must_change=False)
        db.session.add(account)
        Posting.give(account, "leader", unit("21"), clock.today())
    deputy = Someone(lifted, "deputy")
    page = deputy.get("/inbox")
    assert (
        groups(page) == []
        and 'class="cnt"' not in page.html.split('href="/inbox"')[-1].split("</a>")[0]
        and "林小燕" not in page
    )
    deputy.get(there(case), 404)
