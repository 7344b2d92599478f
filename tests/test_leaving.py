"""Getting out: the register as a table, on paper, and as a card in a pocket; and what stays inside."""

import csv
import io
import os
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
import segno
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from gridunion import clock
from gridunion.accounts.models import Account, hash_password
from gridunion.audit import Trail
from gridunion.cells import cell_text
from gridunion.db import db, write
from gridunion.exchange.larger import RIGHT
from gridunion.exchange.members import MemberIntake
from gridunion.exchange.roll import CODED, HEADER, SOURCES
from gridunion.exchange.template import NationalTemplate
from gridunion.members import card
from gridunion.members.filters import SHOWN
from gridunion.members.membership import WrongStep
from gridunion.members.models import Person
from gridunion.members.part import SHOWS
from gridunion.qr import drawn
from gridunion.rights import RIGHTS
from gridunion.settings import Setting, forget
from gridunion.sheetout import Table, write_xlsx
from gridunion.sheets import find_header, read_sheet
from tests.conftest import PASSWORD, Page, Someone, as_viewer, member, unit

NUMBER = "11010519491231002X"
# What a spreadsheet program takes for a formula, or changes.
PAYLOADS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "=HYPERLINK(\"http://evil\")", "＝1+1", "＋1", "－1", "＠x",
    "'=1", "It'-s", "12345678901234567890", "<b>&amp;</b>",
)  # fmt: skip


@pytest.fixture
def known(lifted: Flask) -> Person:
    """A member with every column of the template."""
    person = member("曾国富", key_group="courier", employer_name="汉宁轩饭店", sex="female", ethnicity="汉族")
    with write():
        person.learn(
            birth_on=date(1949, 12, 31), work_status="1", education="30", skill_level="4", political_status="13",
            household_type="rural_family", household_place="陕西汉中", native_place="汉台", migrant=True,
        )  # fmt: skip
        person.set_id_number("resident_id", NUMBER)
        person.memberships[-1].change_reason = "1"
    return person


@pytest.fixture(autouse=True)
def _passwords(lifted: Flask) -> None:
    """Everybody knows their own password."""
    hashed = hash_password(PASSWORD)
    with write():
        for account in db.session.scalars(select(Account)):
            account.password_hash = hashed


def look_anew() -> None:
    """Forget what was read before the request."""
    db.session.rollback()
    db.session.expire_all()


def taken(browser: Someone, status: int = 200, where: str = "", **said: str) -> Page:
    """Ask for the table as the page does."""
    asked = {"format": "xlsx", "reason": "核对名册", "password": PASSWORD} | said
    return browser.post(f"/members/export{where}", asked, status)


def table(page: Page, path: Path) -> list[list[Any]]:
    """The rows of an answer, read by openpyxl or as CSV; no cell is a formula."""
    path.write_bytes(page.response.data)
    if page.response.mimetype == "text/csv":
        return list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))
    book = load_workbook(path)
    for sheet in book:
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n", "inlineStr"}
    sheet = book.worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def lines_of_trail(action: str) -> list[Trail]:
    look_anew()
    return list(db.session.scalars(select(Trail).where(Trail.action == action).order_by(Trail.id)))


def set_limit(key: str, value: int) -> None:
    with write():
        db.session.scalars(select(Setting).where(Setting.key == key)).one().value = value
    forget()


# ── the table ──


def test_a_leader_takes_the_register_with_a_reason_and_the_trail_says_so(
    known: Person, leader: Someone, tmp_path: Path
) -> None:
    page = leader.get("/members/export?show=new_form")
    assert "1 行" in page and "证件号码、学历" in page
    page = taken(leader, where="?show=new_form")
    header, row = table(page, tmp_path / "a.xlsx")
    assert tuple(header) == HEADER
    assert row[:3] == [1, "曾国富", "女"] and row[7] == "110105********002X" and row[10] == "136 **** 2087"
    [line] = lines_of_trail("export")
    assert line.actor == "何建平" and line.unit_id == unit("21").id
    said = line.detail
    assert (said["rows"], said["filter"], said["purpose"], said["format"]) == (
        1,
        "new_form",
        "核对名册",
        "xlsx",
    )
    sent = page.response.headers["Content-Disposition"]
    assert sent.isascii() and f"filename=members-{said['number']}.xlsx" in sent
    name = unquote(sent)
    assert f"会员名册-明珠社区工会-20261119-{said['number']}.xlsx" in name
    assert page.response.headers["Cache-Control"] == "no-store"


