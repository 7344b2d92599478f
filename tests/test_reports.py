"""The month of a union: computed, signed, answered, corrected, taken away, and sent to another installation."""

import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock, signing
from gridunion.accounts.models import Account, Posting
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.reports.models import Report
from gridunion.reports.month import FIGURES, Month
from gridunion.reports.sheet import drawn
from gridunion.reports.travel import Sender, document
from gridunion.status.measures import MEASURES
from gridunion.status.past import standings
from gridunion.status.records import count
from gridunion.status.small import kept_back
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests import histories
from tests.conftest import NOON, Someone, as_viewer, member, unit

DECEMBER = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)  # Thursday, noon in Shanghai
SIGN = "/reports/21/2026-11/sign"


@pytest.fixture(autouse=True)
def december(lifted: Flask) -> Iterator[None]:
    """It is the third of December for everybody who comes."""
    with clock.at(DECEMBER):
        yield


def report(edition: int = 1) -> Report:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalars(select(Report).where(Report.edition == edition)).one()


def a_month() -> None:
    """Of November: two members, a visit that was due and made, a complaint nobody answers, nor goes to see why."""
    with clock.at(datetime(2026, 11, 2, 4, 0, tzinfo=UTC)):
        _a_month()


def _a_month() -> None:
    wang, _li = member("王秀兰"), member("李小燕", phone="13809165520")
    with write():
        due = DueVisit.plan(wang, "hospital", clock.today(), as_viewer("worker"))
        Visit.log(wang, as_viewer("worker"), "met", due)
        Complaint.take(unit("211"), as_viewer("worker"), "王秀兰", "13609162087", channel="phone",
                       category="wages", text="两个月没发工资了", person=wang)  # fmt: skip


def test_a_month_is_computed_and_nobody_types_it(lifted: Flask, leader: Someone) -> None:
    a_month()
    with clock.at(datetime(2026, 11, 28, 4, 0, tzinfo=UTC)):
        early = Someone(lifted, "leader")
        page = early.get("/reports/21/2026-11")
        assert "还没签报" in page and "会员 2 人，其中本月新发展 2 人，净增 2 人" in page
        assert "本月收到职工诉求 1 件" in page and "下月 1 日起才能签" in page
        early.post(SIGN, status=409)
    assert "五必访到期 2 次，按时走访 1 次" in leader.get("/reports/21/2026-11")


