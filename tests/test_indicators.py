"""The indicators: one list, each number of which opens its records, at every level and in every period."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.db import db, write
from gridunion.members.models import Person
from gridunion.members.movement import MOVEMENTS
from gridunion.status.indicators import GROUPS
from gridunion.status.measures import MEASURES
from gridunion.status.periods import Period, named
from gridunion.status.records import ALL
from gridunion.status.values import Values
from gridunion.visits.models import Visit
from tests import histories
from tests.conftest import Someone, as_viewer, member, unit

LINK = re.compile(r'<a class="lk" href="(/status/\w+/\w+[^"]*)">[^<]* (\d+)</a>')


def test_every_figure_of_every_indicator_has_words_and_records() -> None:
    used = {name for _words, some in GROUPS for it in some for name in (*it.part, *it.less, *it.whole)}
    assert used <= set(ALL)
    assert used <= set(MEASURES)


@pytest.mark.usefixtures("bare_menu")
def test_every_number_of_every_indicator_opens_exactly_its_records(site: Flask, lifted: Flask) -> None:
    histories.a_month()
    histories.move("2110", "210")
    with write():
        posting = db.session.scalars(
            select(Posting).join(Posting.account).where(Account.login == "leader")
        ).one()
        posting.professional = True
    with histories.on(15):
        for login, code, query in (
            ("supervisor", "2", ""), ("leader", "21", "?when=90&compare=1"), ("district", "1", "?when=2026-11"),
        ):  # fmt: skip
            somebody = Someone(site, login)
            page = somebody.get(f"/status/{code}/measures{query}")
            found = set(LINK.findall(page.html))
            assert len(found) > 45
            assert "职业化工会工作者 1" in page
            for href, number in found:
                assert somebody.get(href.replace("&amp;", "&")).total == int(number), (
                    f"{login}: {href} says {number}"
                )


def story() -> None:
    """Thirty days of one cell, with every number small enough to count on one's fingers."""
    place, leader = unit("211"), as_viewer("leader")
    firms = [
        histories.firm("21", name, state)
        for name, state in (
            ("甲厂", "organized"),
            ("乙厂", "joint"),
            ("丙厂", "unorganized"),
            ("丁厂", "organized"),
        )
    ]
    with write():
        for firm, workers in zip(firms, (10, 30, 100, None), strict=True):
            firm.headcount = workers
        firms[0].founded_on = clock.today() - timedelta(days=10)
    with histories.on(-60):
        people = [
            histories.joined("211", f"老会员{n}", phone=f"1360916001{n}", sex="female" if n < 3 else "male",
                             migrant=n < 2, employer=firms[0] if n < 2 else None)
            for n in range(6)
        ]  # fmt: skip
    with histories.on(-10):
        histories.joined("211", "新会员", phone="13609160020")
        with write():
            Person.register(place, leader, "grid_visit", name="还没批的", phone="13609160021")
        with write():
            people[5].set_id_number("resident_id", "610702199001011234")
    with histories.on(-40):
        histories.seen(people[3])
    with histories.on(-20), write():
        people[3].note_hardship("relative", None)
    with histories.on(-9):
        met, _shut = histories.seen(people[0]), histories.seen(people[1], "not_home")
        histories.seen(people[2], "phone")
        with write():
            for person in people[4:]:
                Visit.log(person, as_viewer("worker"), "met", together=met.uid)
    days: dict[str, tuple[float, dict[str, str]]] = {
        "old": (-45, {}), "quick": (-29, {}), "slow": (-29, {}), "asking": (-16, {"kind": "consult"}),
        "dispute": (-25, {"category": "wages"}), "new": (-5, {}), "refused": (-5, {}),
    }  # fmt: skip
    cases = {}
    for name, (day, said) in days.items():
        with histories.on(day):
            cases[name] = histories.asked("211", **said, visit_id=met.id if name == "new" else None)
            if name not in ("slow", "new", "refused"):
                histories.give(cases[name])
    with histories.on(-20):
        histories.give(cases["slow"])
    for name, done, called, answer in (
        ("old", -12, -11, "satisfied"), ("quick", -27, -26, "satisfied"), ("slow", -3, -2, "not_satisfied"),
        ("asking", -15, -14, "mostly"), ("dispute", -22, -21, "unreachable"),
    ):  # fmt: skip
        with histories.on(done):
            histories.finish(cases[name], mediated=name == "dispute")
        with histories.on(called):
            histories.call(cases[name], answer)
    for day in (-20, -19):
        with histories.on(day):
            histories.call(cases["dispute"], "unreachable")
    with write():
        cases["quick"].count_money(50000, 30000)
        cases["slow"].repeat_of_id = cases["quick"].id
    with histories.on(-4), write():
        cases["refused"].refuse(leader, "not_ours", "请到街道办办理", "phone")


