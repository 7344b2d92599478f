"""劳动关系预警: raised by rule and by hand, travelling up until answered, and never by a sealed case."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock, jobs
from gridunion.alerts import rules
from gridunion.alerts.models import Alert, NotNow
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.employers.models import Employer
from tests.conftest import NOON, Someone, as_viewer, unit
from tests.test_complaints import assigned, look_again, taken, there
from tests.test_protection import SHOP, bind, ledger


def sounded(level: str = "yellow", **about: Any) -> Alert:
    with write():
        return Alert.sound(unit("21"), level, "hand", "门口聚了人", "何建平", employer_name=SHOP, **about)


def alerts() -> list[Alert]:
    look_again()
    return list(db.session.scalars(select(Alert).order_by(Alert.id)))


def work() -> None:
    """What was asked of the background is done."""
    while jobs.work_one():
        pass


def register(leader: Someone) -> str:
    """The ledger has the shop from now on; where its page is."""
    said = {"name": SHOP, "unit": unit("21").uid.hex, "union_state": "unorganized", "state": "active"}
    return leader.post("/employers/new", said).location


# ── by rule ──


def test_three_wage_complaints_about_one_employer_in_thirty_days_raise_one_alert(lifted: Flask) -> None:
    employer = ledger()
    for _ in range(2):
        taken(employer_name=SHOP)
    work()
    assert alerts() == []
    taken(employer_name=SHOP)
    work()
    (alert,) = alerts()
    assert (alert.level, alert.cause, alert.employer_id, alert.cases) == ("yellow", "wages", employer.id, 3)
    assert alert.unit.code == "21" and [stop.name for stop in alert.stops] == ["明珠社区工会"]
    taken(employer_name=SHOP)
    work()
    for _twice in range(2):
        rules.look_around()
    assert len(alerts()) == 1


def test_old_complaints_and_other_matters_do_not_count(lifted: Flask) -> None:
    ledger()
    with clock.at(NOON - timedelta(days=31)):
        taken(employer_name=SHOP), taken(employer_name=SHOP)
    taken(employer_name=SHOP), taken(employer_name=SHOP, category="welfare")
    work()
    rules.look_around()
    assert alerts() == []


def test_an_employer_nobody_registered_raises_one_too(lifted: Flask) -> None:
    for _ in range(3):
        taken(employer_name="没登记的饭馆")
    work()
    assert [(alert.employer_id, alert.about) for alert in alerts()] == [(None, "没登记的饭馆")]


def test_complaints_count_that_named_an_employer_before_it_was_registered(
    lifted: Flask, leader: Someone
) -> None:
    for _ in range(2):
        taken(employer_name=SHOP)
    secret = taken(employer_name=SHOP, category="harassment")
    elsewhere = taken("212", "leader2", employer_name=SHOP)
    page = leader.get(register(leader))
    assert "近一年诉求 2 件" in page.text
    taken(employer_name=SHOP)
    work()
    [alert] = alerts()
    assert alert.cases == 3 and alert.employer_id == secret.employer_id and elsewhere.employer_id is None


def test_an_alert_that_named_an_employer_is_about_it_once_it_is_registered(
    lifted: Flask, leader: Someone
) -> None:
    for _ in range(3):
        taken(employer_name=SHOP)
    work()
    page = leader.get(register(leader))
    assert "黄色预警：欠薪诉求集中" in page
    taken(employer_name=SHOP)
    work()
    assert len(alerts()) == 1, "it is raised already"


def test_a_collective_dispute_goes_to_the_street_at_once(lifted: Flask) -> None:
    taken(people=9), taken(people=10, employer_name=SHOP)
    work()
    rules.look_around()
    (alert,) = alerts()
    assert (alert.level, alert.people) == ("orange", 10)
    assert [stop.name for stop in alert.stops] == ["明珠社区工会", "汉中路街道工会联合会"]


def test_sealed_complaints_raise_nothing(lifted: Flask) -> None:
    ledger()
    for _ in range(3):
        taken(employer_name=SHOP, category="harassment", people=20)
    with write():
        for case in db.session.scalars(select(Complaint)):
            case.category = "wages"  # as if somebody had sealed them for another reason
    work()
    rules.look_around()
    assert alerts() == []


def test_after_it_was_closed_only_new_complaints_raise_another(lifted: Flask) -> None:
    ledger()
    for _ in range(3):
        taken(employer_name=SHOP)
    work()
    with clock.at(NOON + timedelta(hours=1)), write():
        alert = alerts()[0]
        alert.answer(as_viewer("leader"), "已约谈站长")
        alert.close(as_viewer("leader"), "工资都发了")
    with clock.at(NOON + timedelta(hours=2)):
        taken(employer_name=SHOP)
        work()
        assert len(alerts()) == 1
        taken(employer_name=SHOP), taken(employer_name=SHOP)
        work()
        assert len(alerts()) == 2


# ── up the tree ──


@pytest.mark.parametrize(("level", "levels"), [("blue", 1), ("yellow", 1), ("orange", 2), ("red", 3)])
def test_its_color_says_how_high_it_goes_at_once(lifted: Flask, level: str, levels: int) -> None:
    assert len(sounded(level).stops) == levels


def test_unanswered_it_goes_up_level_by_level_and_stops_at_the_top(lifted: Flask) -> None:
    sounded()
    for days, levels in ((0, 1), (1.1, 2), (1.2, 2), (2.3, 3), (9, 3)):
        with clock.at(NOON + timedelta(days=days)):
            rules.raise_unanswered()
            rules.raise_unanswered()
            assert len(alerts()[0].stops) == levels, days


def test_answered_it_stays_where_it_is(lifted: Flask) -> None:
    alert = sounded()
    with write():
        alert.answer(as_viewer("leader"), "已约谈站长")
    with clock.at(NOON + timedelta(days=5)):
        rules.raise_unanswered()
    assert len(alerts()[0].stops) == 1


def test_each_level_answers_for_itself_and_the_highest_closes(lifted: Flask) -> None:
    alert = sounded("orange")
    with write():
        with pytest.raises(NotNow):
            alert.answer(as_viewer("district"), "不归我")
        alert.answer(as_viewer("supervisor"), "已到现场")
        with pytest.raises(NotNow):
            alert.close(as_viewer("supervisor"), "没事了")
        alert.answer(as_viewer("leader"), "已约谈")
        with pytest.raises(NotNow):
            alert.answer(as_viewer("leader"), "又答一次")
        with pytest.raises(NotNow):
            alert.close(as_viewer("leader"), "没事了")
        alert.close(as_viewer("supervisor"), "工资都发了")
    assert alert.closed_by == "杜丽华"


# ── on screen ──


def test_a_leader_raises_one_and_the_street_closes_it(
    lifted: Flask, leader: Someone, supervisor: Someone, district: Someone
) -> None:
    employer = ledger()
    form = leader.get(f"/alerts/new?employer={employer.uid}")
    assert SHOP in form.html
    leader.post("/alerts/new", {"employer_name": SHOP}, 422)
    sent = {"employer_name": SHOP, "unit": unit("21").uid.hex, "level": "yellow", "words": "门口聚了人"}
    url = leader.post("/alerts/new", sent).location.split("?")[0]
    assert "有 1 条劳动关系预警等你答复" in leader.get("/inbox")
    assert "黄色预警" in leader.get(f"/employers/{employer.uid}")
    assert "等你答复" not in supervisor.get("/status/")
    leader.post(f"{url}/answer", {"words": ""}, 422)
    leader.post(f"{url}/answer", {"words": "已约谈站长"})
    assert "不等你答复" in leader.post(f"{url}/answer", {"words": "又答一次"}, 409)
    leader.post(f"{url}/rise")
    assert "不由你上报" in leader.post(f"{url}/rise", status=409)
    assert "1 条预警等你答复" in supervisor.get("/status/")
    assert supervisor.get("/alerts/").total == 1
    early = supervisor.post(f"{url}/close", {"words": "没事了"}, 409)
    assert "还没答复：汉中路街道工会联合会" in early and "没事了" in early.html, "what was typed is not lost"
    supervisor.post(f"{url}/answer", {"words": "街道已到场"})
    supervisor.post(f"{url}/close", {"words": "工资都发了"})
    page = leader.get(url)
    assert "已解除" in page and "街道已到场" in page and "工资都发了" in page
    assert district.get("/alerts/?show=closed").total == 1
    assert "预警等你答复" not in leader.get("/inbox")


def test_who_is_bound_to_the_employer_sees_no_alert(lifted: Flask, leader: Someone) -> None:
    alert = sounded(employer=ledger())
    bind("leader")
    leader.get(f"/alerts/{alert.uid}", 404)
    assert leader.get("/alerts/?show=open").total == 0
    assert "预警" not in leader.get("/inbox").html.split('<nav class="nav"')[0]


# ── money ──


def test_a_wage_case_says_what_was_owed_and_what_came_back(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    employer = ledger()
    case = assigned(employer_name=SHOP, amount_owed=1_230_050)
    form = worker.get(there(case, "resolve"))
    assert "12,300.50" in form.html
    said = {"row_version": str(case.version), "result": "solved", "words": "工资已发到卡上", "told": "phone"}
    worker.post(there(case, "resolve"), said | {"owed": "12300.505", "recovered": "0"}, 422)
    worker.post(there(case, "resolve"), said | {"owed": "12,300.50", "recovered": ""}, 422)
    worker.post(there(case, "resolve"), said | {"owed": "12,300.50 元", "recovered": "0.1"})
    assert "12,300.50 元" in leader.get(there(case)) and "追回 0.10 元" in leader.get(there(case))
    assert "涉及 12,300.50 元，追回 0.10 元" in leader.get(f"/employers/{employer.uid}")
    look_again()
    kept = db.session.scalars(select(Complaint)).one()
    assert (kept.amount_owed, kept.amount_recovered) == (1_230_050, 10)


def test_the_page_of_an_employer_counts_for_a_hundred_workers_and_tells_on_nobody(
    lifted: Flask, leader: Someone
) -> None:
    employer = ledger()
    for _ in range(4):
        taken(employer_name=SHOP)
    taken(employer_name=SHOP, category="harassment")
    page = leader.get(f"/employers/{employer.uid}")
    assert "4 件" in page and "每百名" not in page, "of few the number only"
    assert "马小军" not in page and "保密" not in page and "骚扰" not in page
    with write():
        Complaint.take(
            unit("211"), as_viewer("worker"), "马小军", None, SHOP, category="welfare", channel="phone"
        )
    assert "5 件，每百名职工 2.5 件" in leader.get(f"/employers/{employer.uid}")
    with write():
        db.session.get_one(Employer, employer.id).headcount = None
    assert "每百名" not in leader.get(f"/employers/{employer.uid}")