def test_the_auditor_reads_what_was_taken_in_words(known: Person, leader: Someone, auditor: Someone) -> None:
    taken(leader, phone="y", id_number="y")
    page = auditor.get("/trail?action=export")
    for words in ("导出", "全部会员", "核对名册", "证件号码、手机号", "表格 XLSX"):
        assert words in page, words


@pytest.mark.once
def test_the_table_is_that_of_the_national_template_column_by_column(known: Person) -> None:
    assert set(SOURCES) == set(NationalTemplate.columns)
    coded = {name for name in NationalTemplate.columns if name in CODED}
    assert coded == CODED
    assert HEADER[1:21] == (
        "姓名", "性别", "出生日期", "民族", "就业状况", "有效证件类别", "证件号码", "学历", "技能等级", "移动电话",
        "户籍类型", "户籍所在地", "会籍变化类型", "会籍变化日期", "会籍变化原因", "政治面貌", "工作单位", "籍贯",
        "是否农民工", "八大群体",
    )  # fmt: skip


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_what_is_taken_can_be_loaded_again_and_says_the_same(
    known: Person, leader: Someone, tmp_path: Path, format: str
) -> None:
    page = taken(leader, format=format, phone="y", id_number="y")
    path = tmp_path / f"a.{format}"
    path.write_bytes(page.response.data)
    rows, intake = read_sheet(path).rows, MemberIntake()
    at = find_header(rows, intake.columns, intake.required).columns
    intake.prepare()
    read = intake.judge({name: rows[1][column] for name, column in at.items()})
    same = [name for name in read if hasattr(known, name) and name not in ("id_number", "employer_id")]
    assert {name: read[name] for name in same} == {name: getattr(known, name) for name in same}
    assert len(same) > 15 and read["id_number"] == NUMBER and read["place"].code == "211"
    assert (read["change_type"], read["change_reason"], read["joined_on"]) == ("1", "1", clock.today())


@pytest.mark.once
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_no_cell_is_ever_a_formula_and_none_is_lost(
    lifted: Flask, leader: Someone, tmp_path: Path, format: str
) -> None:
    with write():
        for nth, payload in enumerate(PAYLOADS):
            person = Person.register(
                unit("211"), as_viewer("leader"), "grid_visit", name=f"王{nth}", phone=f"1360916{nth:04}"
            )
            person.approve(as_viewer("leader"))
            person.employer_name = payload
    rows = table(taken(leader, format=format), tmp_path / "a.xlsx")
    at = HEADER.index("工作单位")
    told = [row[at] for row in rows[1:]]
    if format == "xlsx":
        assert sorted(told) == sorted(PAYLOADS)
    else:
        assert not [text for text in told if text[0] in "=+-@＝＋－＠"]
        assert "'=1+1" in told and "'12345678901234567890" in told
        assert sorted(map(cell_text, told)) == sorted(PAYLOADS)


def test_only_those_in_ones_branches_are_in_it(known: Person, leader2: Someone, supervisor: Someone) -> None:
    assert "这里没有人可以导出" in taken(leader2, 422)
    assert "这里没有人可以导出" in taken(supervisor, 422, "?unit=210")
    taken(supervisor, 200, "?unit=211")
    leader2.get("/members/export?unit=211", 404)
    assert lines_of_trail("export")[-1].unit_id == unit("211").id


