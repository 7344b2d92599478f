"""一函两书: numbered, dated, answered or not; and that no letter says who complained."""

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask, g
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from gridunion import audit, clock
from gridunion.calendar import SpecialDay
from gridunion.db import db, write
from gridunion.letters.models import Letter, Settled, TellsOnSomebody
from gridunion.letters.recounting import recount
from tests.conftest import Someone, as_viewer, unit
from tests.test_complaints import assigned, look_again, taken, there
from tests.test_protection import SHOP, bind, ledger

WORDS = "汉江快递站：\n请你单位自查工资发放情况。"


def sent(by: str = "leader", kind: str = "reminder", **of: object) -> Letter:
    place = unit("21") if by == "leader" else unit("210") if by == "leader2" else unit("2")
    with write():
        return Letter.send(kind, place, as_viewer(by), SHOP, WORDS, **of)  # type: ignore[arg-type]


def at_noon(*day: int) -> object:
    return clock.at(datetime(*day, 4, tzinfo=UTC))  # type: ignore[misc, arg-type]


def test_each_union_numbers_its_letters_without_a_gap_and_anew_each_year(lifted: Flask) -> None:
    assert [sent().number, sent().number, sent("leader2").number, sent("supervisor").number] == [1, 2, 1, 1]
    case = taken()
    with pytest.raises(TellsOnSomebody), write():
        Letter.send("reminder", unit("21"), as_viewer("leader"), SHOP, "马小军说没发工资", complaint=case)
    assert sent().code == "明珠社区工会〔2026〕3 号"
    with at_noon(2027, 1, 4):
        assert sent().code == "明珠社区工会〔2027〕1 号"


def test_a_letter_waits_fifteen_working_days(lifted: Flask) -> None:
    letter = sent()
    assert clock.local(letter.due_at).date() == date(2026, 12, 10)
    assert letter.state == "waiting"
    with at_noon(2026, 12, 11):
        assert letter.state == "overdue"


def test_holidays_entered_later_give_an_answer_as_many_working_days(lifted: Flask) -> None:
    with at_noon(2026, 12, 25):
        letter = sent()
        over = sent()
        with write():
            over.settled_at = clock.now()
            db.session.add(SpecialDay(day=date(2027, 1, 12), works=False, name_zh="放假"))
        before = over.due_at
    with at_noon(2026, 12, 26):
        g.pop("days", None)
        for _twice in range(2):
            recount()
    look_again()
    assert clock.local(letter.due_at).date() == date(2027, 1, 18), "the Monday after that Friday"
    assert over.due_at == before, "nothing is awaited there"


def test_a_letter_goes_from_a_case_to_the_employer_and_comes_back(lifted: Flask, leader: Someone) -> None:
    employer = ledger()
    case = assigned(employer_name=SHOP)
    page = leader.get(there(case))
    assert f"/letters/complaints/{case.uid}" in page.html
    form = leader.get(f"/letters/complaints/{case.uid}")
    assert "马小军" not in form and "拖欠工资" in form and SHOP in form.html
    assert "意见书" in leader.get(f"/letters/complaints/{case.uid}?kind=opinion")
    url = leader.post(
        f"/letters/complaints/{case.uid}?kind=reminder", {"addressee": SHOP, "words": WORDS}
    ).location
    letter = leader.get(url)
    assert "明珠社区工会〔2026〕1 号" in letter and "2026年11月19日" in letter and "自查工资" in letter
    assert "马小军" not in letter and "13809165520" not in letter
    assert "提示函" in leader.get(f"/employers/{employer.uid}")
    path = url.split("?")[0]
    leader.post(f"{path}/reply", {"on": "2026-11-18", "words": "已经发了"}, 422)
    leader.post(f"{path}/reply", {"on": "2026-11-19", "words": "已经发了"})
    assert "已经发了" in leader.get(path)
    assert leader.get("/letters/?show=replied").total == 1
    leader.post(f"{path}/reply", {"on": "2026-11-19", "words": "又回了"}, 409)


@pytest.mark.parametrize("words", ["马小军反映没发工资", "请联系 138 0916-5520", "马 小 军"])
def test_no_letter_says_who_complained(lifted: Flask, leader: Someone, words: str) -> None:
    employer = ledger()
    case = taken(employer_name=SHOP)
    for url in (f"/letters/complaints/{case.uid}", f"/letters/employers/{employer.uid}"):
        page = leader.post(f"{url}?kind=reminder", {"addressee": SHOP, "words": words}, 422)
        assert "不能写反映人" in page
    assert not db.session.scalars(select(Letter)).all()


def test_no_letter_says_who_complained_of_the_same_where_the_ledger_has_no_such_employer(
    lifted: Flask,
) -> None:
    main, other = (taken(name=name, employer_name="没登记的饭馆") for name in ("马小军", "余建民"))
    part = taken(name="孙倩", employer_name="别的饭馆", by="leader")
    with write():
        main.accept(as_viewer("leader"))
        part.merge(as_viewer("leader"), main, "phone")
    for who in (main.who, other.who, part.who):
        with pytest.raises(TellsOnSomebody), write():
            Letter.send(
                "reminder", unit("21"), as_viewer("leader"), "饭馆", f"{who}说没发工资", complaint=main
            )


