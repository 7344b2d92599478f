"""Tables as people send them: the honest ones read, the dangerous ones refused, the report safe to open."""

import csv
import time
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from gridunion import sheetfile
from gridunion.cells import cell_date, cell_text, cell_yes
from gridunion.identity import clean_id_number
from gridunion.names import clean_name
from gridunion.phones import phone_from_cell
from gridunion.sheets import Unreadable, find_header, limited_rows, read_limited, read_sheet, write_report
from gridunion.text import Unacceptable

pytestmark = pytest.mark.once

SHARED = Path(__file__).resolve().parents[2] / "shared"
TODAY = date(2026, 11, 20)
NAMES = {
    "name": ["姓名"],
    "id_number": ["证件号码", "身份证号码"],
    "phone": ["移动电话", "手机号"],
    "joined_on": ["会籍变化日期", "入会时间"],
    "kind": ["有效证件类别"],
    "migrant": ["是否农民工", "农民工"],
    "union": ["所属社区工会"],
}
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="hidden" sheetId="2" '
        'state="hidden" r:id="rId2"/><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/worksheet" Target="worksheets/sheet2.xml"/></Relationships>'
    ),
    "xl/worksheets/sheet2.xml": (
        f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
        "</worksheet>"
    ),
}


def workbook(path: Path, rows: str, before: str = "") -> Path:
    sheet = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, text)
    return path


def cell(place: str, text: str = "x") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def shared(name: str) -> Path:
    path = SHARED / "data" / name
    if not path.exists():
        pytest.skip("the shared data is not on this machine")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as problem:
        read_sheet(path)
    with pytest.raises(Unreadable) as limited:
        read_limited(path)
    assert str(problem.value) == str(limited.value)
    return str(problem.value)


# The files of the field


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("hanzhonglu_members.xlsx", 3001),
        ("hanzhonglu_members_messy.xlsx", 406),
        ("hanzhonglu_employers.xlsx", 238),
        ("hanzhonglu_members_gbk.csv", 501),
        ("hantai_organization.csv", 2036),
        ("hanzhonglu_members_messy.expected.csv", 404),
    ],
)
def test_every_shared_table_is_read_alike_here_and_in_the_child(name: str, rows: int) -> None:
    sheet = read_sheet(shared(name))
    assert len(sheet.rows) == rows
    assert read_limited(shared(name)) == sheet


def test_the_messy_sheet_is_understood_row_by_row_as_expected() -> None:
    sheet = read_sheet(shared("hanzhonglu_members_messy.xlsx"))
    header = find_header(sheet.rows, NAMES, NAMES)
    at = header.columns
    expected = read_sheet(shared("hanzhonglu_members_messy.expected.csv")).rows[1:]
    assert header.row_index == 2
    for number, verdict, _field, _note, id_number, phone, joined_on in expected:
        row = sheet.rows[int(str(number)) - 1]
        if verdict == "ok":
            kind = "passport" if row[at["kind"]] == "护照" else "resident_id"
            assert clean_id_number(cell_text(row[at["id_number"]]), kind, TODAY) == id_number
            assert phone_from_cell(row[at["phone"]]) == phone
            assert cell_date(row[at["joined_on"]]).isoformat() == joined_on
            assert isinstance(cell_yes(row[at["migrant"]]), bool)
            assert clean_name(cell_text(row[at["name"]]))