# By the formulas of domain.md 6, counted by hand on the story: number, and what it is over.
COUNTED = {
    "工会组织全覆盖：单位": (3, 4), "工会组织全覆盖：网格": (2, 2), "职工诉求全掌握": (6, 6), "劳资矛盾全调解": (1, 1),
    "困难职工全帮扶": (0, 1), "工会数": (3, 0), "新建会数": (1, 0), "覆盖单位数": (3, 0), "建会率": (2, 3),
    "25 人以上单位建会率": (1, 2), "100 人以上单位建会率": (0, 1),
    "会员数": (7, 0), "保留会籍": (0, 0), "新发展会员": (1, 0), "净增会员": (1, 0),
    "农民工会员": (2, 7), "女会员": (3, 7), "八大群体会员": (0, 7), "九大群体会员": (0, 7),
    "新就业形态会员": (0, 7), "入会率": (2, 40), "会员占在册职工": (7, 8),
    "实名制率": (1, 7), "信息完整率": (27, 84),
    "档案完整": (0, 7), "会籍接转及时率": (0, 0), "走访人次": (4, 0), "走访户次": (3, 0),
    "走访户数": (3, 0),
    "必访完成率": (0, 1), "走访覆盖率：会员": (4, 7), "走访覆盖率：单位": (0, 4), "走访覆盖率：困难职工": (0, 1),
    "走访转诉求率": (1, 5),
    "诉求受理数": (4, 0), "响应率": (4, 6), "办结率": (4, 5), "这一批的办结率": (3, 4), "按期办结率": (3, 4),
    "没算进去": (0, 0), "延过期的": (0, 0),
    "超期率": (1, 6), "解决率": (3, 3), "解决了一部分": (0, 0), "满意率": (3, 4), "评价率": (3, 4),
    "调解成功率": (1, 1), "回音率": (4, 4), "落实率": (4, 4), "涉及金额": (50000, 0), "追回欠薪": (30000, 0),
    "办理天数": (4, 0),
    "重复诉求率": (1, 4),
    "职业化工会工作者": (0, 0), "配备率": (0, 1), "困难职工": (1, 0), "深度困难": (0, 0), "相对困难": (1, 0),
    "意外致困": (0, 0),
}  # fmt: skip


def test_each_indicator_says_what_its_formula_says_of_a_story_one_can_count_by_hand(lifted: Flask) -> None:
    story()
    lately = Period.lately()
    for period in (lately, Period(lately.first, lately.until)):
        values = [value for _words, some in Values(unit("21"), period).groups() for value in some]
        assert {str(value.it.words): (value.number, value.over) for value in values} == COUNTED


def test_a_household_counts_once_however_often_it_was_visited(site: Flask, lifted: Flask) -> None:
    home = "东大街 15 号 2 单元 301"
    wife, husband = (member(name, phone=phone, address=home) for name, phone in
                     (("王秀兰", "13609162001"), ("李强", "13609162002")))  # fmt: skip
    alone, also = (member(name, phone=phone) for name, phone in
                   (("余红", "13609162003"), ("曾国富", "13609162004")))  # fmt: skip
    elsewhere = member("刘大山", "2110", "13609162005", address=home)
    shop = histories.firm("21", "汉江快递站")
    for person in (wife, husband, wife, alone, alone, elsewhere):
        histories.seen(person)
    histories.seen(also, "not_home")
    with write():
        Visit.log(shop, as_viewer("leader"), "met"), Visit.log(shop, as_viewer("leader"), "met")
        together = uuid4()
        for person in (wife, husband, alone):
            Visit.log(person, as_viewer("worker"), "met", together=together)
    period = named("2026-11")
    assert period
    counted = Values(unit("2"), period)
    assert [counted.count(name) for name in ("visits_met", "entries", "households")] == [11, 9, 4]
    assert [
        Values(unit("2110"), period).count("households"),
        Values(unit("21"), period).count("households"),
    ] == [1, 4]
    page = Someone(site, "supervisor").get("/status/2/households?when=2026-11")
    assert page.total == 4
    assert [name in page for name in ("王秀兰", "李强", "余红", "曾国富", "刘大山", "汉江快递站")] == [
        True, False, True, False, True, True,
    ]  # fmt: skip