def test_who_may_not_export_finds_no_way_to_it(known: Person, worker: Someone, leader: Someone) -> None:
    assert RIGHTS[RIGHT] == {"leader", "supervisor", "district_officer"}
    assert "/members/export" not in worker.get("/members/").html
    assert "/members/export?show=new_form" in leader.get("/members/?show=new_form").html
    worker.get("/members/export", 403)
    worker.get("/members/print", 403)
    taken(worker, 403)


def test_whole_numbers_are_only_for_who_works_with_the_people(
    known: Person, supervisor: Someone, leader: Someone, tmp_path: Path
) -> None:
    assert 'name="id_number"' not in supervisor.get("/members/export").html
    taken(supervisor, 403, id_number="y")
    taken(supervisor, 403, phone="y")
    row = table(taken(leader, phone="y"), tmp_path / "a.xlsx")[1]
    assert row[10] == "13609162087" and row[7] == "110105********002X"
    assert lines_of_trail("export")[-1].detail["numbers"] == "phone"


def test_a_table_too_long_even_for_two_is_refused_with_a_sentence(known: Person, leader: Someone) -> None:
    member("王秀兰", phone="13609162088")
    set_limit("export.pair", 1)
    assert "超过 1 人" in leader.get("/members/export")
    assert "一次最多导出 1 人" in taken(leader, 422)
    assert lines_of_trail("export") == []


@pytest.mark.once
def test_a_reason_and_ones_own_password_are_asked(known: Person, leader: Someone) -> None:
    assert "请写明用来做什么" in taken(leader, 422, reason=" ")
    assert "至少 4 个字" in taken(leader, 422, reason="看看")
    page = taken(leader, 422, password="wrong-2026")
    assert "密码不对" in page and 'value="核对名册"' in page.html
    assert "试得太多了" in taken(leader, 429)
    assert lines_of_trail("export") == []


def test_after_so_many_tables_a_day_there_are_no_more(known: Person, leader: Someone) -> None:
    set_limit("export.day", 2)
    for status in (200, 200, 429):
        page = taken(leader, status)
    assert "请明天再导" in page
    assert len(lines_of_trail("export")) == 2 and len(lines_of_trail("exports stopped")) == 1
    with clock.at(clock.now() + timedelta(days=1, minutes=1)):
        taken(Someone(leader.site, "leader"))


def test_without_a_line_in_the_trail_there_is_no_table(
    known: Person, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("gridunion.exchange.taken.audit.note", fail)
    assert taken(leader, 503).response.mimetype == "text/html"


def test_a_table_leaves_no_file_behind(known: Person, leader: Someone, lifted: Flask) -> None:
    home = lifted.extensions["gridunion.config"].home
    taken(leader)
    before = sorted(path.name for path in home.iterdir())
    taken(leader)
    assert sorted(path.name for path in home.iterdir()) == before


@pytest.mark.once
def test_libreoffice_reads_the_table_without_loss(tmp_path: Path) -> None:
    soffice = shutil.which("soffice")
    if soffice is None:
        missing = "LibreOffice is not installed: the table was not opened in it"
        (pytest.fail if os.environ.get("GRIDUNION_REQUIRE") else pytest.skip)(missing)
    rows = [
        [n, payload, NUMBER, "2026-11-01", "艾力·买买提", " 两边 ", "𠮷野"]
        for n, payload in enumerate(PAYLOADS)
    ]
    with (tmp_path / "a.xlsx").open("wb") as out:
        roll = Table("会员名册", ["序号", *"甲乙丙丁戊己"], rows)
        write_xlsx(out, [roll, Table("说明", (), [("=1", "2")])], "何建平 & 公司")
    command = [soffice, f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to"]
    to = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false"
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    subprocess.run(
        [*command, to, "a.xlsx"], cwd=tmp_path, env=environ, check=True, capture_output=True, timeout=120
    )
    read = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_text("utf-8"), newline="")))
    assert read[1:] == [[str(value) for value in row] for row in rows]


# ── on paper ──