def test_after_a_reminder_comes_an_opinion_and_then_a_proposal_to_an_office(
    lifted: Flask,
) -> None:
    employer = ledger()
    first = sent(employer=employer)
    with at_noon(2026, 12, 11):
        leader = Someone(lifted, "leader")
        assert "到期没回" in leader.get(f"/letters/{first.uid}")
        assert leader.get("/letters/?show=overdue").total == 1
        second = leader.post(
            f"/letters/{first.uid}/next", {"addressee": SHOP, "words": WORDS}
        ).location.split("?")[0]
        assert "意见书" in leader.get(second) and leader.get("/letters/?show=overdue").total == 0
        leader.post(f"/letters/{first.uid}/next", {"addressee": SHOP, "words": WORDS}, 409)
        form = leader.get(f"{second}/next")
        assert SHOP in form and "政府部门" in form
        third = leader.post(f"{second}/next", {"addressee": "区人社局", "words": "请依法处理"}).location
        assert "建议书" in leader.get(third) and "再发" not in leader.get(third)
    look_again()
    assert [letter.state for letter in db.session.scalars(select(Letter).order_by(Letter.id))][:2] == [
        "followed"
    ] * 2
    with pytest.raises(Settled), write():
        db.session.get_one(Letter, first.id).take_reply("晚了", clock.today())


def test_after_a_reply_that_mends_nothing_a_stronger_letter_follows_once(
    lifted: Flask, leader: Someone
) -> None:
    url = f"/letters/{sent(employer=ledger()).uid}"
    leader.post(f"{url}/reply", {"on": "2026-11-19", "words": "不打算改"})
    page = leader.get(url)
    assert "已回复" in page and "再发意见书" in page
    leader.post(f"{url}/next", {"addressee": SHOP, "words": WORDS})
    page = leader.get(url)
    assert "已回复" in page and "再发" not in page
    again = leader.post(f"{url}/next", {"addressee": SHOP, "words": "写了很久的话"}, 409)
    assert "后面已经再发过" in again and "写了很久的话" in again.html, "what was typed is not lost"
    late = leader.post(f"{url}/reply", {"on": "2026-11-19", "words": "又打来电话"}, 409)
    assert "已经记过回复" in late and "又打来电话" in late.html


def test_overdue_answers_wait_on_the_desk(lifted: Flask) -> None:
    sent()
    with at_noon(2026, 12, 11):
        page = Someone(lifted, "leader").get("/inbox")
        assert "有 1 份函到期没回" in page and "/letters/?show=overdue" in page.html


def test_a_letter_of_a_sealed_case_is_known_to_its_readers_only(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    employer = ledger()
    plain = sent(employer=employer)
    case = taken(category="harassment", employer_name=SHOP)
    secret = sent(employer=employer, complaint=case)
    assert secret.number < 0 and sent(employer=employer).number == plain.number + 1, "no gap tells of it"
    assert "密" in leader.get(f"/letters/{secret.uid}") and leader.get("/letters/?show=all").total == 3
    supervisor.get(f"/letters/{secret.uid}", 404)
    assert supervisor.get("/letters/?show=all").total == 2
    assert str(secret.uid) not in supervisor.get(f"/employers/{employer.uid}").html


def test_a_sealed_letter_stands_in_the_trail_or_it_does_not_open(
    lifted: Flask, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = sent(complaint=taken(category="harassment"))
    for page in ("", "/reply", "/next"):
        leader.get(f"/letters/{secret.uid}{page}")
    lines = select(audit.Trail.id).where(audit.Trail.action == "open sealed")
    assert len(db.session.scalars(lines).all()) == 3

    def fail(_lines: object) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr(audit, "append", fail)
    for page in ("", "/reply", "/next"):
        assert "自查工资" not in leader.get(f"/letters/{secret.uid}{page}", 503)


def test_who_is_bound_to_an_employer_reads_no_letter_to_it(lifted: Flask, leader: Someone) -> None:
    letter = sent(employer=ledger())
    bind("leader")
    leader.get(f"/letters/{letter.uid}", 404)
    assert leader.get("/letters/?show=all").total == 0


def test_the_list_goes_on_where_it_ended(lifted: Flask, leader: Someone) -> None:
    for _ in range(22):
        sent()
    first = leader.get("/letters/?show=all")
    assert first.total == 22
    more = re.search(r'href="(/letters/\?[^"]*after=[^"]+)"', first.html)
    assert more
    second = leader.get(more[1].replace("&amp;", "&"))
    shown = [set(re.findall(r'/letters/([0-9a-f-]{36})"', page.html)) for page in (first, second)]
    assert [len(uids) for uids in shown] == [20, 2] and not shown[0] & shown[1]