def said(words: str, code: str, period: Period) -> tuple[int, int]:
    """What an indicator says of a unit in a period: the number, and what it is over."""
    (it,) = (it for _words, some in GROUPS for it in some if str(it.words) == words)
    value = Values(unit(code), period).value(it)
    return value.number, value.over


def month(name: str) -> Period:
    period = named(name)
    assert period
    return period


def test_that_a_case_was_taken_down_is_no_reply_to_who_asked(lifted: Flask) -> None:
    with histories.on(-20):
        silent, told = histories.asked("211"), histories.asked("211")
        histories.give(silent), histories.give(told)
    with histories.on(-16):
        histories.step(lambda: told.reply(as_viewer("worker"), histories.WORDS, "phone"))
    assert said("回音率", "21", Period.lately()) == (1, 2)
    with histories.on(-1):
        histories.step(lambda: silent.reply(as_viewer("worker"), histories.WORDS, "phone"))
    assert said("回音率", "21", Period.lately()) == (2, 2)
    early = Period(clock.today() - timedelta(days=25), clock.today() - timedelta(days=5))
    assert said("回音率", "21", early) == (1, 2), "told later than that period"


def test_who_is_done_with_what_was_there_and_what_came_is_done_with_all(lifted: Flask) -> None:
    """October 20 to November 10: resolved before and called back within, received before and accepted within."""
    period = Period(clock.today() - timedelta(days=30), clock.today() - timedelta(days=9))
    with histories.on(-33):
        waits = histories.asked("211")
        histories.give(waits)
    with histories.on(-31):
        histories.finish(waits)
        comes = histories.asked("211")
    with histories.on(-29):
        histories.call(waits, "satisfied")
        histories.give(comes)
    assert said("办结率", "21", period) == (1, 2)
    with histories.on(-20):
        histories.finish(comes)
    with histories.on(-19):
        histories.call(comes, "satisfied")
    assert said("办结率", "21", period) == (2, 2)
    assert said("这一批的办结率", "21", period) == (1, 1)
    assert said("这一批的办结率", "21", Period(period.first, clock.today() - timedelta(days=25))) == (0, 1)


def test_a_dispute_that_came_on_the_last_day_counts_in_the_month_in_which_it_was_taken_on(
    lifted: Flask,
) -> None:
    with histories.on(-20):  # 30 October
        dispute, same = (histories.asked("211", category="wages") for _n in range(2))
    with histories.on(-17):  # 2 November
        histories.give(dispute), histories.give(same)
        histories.step(lambda: same.merge(as_viewer("leader"), dispute, "phone"))
    assert said("劳资矛盾全调解", "21", month("2026-10")) == (0, 0)
    assert said("劳资矛盾全调解", "21", month("2026-11")) == (0, 1)
    assert said("劳资矛盾全调解", "21", Period.lately()) == (0, 1)


def test_who_was_answered_early_counts_when_it_was(lifted: Flask) -> None:
    """Received on Saturday 31 October and taken on at once, though the limit ends in November."""
    with histories.on(-19):
        histories.give(histories.asked("211")), histories.asked("211")
    assert said("响应率", "21", month("2026-10")) == (1, 1)
    assert said("响应率", "21", month("2026-11")) == (0, 1)


def test_members_of_an_employer_of_unknown_size_raise_no_rate(lifted: Flask) -> None:
    known, unknown = histories.firm("21", "甲厂", "organized"), histories.firm("21", "乙厂", "organized")
    with write():
        known.headcount = 4
    histories.joined("211", "赵一", phone="13609160031", employer=known)
    histories.joined("211", "钱二", phone="13609160032", employer=unknown)
    assert said("入会率", "21", Period.lately()) == (1, 4)