@pytest.mark.parametrize(
    ("field", "note"),
    [
        ("证件号码", "check digit"),
        ("证件号码", "scientific notation"),
        ("证件号码", "15-digit number, no longer valid"),
        ("证件号码", "number stored as a float: digits are lost"),
        ("移动电话", "ten digits"),
        ("会籍变化日期", "no such day"),
        ("姓名", "a formula, not a name"),
        ("姓名", "missing"),
    ],
)
def test_the_damaged_values_of_the_messy_sheet_are_refused(field: str, note: str) -> None:
    sheet = read_sheet(shared("hanzhonglu_members_messy.xlsx"))
    columns = find_header(sheet.rows, NAMES).columns
    check = {
        "证件号码": lambda row: clean_id_number(cell_text(row[columns["id_number"]]), today=TODAY),
        "移动电话": lambda row: phone_from_cell(row[columns["phone"]]),
        "会籍变化日期": lambda row: cell_date(row[columns["joined_on"]]),
        "姓名": lambda row: clean_name(cell_text(row[columns["name"]])),
    }[field]
    wrong = [
        row for row in read_sheet(shared("hanzhonglu_members_messy.expected.csv")).rows if row[3] == note
    ]
    assert wrong
    for row in wrong:
        with pytest.raises(Unacceptable):
            check(sheet.rows[int(str(row[0])) - 1])


# Reading


LIST = ["姓名", "证件号码", "移动电话", "所属社区工会"]
HERS = ["李小燕", "11010519491231002X", "13809165520", "明珠社区工会"]
NOTES = ("填表说明", [["1. 姓名和证件一致"], ["2. 证件号码", "移动电话都设为文本", "3. 写全称", "", "5."]])
CODES = ("代码表", [["性别", "民族", "学历", "政治面貌", "农民工"], ["男", "汉族", "本科", "群众", "是"]])


def book(path: Path, *sheets: tuple[str, list[list[str]]], merged: str = "") -> Path:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets:
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append([value or None for value in row])
        for area in merged.split():
            sheet.merge_cells(area)
    made.save(path)
    return path


def listed(path: Path) -> list[tuple[object, ...]]:
    return list(limited_rows(path, list(NAMES.values())))


def test_the_list_is_found_before_and_behind_notes_code_tables_and_empty_copies(tmp_path: Path) -> None:
    sheets = [NOTES, CODES, ("空表", [LIST]), ("名单", [["汉中路街道会员名单"], LIST, HERS])]
    assert listed(book(tmp_path / "a.xlsx", *sheets))[-1] == tuple(HERS)
    assert listed(book(tmp_path / "b.xlsx", *sheets[::-1]))[-1] == tuple(HERS)
    assert listed(book(tmp_path / "c.xlsx", NOTES))[0] == ("1. 姓名和证件一致", *[None] * 4)


