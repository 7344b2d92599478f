"""Sheets as people send them: what is taken in, what comes back, and that nothing happens twice."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select, text

from gridunion.audit import Trail
from gridunion.db import Base, db, write
from gridunion.employers.models import Employer
from gridunion.members.consent import Consent
from gridunion.members.gone import EmployerGone
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.status.models import Standing
from gridunion.tree import Unit
from tests.conftest import SHARED, matching, member, unit
from tests.test_complaints import taken as complained

DATA = SHARED / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared is not here")
ORGANIZATION = DATA / "hantai_organization.csv"
MEMBERS = DATA / "hanzhonglu_members.xlsx"


@pytest.fixture
def office(lifted: Flask) -> Iterator[Flask]:
    """A base whose own communities do not share the names of the sheets."""
    with write():
        for code in ("21", "210", "22"):
            unit(code).name = f"试验{code}社区工会"
    yield lifted


def load(site: Flask, *words: Any) -> Result:
    return site.test_cli_runner().invoke(args=["load", *map(str, words)])


def taken(site: Flask, *words: Any) -> Result:
    result = load(site, *words)
    assert result.exit_code == 0, result.output
    return result


def read_report(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def everything() -> dict[str, list[Any]]:
    """The content of every table."""
    db.session.rollback()
    found = {}
    for table in Base.metadata.sorted_tables:
        rows = db.session.execute(select(table), execution_options={"branch": True}).all()
        found[table.name] = sorted(map(repr, rows))
    return found


def how_many(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def sheet(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


@needs_data
def test_a_district_loads_whole_and_a_second_time_changes_nothing(office: Flask, tmp_path: Path) -> None:
    before = how_many(Unit)
    taken(office, "units", ORGANIZATION, "--report", tmp_path / "first.csv")
    assert how_many(Unit) == before + 2035
    assert {line["verdict"] for line in read_report(tmp_path / "first.csv")} == {"ok"}
    cell = unit("610702003010001")
    assert cell.path == "610702000000/610702003000/610702003010/610702003010001/"
    state = everything()
    taken(office, "units", ORGANIZATION, "--report", tmp_path / "second.csv")
    assert Counter(line["verdict"] for line in read_report(tmp_path / "second.csv")) == {"duplicate": 2035}
    assert everything() == state


@needs_data
def test_a_street_loads_its_employers_and_members_once(office: Flask, tmp_path: Path) -> None:
    taken(office, "units", ORGANIZATION)
    taken(office, "employers", DATA / "hanzhonglu_employers.xlsx")
    taken(office, "members", MEMBERS)
    assert (how_many(Employer), how_many(Person), how_many(Membership), how_many(Consent)) == (
        237,
        3000,
        3000,
        3000,
    )
    assert db.session.scalar(select(func.sum(Standing.members))) == 3000
    person = db.session.scalars(select(Person).where(Person.name == "武国建")).one()
    assert (person.id_number, person.unit.code) == ("610702198008263333", "610702003013006")
    assert (person.key_group, person.skill_level, person.migrant, person.reading) == (
        "guard",
        "3",
        True,
        "wuguojian",
    )
    assert "198008" not in (person.id_number_sealed or "")
    assert [(span.status, str(span.from_on)) for span in person.memberships] == [("active", "2012-01-14")]
    assert person in matching("武国建", "610702003013")
    state = everything()
    for kind, file in (("employers", DATA / "hanzhonglu_employers.xlsx"), ("members", MEMBERS)):
        taken(office, kind, file, "--report", tmp_path / "again.csv")
        assert {line["verdict"] for line in read_report(tmp_path / "again.csv")} == {"duplicate"}
    assert everything() == state


@needs_data
def test_each_row_of_the_messy_sheet_gets_its_verdict(office: Flask, tmp_path: Path) -> None:
    taken(office, "units", ORGANIZATION)
    taken(office, "members", MEMBERS)
    taken(office, "members", DATA / "hanzhonglu_members_messy.xlsx", "--report", tmp_path / "messy.csv")
    expected = read_report(DATA / "hanzhonglu_members_messy.expected.csv")
    told = {line["row"]: line for line in read_report(tmp_path / "messy.csv")}
    wrong = [
        (line["row"], line["note"], told[line["row"]])
        for line in expected
        if (told[line["row"]]["verdict"], told[line["row"]]["field"]) != (line["verdict"], line["field"])
    ]
    assert wrong == [] and len(told) == len(expected)
    assert all(line["message"] for line in told.values() if line["verdict"] in ("error", "duplicate"))
    by_number = {person.id_number: person for person in db.session.scalars(select(Person))}
    for line in (line for line in expected if line["verdict"] == "ok"):
        person = by_number[line["id_number"]]
        assert (person.phone, str(person.memberships[0].from_on)) == (line["phone"], line["joined_on"]), line


@needs_data
def test_an_old_program_may_have_saved_the_sheet_in_its_own_encoding(office: Flask) -> None:
    taken(office, "units", ORGANIZATION)
    assert "收下 500" in taken(office, "members", DATA / "hanzhonglu_members_gbk.csv").output


@needs_data
def test_a_trial_run_says_the_same_and_stores_nothing(office: Flask, tmp_path: Path) -> None:
    taken(office, "units", ORGANIZATION)
    state = everything()
    taken(office, "members", MEMBERS, "--dry-run", "--report", tmp_path / "report.csv")
    assert Counter(line["verdict"] for line in read_report(tmp_path / "report.csv")) == {"ok": 3000}
    assert everything() == state


HEADER = "编码,名称,类型,上级编码"


def test_units_come_in_any_order_and_the_wrong_ones_come_back(lifted: Flask, tmp_path: Path) -> None:
    file = sheet(
        tmp_path / "units.csv", "某街道 2026 年单位表", HEADER,
        "301001,新桥社区第1网格,cell,301", "301,新桥社区工会,社区工会,3",
        "3,新桥街道工会联合会,street_federation,1",
        "301002,新桥社区第2网格,cell,302", "301,新桥社区工会,community_union,3", "9,某协会,club,1",
        "31,某街道,street_federation,21",
        "302001,新桥社区第9网格,cell,3", "21,别的社区工会,community_union,2", "合计,9 个,,",
    )  # fmt: skip
    taken(lifted, "units", file, "--report", tmp_path / "report.csv")
    told = [(line["row"], line["verdict"], line["field"]) for line in read_report(tmp_path / "report.csv")]
    assert told == [
        ("3", "ok", ""), ("4", "ok", ""), ("5", "ok", ""), ("6", "error", "parent_code"),
        ("7", "error", "code"),
        ("8", "error", "kind"), ("9", "error", "parent_code"), ("10", "error", "parent_code"),
        ("11", "error", "code"),
        ("12", "skip", ""),
    ]  # fmt: skip
    assert unit("301001").path == "1/3/301/301001/"


PEOPLE = "姓名,证件号码,移动电话,会籍变化日期,学历,工作单位,所属社区工会,所属网格编码"
GOOD = "李小燕,11010519491231002X,13809165520,2020-05-01,本科,明珠超市,明珠社区工会,211"


def test_a_row_says_what_could_have_been_written(lifted: Flask, tmp_path: Path) -> None:
    odd = GOOD.replace("本科", "自学成才")
    elsewhere = GOOD.replace(",211", ",221")
    file = sheet(tmp_path / "people.csv", PEOPLE, odd, elsewhere, GOOD)
    taken(lifted, "members", file, "--report", tmp_path / "report.csv")
    first, second, third = read_report(tmp_path / "report.csv")
    assert first["field"] == "学历" and "大学本科、专科" in first["message"]
    assert (second["field"], second["verdict"]) == ("所属网格编码", "error")
    assert (third["verdict"], third["message"]) == ("ok", "")


def test_a_load_leaves_one_line_in_the_trail_and_no_number_in_it(lifted: Flask, tmp_path: Path) -> None:
    before = how_many(Trail)
    file = sheet(tmp_path / "people.csv", PEOPLE, GOOD)
    taken(lifted, "members", file)
    lines = list(db.session.scalars(select(Trail).order_by(Trail.id)))[before:]
    assert [(line.action, line.detail["what"], line.detail["rows"]) for line in lines] == [
        ("load", "members", {"ok": 1})
    ]
    assert "11010519491231002X" not in str(lines[0].detail)
    taken(lifted, "members", file)
    assert how_many(Trail) == before + 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("姓名,电话\n李小燕,13809165520", "缺少：证件号码"),
        ("只有一句话，不是表格", "没有找到表头"),
        ("", "没有数据"),
        ("<html><table></table></html>", "网页格式"),
    ],
)
def test_what_cannot_be_read_changes_nothing_and_says_why(
    lifted: Flask, tmp_path: Path, content: str, words: str
) -> None:
    file = sheet(tmp_path / "odd.csv", content)
    state = everything()
    result = load(lifted, "members", file)
    assert result.exit_code != 0
    assert "odd.csv" in result.output and words in result.output
    assert everything() == state


def test_without_its_report_nothing_is_stored(lifted: Flask, tmp_path: Path) -> None:
    file = sheet(tmp_path / "people.csv", PEOPLE, GOOD)
    result = load(lifted, "members", file, "--report", tmp_path / "no" / "such" / "folder.csv")
    assert result.exit_code != 0
    assert how_many(Person) == 0


@pytest.mark.parametrize("dry_run", [(), ("--dry-run",)])
@pytest.mark.parametrize("way", ["itself", "another spelling", "a link", "a second name"])
def test_a_report_never_overwrites_the_sheet_it_is_about(
    lifted: Flask, tmp_path: Path, way: str, dry_run: tuple[str, ...]
) -> None:
    file = sheet(tmp_path / "people.csv", PEOPLE, GOOD)
    (tmp_path / "link.csv").symlink_to(file)
    (tmp_path / "second.csv").hardlink_to(file)
    (tmp_path / "inner").mkdir()
    report = {"itself": file, "another spelling": tmp_path / "inner" / ".." / "people.csv",
              "a link": tmp_path / "link.csv", "a second name": tmp_path / "second.csv"}[way]  # fmt: skip
    before, state = file.read_bytes(), everything()
    result = load(lifted, "members", file, "--report", report, *dry_run)
    assert result.exit_code == 1 and "报告不能写在" in result.output
    assert file.read_bytes() == before and everything() == state


def test_a_report_replaces_an_earlier_report_and_nothing_else(lifted: Flask, tmp_path: Path) -> None:
    file, report = sheet(tmp_path / "units.csv", "code,name,kind,parent_code"), tmp_path / "report.csv"
    file.write_text(file.read_text() + "\n213,明珠社区第3网格,cell,21\n")
    report.touch()
    for _time in range(2):
        taken(lifted, "units", file, "--report", report)
        assert len(read_report(report)) == 1
    report.write_text("姓名,电话\n王秀兰,13609162087\n")
    result = load(lifted, "units", file, "--report", report)
    assert result.exit_code == 1 and "不会盖掉" in result.output
    assert report.read_text().startswith("姓名")


def test_a_name_that_two_communities_share_is_asked_for_by_its_code(lifted: Flask, tmp_path: Path) -> None:
    with write():
        unit("22").name = "明珠社区工会"
    head = "单位名称,统一社会信用代码,职工人数,女职工人数,所属社区工会"
    file = sheet(
        tmp_path / "employers.csv", head, "明珠超市,,12,5,明珠社区工会", "明珠超市,,12,5,21",
        "明珠超市,,12,5,21",
        "汉江药业,91350100M000100Y43,9,10,太白社区工会", "汉江药业,91350100M000100Y44,9,1,太白社区工会",
    )  # fmt: skip
    taken(lifted, "employers", file, "--report", tmp_path / "report.csv")
    told = [(line["verdict"], line["field"]) for line in read_report(tmp_path / "report.csv")]
    assert told == [
        ("error", "所属社区工会"), ("ok", ""), ("duplicate", "单位名称"), ("error", "女职工人数"),
        ("error", "统一社会信用代码"),
    ]  # fmt: skip
    assert (
        db.session.execute(text("SELECT count(*) FROM employer"), execution_options={"branch": True}).scalar()
        == 1
    )


def test_a_case_that_named_an_employer_is_about_it_once_a_sheet_brings_it(
    lifted: Flask, tmp_path: Path
) -> None:
    case = complained(employer_name="明珠超市")
    taken(lifted, "employers", sheet(tmp_path / "a.csv", "单位名称,所属社区工会", "老店,21", "明珠超市,21"))
    db.session.expire_all()
    assert case.employer and case.employer.name == "明珠超市"


def test_a_sheet_of_employers_finds_the_people_who_named_them_before(lifted: Flask, tmp_path: Path) -> None:
    for name, employer, phone in (("李强", "明珠超市", "13609162081"), ("孙倩", "老店", "13609162082")):
        member(name, phone=phone, employer_name=employer)
    head = "单位名称,统一社会信用代码,所属社区,经营状态"
    taken(lifted, "employers", sheet(tmp_path / "a.csv", head, "明珠超市,,21,正常", "老店,,21,已注销"))
    db.session.rollback()
    tied = {it.name: it.employer and it.employer.name for it in db.session.scalars(select(Person))}
    assert tied == {"李强": "明珠超市", "孙倩": "老店"}
    [asked] = db.session.scalars(select(EmployerGone))
    assert asked.employer.name == "老店"


def test_an_employer_that_closed_in_a_sheet_asks_about_each_of_its_members(
    lifted: Flask, tmp_path: Path
) -> None:
    head = "单位名称,统一社会信用代码,所属社区工会,单位状态"
    taken(lifted, "employers", sheet(tmp_path / "a.csv", head, "明珠超市,,21,正常", "老店,,21,已注销"))
    people = sheet(
        tmp_path / "members.csv", "姓名,证件号码,移动电话,会籍变化日期,工作单位,所属网格编码",
        "李小燕,11010519491231002X,13809165520,2020-05-01,明珠超市,211",
    )  # fmt: skip
    taken(lifted, "members", people)
    closed = sheet(
        tmp_path / "b.csv", head, "明珠超市,,21,搬走", "老店,,21,", "明珠超市,,21,注销", "新店,,21,好"
    )
    taken(lifted, "employers", closed, "--report", tmp_path / "report.csv")
    told = [(line["verdict"], line["field"]) for line in read_report(tmp_path / "report.csv")]
    assert told == [("ok", ""), ("duplicate", "单位名称"), ("duplicate", "单位名称"), ("error", "单位状态")]
    db.session.rollback()
    assert {it.name: it.state for it in db.session.scalars(select(Employer))} == {
        "明珠超市": "closed", "老店": "closed",
    }  # fmt: skip
    [asked] = db.session.scalars(select(EmployerGone))
    assert (asked.state, asked.employer.name) == ("open", "明珠超市")
    taken(lifted, "employers", sheet(tmp_path / "c.csv", head, "明珠超市,,21,在经营"))
    db.session.expire_all()
    assert [it.state for it in db.session.scalars(select(EmployerGone))] == ["back"]
