"""The indicators: one list, each number of which opens its records, at every level and in every period."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, Posting
from gridunion.db import db, write
from gridunion.members.models import Person
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
    "农民工会员": (2, 7), "女会员": (3, 7), "新就业形态会员": (0, 7), "入会率": (2, 40), "会员占在册职工": (7, 8),
    "实名制率": (1, 7), "信息完整率": (27, 84),
    "档案完整": (0, 7), "会籍接转及时率": (0, 0), "走访人次": (4, 0), "走访户次": (3, 0),
    "走访户数": (3, 0),
    "必访完成率": (0, 1), "走访覆盖率：会员": (4, 7), "走访覆盖率：单位": (0, 4), "走访转诉求率": (1, 5),
    "诉求受理数": (4, 0), "响应率": (4, 6), "办结率": (4, 5), "这一批的办结率": (3, 4), "按期办结率": (3, 4),
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


def test_the_same_numbers_go_out_as_a_table_and_for_another_program(site: Flask, lifted: Flask) -> None:
    histories.a_month()
    leader = Someone(site, "leader")
    told = json.loads(leader.get("/status/21/measures.json?when=2026-11").response.data)
    assert (told["from"], told["to"], told["unit"]["code"]) == ("2026-11-01", "2026-11-19", "21")
    period = named("2026-11")
    assert period
    values = [value for _words, some in Values(unit("21"), period).groups() for value in some]
    plain = [(it["code"], it["number"]) for it in told["indicators"] if it["code"][0] not in "QH"]
    assert plain == [(it.it.code, it.number) for it in values if it.it.code[0] not in "QH"]
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