@pytest.mark.once
def test_the_form_of_a_member_is_printed_with_masked_numbers(known: Person, worker: Someone) -> None:
    page = worker.get(f"/members/{known.uid}/form")
    for words in (
        "工会会员登记表",
        "明珠社区工会",
        "110105********002X",
        "农业家庭户口",
        "本人签名",
        "劳动(工作)关系发生变化",
    ):
        assert words in page, words
    assert NUMBER not in page.html and "13609162087" not in page.html
    assert f"/members/{known.uid}/form" in worker.get(f"/members/{known.uid}").html


def test_a_list_is_printed_of_a_cell_or_of_a_filter(known: Person, leader: Someone) -> None:
    member("王秀兰", cell="2110", phone="13609162088")
    assert leader.get("/members/print").total == 2
    page = leader.get("/members/print?unit=2110")
    assert page.total == 1 and "王秀兰" in page and "曾国富" not in page and "13609162088" not in page.html
    assert "曾国富" in leader.get("/members/print?show=new_form")
    set_limit("export.print", 1)
    assert "最多打印 1 人" in leader.get("/members/print")


def test_who_took_the_consent_back_leaves_in_no_table_and_on_no_paper(known: Person, leader: Someone) -> None:
    member("罗志远", phone="13609162090")
    assert "曾国富" in leader.get("/members/print")
    with write():
        known.withdraw(as_viewer("leader"))
    printed = leader.get("/members/print")
    assert "罗志远" in printed and "曾国富" not in printed
    assert "1 行" in leader.get("/members/export")
    assert "曾国富" not in leader.get("/members/cards")
    shown = leader.get(f"/members/{known.uid}").html
    for paper in ("form", "card"):
        assert f"/members/{known.uid}/{paper}" not in shown
        assert "本人撤回了同意" in leader.get(f"/members/{known.uid}/{paper}", 409)
    leader.post(f"/members/{known.uid}/card", status=409)


def test_the_table_holds_whom_the_list_was_narrowed_to(
    known: Person, leader: Someone, auditor: Someone, tmp_path: Path
) -> None:
    """What one sees is what one takes, and the trail says what was chosen."""
    member("罗志远", phone="13609162090", key_group="guard", migrant=False)
    listed = leader.get("/members/?group=courier&migrant=yes")
    assert "group=courier" in listed.html.split("/members/export?")[1].split('"')[0]
    rows = table(taken(leader, where="?group=courier&migrant=yes"), tmp_path / "some.xlsx")
    assert [row[1] for row in rows[1:]] == ["曾国富"]
    assert "罗志远" not in leader.get("/members/print?group=courier") and "罗志远" in leader.get(
        "/members/print"
    )
    told = auditor.get("/trail")
    assert "快递员" in told and "农民工" in told


@pytest.mark.once
def test_every_filter_of_the_list_has_a_name_on_paper() -> None:
    assert set(SHOWS) == set(SHOWN)


# ── the card ──


def give(browser: Someone, person: Person) -> str:
    """Give a card as the page does; the address its code leads to."""
    browser.post(f"/members/{person.uid}/card")
    look_anew()
    return f"/card/{person.card_token}"


@pytest.mark.once
def test_a_card_is_given_and_drawn_with_its_code(known: Person, worker: Someone) -> None:
    assert "还没有会员卡" in worker.get(f"/members/{known.uid}/card")
    give(worker, known)
    page = worker.get(f"/members/{known.uid}/card")
    for words in ("曾国富", "明珠社区工会", card.show_number(known.card_no or ""), "有效期至 2029-11-30"):
        assert words in page, words
    assert drawn(f"http://127.0.0.1:8000/card/{known.card_token}").path in page.html
    assert re.fullmatch(card.SHAPE, known.card_token or "") and known.uid.hex not in known.card_token


def test_who_scans_a_card_is_led_to_the_file_only_if_it_is_theirs(
    known: Person, worker: Someone, leader: Someone, supervisor: Someone, neighbor: Someone, stranger: Someone,
    admin: Someone, nobody: Someone,
) -> None:  # fmt: skip
    address = give(worker, known)
    for browser in (worker, leader, supervisor):
        assert browser.get(address, 303).location == f"/members/{known.uid}"
    said = {browser.get(address).text for browser in (neighbor, stranger, admin, nobody)}
    assert len(said) == 1
    [told] = said
    assert "会员卡有效" in told
    for private in ("曾国富", "明珠", "2087", known.card_no or "", str(known.uid)):
        assert private not in told