def test_the_eight_groups_are_counted_by_what_the_list_says(lifted: Flask) -> None:
    for n, group in enumerate(("courier", "guard", "ride_hailing_driver", None)):
        histories.joined("211", f"赵{n}", phone=f"1360916004{n}", key_group=group)
    assert said("八大群体会员", "21", Period.lately()) == (2, 4)
    assert said("九大群体会员", "21", Period.lately()) == (3, 4)
    assert said("新就业形态会员", "21", Period.lately()) == (2, 4)


def test_what_stood_at_the_end_of_a_month_is_told_of_cells_unions_officers_and_who_was_seen(
    site: Flask, lifted: Flask
) -> None:
    with histories.on(-50):  # 30 September
        histories.grow("213", "21")
        person = histories.joined("211", "赵走", phone="13609160051")
    with histories.on(-40), write():  # October
        for posting in db.session.scalars(
            select(Posting).join(Posting.account).where(Account.login == "leader")
        ):
            posting.professional = True
        Visit.log(person, as_viewer("worker"), "met")
    with histories.on(-5):  # November
        histories.grow("214", "21")
        histories.close("213")
        with write():
            person.change(MOVEMENTS["retain"], clock.today(), as_viewer("leader"), "3")
            (officer,) = db.session.scalars(select(Posting).where(Posting.professional))
            officer.end(clock.today())
    october, now = month("2026-10"), month("2026-11")
    assert [Values(unit(code), october).count("cells") for code in ("21", "213", "214")] == [3, 1, 0]
    assert [Values(unit(code), now).count("cells") for code in ("21", "213", "214")] == [3, 0, 1]
    assert said("职业化工会工作者", "21", october) == (1, 0)
    assert said("职业化工会工作者", "21", now) == (0, 0)
    assert said("配备率", "21", october) == (1, 1)
    assert said("走访覆盖率：会员", "21", october) == (1, 1)
    assert Someone(site, "supervisor").get("/status/21/seen?when=2026-10").total == 1


def test_who_holds_two_full_time_postings_is_one_officer(site: Flask, lifted: Flask) -> None:
    with write():
        account = db.session.scalars(select(Account).where(Account.login == "leader")).one()
        for posting in (*account.postings, Posting.give(account, "leader", unit("210"), clock.today())):
            posting.professional = True
    assert [said("职业化工会工作者", code, Period.lately())[0] for code in ("2", "21", "210")] == [1, 1, 1]
    assert Someone(site, "supervisor").get("/status/2/professionals").total == 1


def test_a_result_sent_back_later_was_in_time_in_its_month(site: Flask, lifted: Flask) -> None:
    with histories.on(-40):  # 10 October
        dispute = histories.asked("211", category="wages")
        histories.give(dispute)
    with histories.on(-30):
        histories.finish(dispute)
    with histories.on(-15):  # 5 November
        histories.step(lambda: dispute.send_back(as_viewer("leader"), histories.WORDS))
    assert dispute.first_resolved_at is None
    october, lately = month("2026-10"), Period.lately()
    assert said("按期办结率", "21", october) == (1, 1)
    assert said("按期办结率", "21", replace(lately, kind="")) == (0, said("按期办结率", "21", lately)[1])
    for name, number in (("on_time", 1), ("late_open", 0), ("late_done", 0)):
        assert Someone(site, "leader").get(f"/status/21/{name}?when=2026-10").total == number


def test_the_classes_of_hardship_are_all_who_are_in_hardship_also_of_a_past_month(lifted: Flask) -> None:
    with histories.on(-60):
        people = [histories.joined("211", f"赵{n}", phone=f"1360916006{n}") for n in range(3)]
    for day, person, kind in (
        (-40, people[0], "deep"),
        (-38, people[1], "relative"),
        (-5, people[2], "deep"),
    ):
        with histories.on(day), write():
            person.note_hardship(kind, None)
    with histories.on(-4), write():
        people[1].change(MOVEMENTS["resign"], clock.today(), as_viewer("leader"), "5")
    classes = ("深度困难", "相对困难", "意外致困")
    for when in (month("2026-10"), month("2026-11"), Period.lately()):
        of_each = [said(words, "21", when)[0] for words in classes]
        assert sum(of_each) == said("困难职工", "21", when)[0], when