def test_of_several_lists_none_is_taken_so_that_none_is_lost_unseen(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", NOTES, ("一网格", [LIST, HERS]), ("二网格", [LIST, HERS]))
    with pytest.raises(Unreadable, match="有 2 张名单（一网格、二网格），一次只读一张"):
        listed(path)


def test_what_is_merged_over_several_rows_is_said_in_each_of_them(tmp_path: Path) -> None:
    rows = [LIST, HERS, ["孙大勇", "x", "y", ""], ["周敏", "", "y", ""], ["合计", "", "", ""]]
    found = listed(book(tmp_path / "a.xlsx", ("名单", rows), merged="D2:D3 B3:C4"))
    assert [row[3] for row in found] == [LIST[3], HERS[3], HERS[3], None, None]
    assert found[3] == ("周敏", "x", None, None), "of a block, the column that says something"


def test_a_header_of_two_rows_whose_cells_are_merged_is_no_row_of_data(tmp_path: Path) -> None:
    rows = [["姓名", "证件号码", "联系方式", ""], ["", "", "移动电话", "所属社区工会"], HERS]
    two = listed(book(tmp_path / "a.xlsx", ("名单", rows), merged="A1:A2 B1:B2 C1:D1"))
    assert find_header(two, NAMES).row_index == 1
    same = listed(
        book(tmp_path / "b.xlsx", ("名单", [LIST, [""] * 4, HERS]), merged="A1:A2 B1:B2 C1:C2 D1:D2")
    )
    assert find_header(same, NAMES).row_index == 1 and same[2] == tuple(HERS)


def test_rows_have_the_numbers_people_see_even_when_the_sheet_begins_empty(tmp_path: Path) -> None:
    rows = f'<row r="3">{cell("B3", "姓名")}</row><row r="5">{cell("C5")}</row>'
    sheet = read_sheet(workbook(tmp_path / "a.xlsx", rows))
    assert sheet.rows == [(None,) * 3, (None,) * 3, (None, "姓名", None), (None,) * 3, (None, None, "x")]
    assert sheet.number_of(sheet.rows.index((None, "姓名", None))) == 3


def test_cells_keep_their_kinds_through_the_child(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><v>1.5</v></c><c r="B1" t="b"><v>1</v></c><c r="C1" t="d"><v>2026-11-01</v></c>'
        '<c r="D1" t="d"><v>2026-11-01T08:30:00</v></c><c r="E1" t="e"><v>#REF!</v></c><c r="F1" t="str">'
        "<v>𠮷</v></c></row>"
    )
    sheet = read_limited(workbook(tmp_path / "a.xlsx", rows))
    assert sheet == read_sheet(tmp_path / "a.xlsx")
    assert sheet.rows[0][:2] == (1.5, True)
    assert cell_date(sheet.rows[0][2]) == date(2026, 11, 1)
    assert cell_text(sheet.rows[0][3]) == "2026-11-01 08:30:00"
    assert sheet.rows[0][4:] == (None, "𠮷")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_is_read_in_the_encodings_of_the_country(tmp_path: Path, encoding: str, ending: str) -> None:
    path = tmp_path / "names.xlsx"  # what it is called does not matter
    path.write_bytes(ending.join(["姓名,电话", '"王\n芳",', "", "李四,139"]).encode(encoding))
    sheet = read_limited(path)
    assert sheet.rows == [("姓名", "电话"), ("王\n芳", None), (), ("李四", "139")]
    assert sheet.number_of(3) == 4


def test_a_table_with_tabs_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("姓名\t电话\n王芳\t139", encoding="utf-8")
    assert read_sheet(tmp_path / "a.csv").rows[1] == ("王芳", "139")


@pytest.mark.parametrize("tag", ['<x:c r="A1"><x:v>1</x:v></x:c>', "<c t='n' r='A1'><v>1</v></c>"])
def test_workbooks_of_rarer_programs_pass_the_guard(tmp_path: Path, tag: str) -> None:
    rows = f'<row r="1">{tag}</row>'
    path = workbook(tmp_path / "a.xlsx", rows)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.jpeg", b"\xff\xd8<c >\0")
    assert len(read_sheet(path).rows) == 1


# Refusing


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "没有数据"),
        (b"\n \n", "没有数据"),
        (b"PK\x03\x04 not a workbook", "损坏"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页格式"),
        (b"%PDF-1.7\n%\xb5\xed\xae\xfb\n\0\0", "不是表格"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "不是表格"),
        (b"," * 200, "200 列"),
        (b"a\n" * 100_051, "行"),
        (b'"' + b"a" * 200_000, "损坏"),
        (b"a" * (40 * 2**20 + 1), "最多 40 MB"),
        (b"PK\x03\x04" + b"a" * 16 * 2**20, "最多 16 MB"),
    ],
)
def test_what_is_no_table_is_told_why(tmp_path: Path, content: bytes, part: str) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)
    assert part in refusal(path)


def test_a_truncated_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}</row>').read_bytes()
    for size in (len(whole) // 2, len(whole) - 30):
        (tmp_path / "b.xlsx").write_bytes(whole[:size])
        assert "损坏" in refusal(tmp_path / "b.xlsx")


def test_a_workbook_without_data_is_refused(tmp_path: Path) -> None:
    assert "没有数据" in refusal(workbook(tmp_path / "a.xlsx", ""))


@pytest.mark.parametrize(
    "tag",
    [
        cell("XFD1048576"),
        cell("A100051"),
        cell("GS1"),
        cell("xfd1048576"),
        "<c r='XFD1048576'><v>1</v></c>",
        '<c t="n" r = "XFD1048576"><v>1</v></c>',
        '<x:c\nr="XFD1048576"><x:v>1</x:v></x:c>',
    ],
)
def test_a_cell_far_away_is_refused_before_it_is_opened(tmp_path: Path, tag: str) -> None:
    path = workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}{tag}</row>')
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="100050 行、200 列"):
        read_sheet(path)
    assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize(
    "tag",
    [
        "<c><v>1</v></c>",
        '<c r="&#88;FD1"><v>1</v></c>',
        '<c s=">" r="XFD1"><v>1</v></c>',
        '<c r="AAAA1"><v>1</v></c>',
    ],
)
def test_a_cell_that_hides_its_place_is_refused(tmp_path: Path, tag: str) -> None:
    assert "写法不常见" in refusal(workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}{tag}</row>'))