def test_a_card_of_somebody_who_left_and_a_card_that_never_was_look_alike(
    known: Person, worker: Someone, nobody: Someone
) -> None:
    address = give(worker, known)
    with write():
        known._turn("resigned", "6", clock.today())
    gone, never = nobody.get(address), nobody.get("/card/AAAAbbbbCCCCdddd")
    assert gone.text == never.text and "会员卡无效" in gone
    with pytest.raises(WrongStep), write():
        known.give_card()
    assert "不能发卡" in worker.get(f"/members/{known.uid}/card")


def test_a_lost_card_is_replaced_and_holds_no_longer(known: Person, worker: Someone, nobody: Someone) -> None:
    old, number = give(worker, known), known.card_no
    assert "旧卡作废" in worker.get(worker.post(f"/members/{known.uid}/card").location)
    assert "会员卡无效" in nobody.get(old)
    look_anew()
    assert known.card_no == number
    assert "会员卡有效" in nobody.get(f"/card/{known.card_token}")


def test_a_card_holds_to_the_end_of_its_month_some_years_later(
    known: Person, worker: Someone, nobody: Someone
) -> None:
    address = give(worker, known)
    with clock.at(clock.midnight(date(2029, 11, 30)) + timedelta(hours=9)):
        assert "会员卡有效" in nobody.get(address)
    with clock.at(clock.midnight(date(2029, 12, 1)) + timedelta(hours=9)):
        assert "会员卡无效" in nobody.get(address)
        assert not known.has_card


def test_who_tries_many_codes_is_stopped(known: Person, worker: Someone, nobody: Someone) -> None:
    address = give(worker, known)
    for nth in range(30):
        nobody.get(f"/card/AAAAbbbbCCCC{nth:04}")
    nobody.get(address, 429)
    worker.get(address, 303)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert "会员卡有效" in nobody.get(address)


def test_many_cards_are_given_and_printed_at_once(known: Person, leader: Someone, worker: Someone) -> None:
    member("王秀兰", cell="2110", phone="13609162088")
    assert "还有 2 人没有会员卡" in leader.get("/members/cards")
    page = leader.get(leader.post("/members/cards?unit=2110").location)
    assert "已给 1 人发卡" in page
    page = leader.get("/members/cards")
    assert page.total == 1 and "王秀兰" in page and "还有 1 人没有会员卡" in page
    assert leader.get("/members/cards?unit=2110").total == 1
    assert worker.get("/members/cards").total == 0


def test_the_trail_tells_of_the_card_but_not_its_secret(known: Person, worker: Someone) -> None:
    give(worker, known)
    line = lines_of_trail("change")[-1]
    assert line.detail["card_token"] == [None, "…"]
    assert known.card_token not in str([row.detail for row in lines_of_trail("change")])


@pytest.mark.once
def test_numbers_of_cards_are_twelve_digits_that_count_nothing_up() -> None:
    numbers = {card.new_number() for _ in range(50)}
    assert len(numbers) == 50 and all(re.fullmatch(r"[1-9]\d{11}", number) for number in numbers)
    assert card.last_day(date(2026, 12, 5)) == date(2029, 12, 31)


@pytest.mark.once
def test_a_code_is_drawn_as_it_is_read() -> None:
    """Painted again from the path, it is the matrix with its border."""
    code = drawn("http://127.0.0.1:8000/card/AAAAbbbbCCCCdddd")
    painted = set()
    for x, y, wide in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", code.path):
        painted |= {(int(x) + step, int(y)) for step in range(int(wide))}
    matrix = segno.make_qr("http://127.0.0.1:8000/card/AAAAbbbbCCCCdddd", error="m").matrix
    assert painted == {(x + 4, y + 4) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}
    assert code.size == len(matrix) + 8