def test_what_leaves_the_rate_and_what_got_more_time_is_told_beside_it(lifted: Flask) -> None:
    leader = as_viewer("leader")
    with histories.on(-25):
        refused, longer, taken_back = (histories.asked("211") for _n in range(3))
        histories.give(longer)
        histories.step(lambda: refused.refuse(leader, "court", "请到仲裁委申请仲裁", "phone"))
        histories.step(lambda: taken_back.withdraw(leader, "本人不要了，钱已收到"))
        histories.step(lambda: longer.extend(leader, 3, histories.WORDS, "phone"))
    for when in (Period.lately(), month("2026-11")):
        assert [said(words, "21", when) for words in ("按期办结率", "没算进去", "延过期的")] == [
            (0, 1), (2, 0), (1, 0),
        ]  # fmt: skip


def test_the_same_numbers_go_out_as_a_table_and_for_another_program(site: Flask, lifted: Flask) -> None:
    histories.a_month()
    leader = Someone(site, "leader")
    told = json.loads(leader.get("/status/21/measures.json?when=2026-11").response.data)
    assert (told["from"], told["to"], told["unit"]["code"]) == ("2026-11-01", "2026-11-19", "21")
    period = named("2026-11")
    assert period
    values = [value for _words, some in Values(unit("21"), period).groups() for value in some]
    told_of = [(it["code"], it["words"], it["number"]) for it in told["indicators"]]
    plain = [it for it in told_of if it[0][0] not in "QH" and "困难" not in it[1]]
    assert len(plain) > 40
    counted = [(it.it.code, str(it.it.words), it.number) for it in values]
    assert plain == [it for it in counted if it[0][0] not in "QH" and "困难" not in it[1]]
    table = leader.get("/status/21/measures.csv?when=2026-11").response.data.decode("utf-8-sig").splitlines()
    assert len(table) == len(values) + 1
    assert leader.get("/status/21/measures.xlsx").response.data[:2] == b"PK"
    leader.get("/status/21/measures.exe", status=404)
    leader.get("/status/210/measures.json", status=404)


def test_a_rate_never_says_all_while_one_is_missing_and_nothing_of_nothing(lifted: Flask) -> None:
    histories.a_month()
    rate = next(it for _words, some in GROUPS for it in some if it.code == "C4")
    value = Values(unit("21"), Period.lately()).value(rate)
    assert replace(value, number=1999, over=2000).rate == "99.9%"
    assert replace(value, number=2000, over=2000).rate == "100.0%"
    assert replace(value, number=1, over=8).rate == "12.5%"
    assert replace(value, number=0, over=0).rate == ""
    assert replace(value, number=4, over=4).rate == ""


def test_anybody_who_works_here_reads_how_each_indicator_is_made(worker: Someone) -> None:
    page = worker.get("/status/rules")
    assert all(str(it.formula) in page for _words, some in GROUPS for it in some)
    codes = {it.code for _words, some in GROUPS for it in some} | {"T1"}
    ranges = {"Q": 4, "M": 7, "V": 4, "C": 14}
    ours = {f"{letter}{n}" for letter, last in ranges.items() for n in range(1, last + 1)}
    assert codes >= ours | {"O1", "O3", "O4", "H1", "S3", "T1"}
    assert "任务完成率" in page


def test_how_few_are_in_hardship_is_told_by_no_file(site: Flask, lifted: Flask) -> None:
    for n, kind in enumerate(("deep", "deep", "relative", "relative", "relative", "relative", "relative")):
        person = member(f"赵{n}", phone=f"1360916209{n}")
        with write():
            person.note_hardship(kind, None)
    lines = (
        Someone(site, "leader").get("/status/21/measures.csv").response.data.decode("utf-8-sig").splitlines()
    )
    hardship = [line.split(",")[2:6] for line in lines if line.split(",")[1] == "H1"]
    assert hardship == [
        ["困难职工", "—", "", ""],
        ["深度困难", "<5", "", ""],
        ["相对困难", "5", "", ""],
        ["意外致困", "0", "", ""],
    ]
    helped = next(line.split(",")[3:6] for line in lines if line.split(",")[1] == "Q4")
    assert helped == ["—", "—", ""]