def test_a_far_cell_across_the_edge_of_a_piece_is_found(tmp_path: Path) -> None:
    for shift in range(0, 60, 7):
        rows = f'<row r="1">{cell("A1", "a" * (2**20 - 300 + shift))}{cell("XFD1048576")}</row>'
        path = tmp_path / "a.xlsx"
        path.unlink(missing_ok=True)
        workbook(path, rows)
        with zipfile.ZipFile(path, "a") as archive:  # keeps the ratio honest
            archive.writestr("xl/media/a.bin", bytes(range(256)) * 100, zipfile.ZIP_STORED)
        with pytest.raises(Unreadable, match="XFD1048576"):
            read_sheet(path)


@pytest.mark.parametrize("before", ["<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY a "b">]>', "<!doctype x>"])
def test_declarations_are_refused(tmp_path: Path, before: str) -> None:
    path = workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}</row>', before=before)
    assert "写法不常见" in refusal(path)


def test_a_sheet_in_another_encoding_cannot_hide_from_the_guard(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", "")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(
            "xl/worksheets/sheet3.xml", f"<worksheet>{cell('XFD1048576')}</worksheet>".encode("utf-16")
        )
    assert "写法不常见" in refusal(path)


def test_a_bomb_is_refused_in_no_time(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(250):
            part.write(b" " * 2**20)
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="解开后超过 200 MB"):
        read_sheet(path)
    assert time.perf_counter() - start < 0.1


def test_a_workbook_of_very_many_parts_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}</row>')
    with zipfile.ZipFile(path, "a") as archive:
        for number in range(200):
            archive.writestr(f"xl/{number}.xml", "<a/>")
    assert "不能导入" in refusal(path)


def test_when_the_guard_is_passed_the_child_dies_and_we_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if sheetfile.resource is None:
        pytest.skip("this system cannot limit a process")
    path = workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}{cell("XFD1048576")}</row>')
    monkeypatch.setattr("gridunion.sheets.guard", lambda path: None)
    start = time.perf_counter()
    with pytest.raises(Unreadable, match="读不了这个文件"):
        read_limited(path)
    assert time.perf_counter() - start < 30


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridunion.sheets.MOST_WAIT", 0.001)
    with pytest.raises(Unreadable, match="太长时间"):
        read_limited(workbook(tmp_path / "a.xlsx", f'<row r="1">{cell("A1")}</row>'))


# Headers


def test_a_header_is_found_by_its_names_below_a_banner() -> None:
    rows = [
        ("会员信息采集表 姓名", None),
        (),
        ("序号", "姓  名", "＊身份证号码", "手机号：", "农民工（是/否）", 3.0, None),
        (1.0, "王芳", "x", "y", "是", None, None),
    ]
    header = find_header(rows, NAMES, ["name", "id_number"])
    assert header.row_index == 2
    assert header.columns == {"name": 1, "id_number": 2, "phone": 3, "migrant": 4}


def test_a_name_with_brackets_is_known_as_a_whole_first() -> None:
    names = {"phone": ["电话"], "home": ["电话(家)"]}
    assert find_header([("电话（家）", "电话(手机)")], names).columns == {"home": 0, "phone": 1}


