"""The indicators: one list, each number of which opens its records, at every level and in every period."""

import json
import re
from dataclasses import replace

from flask import Flask
from sqlalchemy import select

from gridunion.accounts.models import Account, Posting
from gridunion.db import db, write
from gridunion.status.indicators import GROUPS
from gridunion.status.measures import MEASURES
from gridunion.status.periods import Period, named
from gridunion.status.records import ALL
from gridunion.status.values import Values
from tests import histories
from tests.conftest import Someone, member, unit

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