def test_the_leader_signs_and_the_street_takes_it(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    a_month()
    leader.post(SIGN, {"comment": "欠薪一件，请街道出面"})
    page = supervisor.get("/reports/?month=2026-11")
    assert page.total == 2 and "已签报，等上级收" in page and "晚了" not in page
    paper = supervisor.get("/reports/21/2026-11")
    assert "欠薪一件，请街道出面" in paper and "超期 1 件" in paper
    supervisor.post(f"/reports/{report().uid}/accept")
    assert "上级已收" in leader.get("/reports/?month=2026-11")
    supervisor.post(f"/reports/{report().uid}/accept", status=409)


def test_what_is_sent_back_is_signed_anew_and_both_are_kept(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    leader.post(SIGN)
    supervisor.post(f"/reports/{report().uid}/return", {"reason": "少"}, status=422)
    supervisor.post(f"/reports/{report().uid}/return", {"reason": "会员数和上月对不上"})
    assert "退回的原因：会员数和上月对不上" in leader.get("/reports/21/2026-11")
    leader.post(SIGN)
    page = leader.get("/reports/21/2026-11")
    assert "第 2 版" in page and "各版：" in page
    assert "退回的原因" in leader.get("/reports/21/2026-11?edition=1")


def test_what_was_signed_stays_and_a_recount_says_what_changed_since(lifted: Flask, leader: Someone) -> None:
    a_month()
    leader.post(SIGN)
    assert "一个数都没变" in leader.get("/reports/21/2026-11?check=1")
    with write():
        db.session.scalars(select(DueVisit).where(DueVisit.trigger == "hospital")).one().cancel()
    assert "五必访到期 2 次" in leader.get("/reports/21/2026-11")
    page = leader.get("/reports/21/2026-11?check=1")
    assert "到期必访" in page and page.total
    assert report().intact
    with write():
        report().body = report().body.replace('"members":2', '"members":9')
    assert not report().intact
    assert "签名对不上" in leader.get("/reports/21/2026-11")


def test_a_draft_leaves_out_what_its_reader_keeps_away_from_and_what_is_signed_counts_all(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    with clock.at(datetime(2026, 11, 2, 4, 0, tzinfo=UTC)):
        histories.asked("211", employer_name="汉宁轩饭店")
        histories.asked("211")
    histories.tie("leader", "汉宁轩饭店")
    assert "本月收到职工诉求 1 件" in leader.get("/reports/21/2026-11")
    assert "本月收到职工诉求 2 件" in supervisor.get("/reports/21/2026-11")
    leader.post(SIGN)
    figures = report().sheet["total"]["figures"]
    assert (figures["received"], figures["open"], figures["overdue"]) == (2, 2, 2)
    assert "一个数都没变" in leader.get("/reports/21/2026-11?check=1")


def test_only_who_leads_a_union_signs_for_it_or_who_leads_the_one_above_when_nobody_does(
    lifted: Flask, leader: Someone, supervisor: Someone, worker: Someone, leader2: Someone
) -> None:
    worker.get("/reports/", 403)
    leader2.get("/reports/21/2026-11", 404)
    supervisor.post(SIGN, status=409)
    assert "签了就定下来" not in supervisor.get("/reports/21/2026-11")
    with write():
        account = db.session.scalars(select(Account).where(Account.login == "leader")).one()
        for posting in db.session.scalars(select(Posting).where(Posting.account_id == account.id)):
            posting.end(clock.today() + timedelta(days=1))
    with clock.at(DECEMBER.replace(day=4)):
        Someone(lifted, "supervisor").post(SIGN)
        assert report().signed_by == "杜丽华" and not report().may_answer(as_viewer("supervisor"))


def test_nobody_answers_their_own_report(lifted: Flask, supervisor: Someone, district: Someone) -> None:
    supervisor.post("/reports/2/2026-11/sign")
    supervisor.post(f"/reports/{report().uid}/accept", status=409)
    district.post(f"/reports/{report().uid}/accept")
    assert "马秀英" in supervisor.get("/reports/2/2026-11")


def test_who_has_not_signed_by_the_fifth_is_late_and_stays_so(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    for day, words in ((5, "还没签报"), (8, "没签报，晚了 3 天")):
        with clock.at(DECEMBER.replace(day=day)):
            assert words in Someone(lifted, "supervisor").get("/reports/?month=2026-11")
    with clock.at(DECEMBER.replace(day=8)):
        Someone(lifted, "leader").post(SIGN)
        assert "晚了 3 天" in Someone(lifted, "supervisor").get("/reports/?month=2026-11")


def test_the_street_is_counted_from_records_and_not_from_the_papers_of_its_communities(
    lifted: Flask, supervisor: Someone
) -> None:
    a_month()
    member("张三", cell="212", phone="13609162099")
    month = Month(date(2026, 11, 1))
    street = drawn(unit("2"), month)
    parts = [drawn(unit(code), month) for code in ("21", "210")]
    for name, many in street["total"]["figures"].items():
        assert many == sum(part["total"]["figures"][name] for part in parts), name
        assert many == sum(line["figures"][name] for line in street["lines"]), name


def test_the_end_of_a_month_is_not_changed_by_what_came_after(lifted: Flask) -> None:
    """A month later cases are taken back, reopened, given more time, withdrawn and mediated, and people move."""
    october, by = Month(date(2026, 10, 1)), as_viewer("leader")
    with histories.on(-35), histories.kept():  # the fifteenth of October
        there = [histories.joined("211", f"会员{n}", phone=f"1360916{n:04d}") for n in range(2)]
        kinds = ("welfare", "welfare", "welfare", "wages", "welfare")
        cases = [histories.asked("211", category=kind) for kind in kinds]
        for case in cases:
            histories.give(case)
        reopened, sent_on, withdrawn, dispute, done = cases
    with histories.on(-32):
        histories.finish(reopened), histories.finish(done)
        histories.call(reopened, "satisfied")
    with histories.on(-18):  # the first of November
        before = standings([unit("211").id], october)[unit("211").id]
    said = ("open", "overdue", "due", "on_time", "disputes", "mediated")
    assert [before.figures[name] for name in said] == [3, 2, 4, 2, 1, 0]
    with histories.on(-15):
        histories.step(lambda: reopened.reopen(by, "工资又停发了，请再办"))
        histories.step(lambda: sent_on.extend(by, 5, "等站点的账单", "phone"))
        histories.step(lambda: withdrawn.withdraw(by, "本人说不用办了"))
        histories.finish(dispute, mediated=True)
        histories.call(done, "not_satisfied")
        with histories.kept():
            there[0].note_hardship("deep", None)
            there[1].resettle(unit("2110"), by)
    assert {reopened.state, done.state} == {"reopened"} and sent_on.due_at >= october.end
    assert withdrawn.state == "withdrawn" and dispute.state == "resolved"
    after = standings([unit("211").id], october)[unit("211").id]
    assert {name: (before.figures[name], after.figures[name]) for name in FIGURES
            if before.figures[name] != after.figures[name]} == {}  # fmt: skip
    assert (after.oldest_due_at, after.last_entry_at) == (before.oldest_due_at, before.last_entry_at)
    assert differing_parts(unit("211"), october) == {}


def differing_parts(place: Any, month: Month) -> dict[str, tuple[int, int]]:
    """Figures whose parts do not make up the whole."""
    sums = {
        it.name: (count(place, it.name, month), sum(count(place, part, month) for part, _light in it.parts))
        for it in MEASURES.values() if it.parts
    }  # fmt: skip
    return {name: both for name, both in sums.items() if both[0] != both[1]}


def book_of(answer: Any) -> dict[str, list[tuple[Any, ...]]]:
    """The sheets of a workbook by name, which holds no formula and no merged cell, and whose heads stay in sight."""
    book = openpyxl.load_workbook(io.BytesIO(answer.response.data))
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2" and not sheet.merged_cells.ranges
    assert not [it for sheet in book for row in sheet.iter_rows() for it in row if it.data_type == "f"]
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}


def test_the_report_opens_in_excel_as_one_sheet_a_table_and_says_who_signed_it(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    a_month()
    book = book_of(supervisor.get("/reports/2/2026-11/xlsx"))
    assert [*book] == ["说明", "合计", "各社区情况", "要会上定的事"]
    notes, rows = dict(book["说明"]), book["各社区情况"]
    assert notes["签报"] == "草稿，未签报" and notes["编码"] == "2" and "签报的人" not in notes
    assert rows[0][:4] == ("社区", "编码", "灯号", "会员") and rows[-1][0] == "合计" and rows[-1][3] == 2
    assert ("会员", 2) in book["合计"] and book["要会上定的事"][1][1].startswith("明珠社区工会超期 1 件")
    draft = supervisor.get("/reports/2/2026-11/csv").response
    assert "草稿，未签报" in draft.data.decode("utf-8-sig") and draft.data.startswith(b"\xef\xbb\xbf")
    leader.post(SIGN, {"comment": "=1+1"})
    notes = dict(book_of(leader.get("/reports/21/2026-11/xlsx"))["说明"])
    assert (notes["签报"], notes["签报的人"], notes["校验码"]) == ("第 1 版", "何建平", report().digest)
    assert notes["补充说明"] == "=1+1" and notes["签报时间"] == "2026-12-03 12:00"
    assert "草稿" in dict(book_of(leader.get("/reports/21/2026-11/xlsx?draft=1"))["说明"])["签报"]
    for kind in ("json", "pdf"):
        supervisor.get(f"/reports/2/2026-11/{kind}", 404)


def in_hardship(cells: list[str]) -> None:
    """A member in hardship for each of some cells."""
    with clock.at(NOON):
        for n, cell in enumerate(cells):
            person = member(f"赵{n}", cell, phone=f"1360916209{n}")
            with write():
                person.note_hardship("illness", None)


def test_how_few_are_in_hardship_is_told_by_no_table_that_leaves(lifted: Flask, supervisor: Someone) -> None:
    in_hardship(["211", "211", "2110", "212"])
    paper = supervisor.get("/reports/2/2026-11")
    assert "困难职工 4 人" in paper and "1 到 4 写成“<5”" in paper
    book = book_of(supervisor.get("/reports/2/2026-11/xlsx"))
    at = book["各社区情况"][0].index("困难职工")
    assert [row[at] for row in book["各社区情况"][1:]] == ["<5", "<5", "<5"]
    assert ("困难职工", "<5") in book["合计"]
    head, *_lines, last = (
        supervisor.get("/reports/2/2026-11/csv").response.data.decode("utf-8-sig").splitlines()
    )
    assert dict(zip(head.split(","), last.split(","), strict=True))["困难职工"] == "<5"


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ([0, 0], [0, 0, 0]), ([7, 5], [7, 5, 12]), ([3, 0], ["<5", 0, "<5"]), ([3, 9], ["<5", 9, "—"]),
        ([1, 1, 9], ["<5", "<5", 9, "—"]), ([4, 4], ["<5", "<5", "—"]), ([1, 2, 9], ["<5", "<5", 9, 12]),
    ],
)  # fmt: skip
def test_a_sum_that_would_tell_what_is_kept_back_is_not_told(parts: list[int], told: list[Any]) -> None:
    assert kept_back(parts, sum(parts)) == told


@pytest.mark.parametrize("month", ["2026-13", "2027-01", "x", "1800-01", "2026-11-01"])
def test_there_is_no_report_of_what_is_no_month_or_has_not_begun(
    lifted: Flask, leader: Someone, month: str
) -> None:
    leader.get(f"/reports/21/{month}", 404)


@pytest.fixture
def travelling(lifted: Flask, supervisor: Someone, admin: Someone) -> str:
    """A street's signed report as a document, and the street's key registered; nothing of it is kept here."""
    a_month()
    return sent_away(supervisor, admin)


def sent_away(supervisor: Someone, admin: Someone) -> str:
    supervisor.post("/reports/2/2026-11/sign")
    said = supervisor.get("/reports/2/2026-11/json").response.data.decode()
    assert said == document(report())
    with write():
        db.session.delete(report())
    admin.post("/reports/senders", {"unit": "2", "key": signing.public_key()})
    return said


def arrive(district: Someone, said: str, status: int = 303) -> Any:
    return district.post("/reports/arrivals", {"file": (io.BytesIO(said.encode()), "月报.json")}, status)


def test_a_signed_report_is_taken_in_elsewhere_once(travelling: str, district: Someone) -> None:
    for _time in range(2):
        arrive(district, travelling)
    kept = report()
    assert kept.intact and kept.unit.code == "2" and kept.sheet["total"]["figures"]["members"] == 2
    assert "已签报，等上级收" in district.get("/reports/?month=2026-11")


def test_what_was_altered_on_the_way_is_refused(travelling: str, district: Someone, admin: Someone) -> None:
    changed = json.loads(travelling)
    changed["report"] = changed["report"].replace('"members":2', '"members":3')
    assert "签名对不上" in arrive(district, json.dumps(changed), 422)
    changed = json.loads(travelling) | {"key": "A" * 43 + "="}
    assert "没有登记过这把公钥" in arrive(district, json.dumps(changed), 422)
    for junk in ("", "{}", "[]", "null", '{"report": 1}', "[" * 100_000, "\x00", travelling[:-5]):
        assert arrive(district, junk, 422)
    db.session.rollback()
    sender = db.session.scalars(select(Sender)).one()
    admin.post(f"/reports/senders/{sender.uid}/delete")
    assert "请管理员先登记" in arrive(district, travelling, 422)
    assert not db.session.scalars(select(Report)).all()


def figures_in(said: str, name: str = "hardship") -> list[Any]:
    """One figure of the lines and of the sum of a document."""
    sheet = json.loads(json.loads(said)["report"])
    return [line["figures"][name] for line in (*sheet["lines"], sheet["total"])]


def test_the_document_tells_how_few_by_no_line_nor_sum_and_the_house_keeps_the_count(
    lifted: Flask, supervisor: Someone
) -> None:
    in_hardship(["211"] * 6 + ["212"] * 3)
    supervisor.post("/reports/2/2026-11/sign")
    kept, said = report(), supervisor.get("/reports/2/2026-11/json").response.data.decode()
    assert figures_in(said) == [6, "<5", "—"] and figures_in(said, "members") == [6, 3, 9]
    assert kept.exact and kept.exact not in said and kept.seal not in said
    assert kept.digest == hashlib.sha256(json.loads(said)["report"].encode()).hexdigest()
    page = supervisor.get("/reports/2/2026-11")
    assert "困难职工 9 人" in page and "页面上是准数" in page and "一个数都没变" not in page
    assert "一个数都没变" in supervisor.get("/reports/2/2026-11?check=1")
    assert lifted.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0
    assert report().intact and document(report()) == said
    with write():
        report().exact = kept.exact.replace('"hardship":3', '"hardship":4')
    assert not report().intact and "签名对不上" in supervisor.get("/reports/2/2026-11")


def test_who_takes_it_in_reads_it_in_the_same_words_and_asks_for_no_recount_of_what_is_elsewhere(
    lifted: Flask, supervisor: Someone, district: Someone, admin: Someone
) -> None:
    in_hardship(["211"] * 6 + ["212"] * 3)
    said = sent_away(supervisor, admin)
    arrive(district, said)
    assert document(report()) == said and report().intact
    for page in (district.get("/reports/2/2026-11"), district.get("/reports/2/2026-11?check=1")):
        assert "困难职工 — 人，本月走访到 0 人" in page and "1 到 4 写成“<5”" in page
        assert "准数。" not in page and "重新数一遍" not in page and "个数变了" not in page
    book = book_of(district.get("/reports/2/2026-11/xlsx"))
    at = book["各社区情况"][0].index("困难职工")
    assert [row[at] for row in book["各社区情况"][1:]] == [6, "<5", "—"] and ("困难职工", "—") in book["合计"]
    lines = district.get("/reports/2/2026-11/csv").response.data.decode("utf-8-sig").splitlines()
    assert [line.split(",")[at] for line in lines] == ["困难职工", "6", "<5", "—"]


@pytest.mark.parametrize(
    ("name", "value"), [("hardship", 3), ("members", "<5"), ("disputes", "3"), ("helped", None)]
)
def test_a_document_that_tells_how_few_or_says_no_number_is_refused(
    travelling: str, district: Someone, name: str, value: Any
) -> None:
    sheet = json.loads(json.loads(travelling)["report"])
    sheet["total"]["figures"][name] = value
    text = json.dumps(sheet)
    said = json.loads(travelling) | {"report": text, "signature": signing.sign(text)}
    assert "不合规定的格式" in arrive(district, json.dumps(said), 422)


@pytest.mark.parametrize(
    ("part", "value"),
    [("schema", "gridunion.report/1"),
     ("edition", 0), ("edition", True), ("cells", -1), ("lines", None), ("lines", [1]), ("month", "2099-01"),
     ("month", 3), ("unit", {"code": "1", "name": "x", "kind": "district_federation"}), ("total", {}), ("limits", {}),
     ("targets", [{"measure": "founded"}]), ("targets", 3),
     ("signed_by", "x" * 400), ("as_of", "yesterday")],
)  # fmt: skip
def test_a_well_signed_document_that_says_something_odd_is_refused(
    travelling: str, district: Someone, part: str, value: Any
) -> None:
    sheet = json.loads(json.loads(travelling)["report"]) | {part: value}
    text = json.dumps(sheet)
    said = json.loads(travelling) | {"report": text, "signature": signing.sign(text)}
    assert arrive(district, json.dumps(said), 422)


def test_a_key_that_is_none_or_known_is_refused_with_a_sentence(travelling: str, admin: Someone) -> None:
    for key, words in (("不是公钥", "这不是公钥"), (signing.public_key(), "已经登记过")):
        assert words in admin.post("/reports/senders", {"unit": "2", "key": key}, 422)
    assert "你负责的范围里没有" in admin.post(
        "/reports/senders", {"unit": "999", "key": signing.public_key()}, 422
    )


def test_the_menu_says_what_is_to_sign_and_to_answer(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    def waits(someone: Someone) -> bool:
        part = someone.get("/members/").html.split('href="/reports/"')[1].split("</a>")[0]
        return 'class="cnt"' in part

    assert waits(leader) and waits(supervisor)
    leader.post(SIGN)
    supervisor.post("/reports/2/2026-11/sign")
    assert not waits(leader) and waits(supervisor)
    db.session.expire_all()
    hers = db.session.scalars(select(Report).where(Report.unit_id == unit("21").id)).one()
    supervisor.post(f"/reports/{hers.uid}/accept")
    assert not waits(supervisor)