def test_missing_columns_are_named() -> None:
    with pytest.raises(Unreadable, match=r"表头（第 2 行）里缺少：证件号码、移动电话"):
        find_header([(), ("姓名", "所属社区工会")], NAMES, ["name", "id_number", "phone"])


@pytest.mark.parametrize("rows", [[], [()], [("王芳", "139")], [(), *[("a",)] * 20, ("姓名", "手机号")]])
def test_a_table_without_a_header_is_told_so(rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(Unreadable, match="没有找到表头"):
        find_header(rows, NAMES)


# Cells


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (99999.0, "99999"), (19941710128.0, "19941710128"), (0.5, "0.5"), (0.1 + 0.2, "0.3"),
        (7, "7"),
        (6.107021989122418e17, "6.10702198912242E+17"), (" 王 ", "王"), (date(2026, 11, 1), "2026-11-01"),
        (datetime(2026, 11, 1), "2026-11-01"), (datetime(2026, 11, 1, 8, 30), "2026-11-01 08:30:00"),
        ("'=1", "=1"), ("'610702197611068415", "610702197611068415"), ("'s", "'s"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-01", "2026/11/1", "2026.11.1", "20261101",
        "2026年11月1日", date(2026, 11, 1), datetime(2026, 11, 1, 9),
        20261101.0, 20261101, "２０２６－１１－０１", " 2026 年 11 月 1 日 ", "2026-11-1 12:00:00",
        "2026-11-01T00:00:00",
        "2026/11/1 0:00",
    ],
)  # fmt: skip
def test_a_day_is_understood_however_it_is_written(value: object) -> None:
    assert cell_date(value) == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("2021-02-30", "没有 2021-02-30 这一天"), ("2026-13-01", "没有"), ("20260230", "没有"),
        ("2026年2月30日", "没有"),
        ("2026-11", "看不懂"), ("11/01/2026", "看不懂"), ("26-11-01", "看不懂"), ("2026/11-01", "看不懂"),
        (46327.0, "看不懂"),
        (None, "看不懂"), (True, "看不懂"), ("去年", "看不懂"), ("0026-11-01", "看不懂"),
        ("9" * 5000, "看不懂"), (date(9999, 12, 31), "请核对年份"), (datetime(1800, 1, 1), "请核对年份"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_told_why(value: object, part: str) -> None:
    with pytest.raises(Unacceptable, match=part) as problem:
        cell_date(value)
    assert len(str(problem.value)) < 80


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("是", "否"),
        ("有", "无"),
        ("Y", "N"),
        ("1", "0"),
        (1.0, 0.0),
        ("√", "×"),
        ("对", "错"),
        ("y", " n "),
        (True, False),
    ],
)
def test_yes_and_no_have_many_spellings(yes: object, no: object) -> None:
    assert cell_yes(yes) is True
    assert cell_yes(no) is False


@pytest.mark.parametrize("value", ["", None, "大概", 2.0])
def test_neither_yes_nor_no_is_asked_again(value: object) -> None:
    with pytest.raises(Unacceptable, match="是或否"):
        cell_yes(value)


# Reports

FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1",
    "＠A1", '=HYPERLINK("http://x","y")', "=cmd|' /C calc'!A0",
]  # fmt: skip


def test_no_cell_of_a_report_is_a_formula_and_no_number_is_rounded(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    write_report(
        path, [FORMULAS, ["610702197611068415", -5, 2.0, None, date(2026, 11, 1), "王,芳", "13809165520"]]
    )
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        formulas, others = csv.reader(file)
    assert all(value.startswith("'") for value in formulas)
    assert others == ["'610702197611068415", "-5", "2", "", "2026-11-01", "王,芳", "13809165520"]


def test_a_report_that_is_sent_back_says_what_it_said(tmp_path: Path) -> None:
    values = ["610702197611068415", "+86-13809165520", "=1+1", "王芳", "'quoted'"]
    write_report(tmp_path / "report.csv", [values])
    assert [cell_text(value) for value in read_limited(tmp_path / "report.csv").rows[0]] == values
