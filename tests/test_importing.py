"""Import in the browser: upload, columns, preview, storing, the rows sent back, and taking it all back."""

import csv
import io
import zipfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from gridunion import clock, jobs
from gridunion.accounts.models import Account
from gridunion.audit import Trail, broken_at
from gridunion.db import db, trusted, write
from gridunion.employers.models import Employer
from gridunion.exchange import elsewhere, locker, reading
from gridunion.exchange import upload as upload_of
from gridunion.exchange.labels import ethnicity, reader
from gridunion.exchange.locker import SHEETS
from gridunion.exchange.models import ImportRow, ImportRun
from gridunion.members.consent import Consent
from gridunion.members.gone import EmployerGone
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.status.models import Standing
from gridunion.visits.models import Visit
from tests.conftest import NOON, SHARED, Page, Someone, as_viewer, matching, member, unit

DATA = SHARED / "data"
ROOT = Path(__file__).resolve().parents[1]
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared is not here")
HEAD = "姓名,证件号码,移动电话,会籍变化日期,学历,工作单位,所属社区工会,所属网格编码"
LI = "李小燕,11010519491231002X,13809165520,2020-05-01,本科,明珠超市,明珠社区工会,211"
WANG = "王建国,610702197611068415,13609162087,2013-11-09,,,,2110"
BAD = "赵铁柱,110105194912310021,13609162088,2013-11-09,,,,211"


def sheet(*rows: str) -> bytes:
    return "\n".join((HEAD, *rows)).encode()


def upload(
    someone: Someone, data: bytes, name: str = "名单.csv", status: int = 303, code: str = "21"
) -> Page:
    return someone.post("/imports/", {"unit": code, "file": (io.BytesIO(data), name)}, status)


def work() -> None:
    """What the worker does, in a context of its own."""
    db.session.rollback()
    while jobs.work_one():
        pass
    db.session.rollback()
    db.session.expire_all()


def sent(someone: Someone, data: bytes, updates: str = "no", **options: Any) -> str:
    """A sheet on its way, its columns taken as they were found, read to the end; its address."""
    url = upload(someone, data, **options).location.split("?")[0]
    columns = someone.get(url)
    chosen = dict(re_selected(columns.html))
    someone.post(f"{url}/mapping", chosen | {"updates": updates})
    work()
    return url


def re_selected(html: str) -> list[tuple[str, str]]:
    """What each select of a page offers first."""
    found = []
    for part in html.split('<select class="in" id="')[1:]:
        name, options = part.split('"', 1)[0], part.split("</select>")[0]
        now = (
            options.split(" selected")[0].rsplit('value="', 1)[1].rstrip('"')
            if " selected" in options
            else ""
        )
        found.append((name, now))
    return found


def run_now() -> ImportRun:
    db.session.expire_all()
    return db.session.scalars(select(ImportRun).order_by(ImportRun.id.desc())).first()  # type: ignore[return-value]


def people() -> dict[str, Person]:
    """Everybody anybody can see."""
    db.session.rollback()
    db.session.expire_all()
    return {it.name: it for it in db.session.scalars(select(Person).where(Person.visible()))}


def rows_in(*models: Any) -> list[int]:
    db.session.rollback()
    return [db.session.scalar(select(func.count()).select_from(model.__table__)) or 0 for model in models]


def figures() -> list[Any]:
    db.session.rollback()
    table = Standing.__table__
    shown = [column for column in table.c if column.name not in ("id", "fresh_until")]
    return sorted(map(repr, trusted(select(*shown).where(table.c.members > 0))))


def test_the_page_is_found_from_the_list_and_says_what_can_be_sent(leader: Someone, worker: Someone) -> None:
    assert 'href="/imports/"' in leader.get("/members/").html
    assert 'href="/imports/"' not in worker.get("/members/").html
    page = leader.get("/imports/")
    assert ".xlsx 最多 16 MB，.csv 最多 40 MB，都最多 100000 行" in page and "还没有导入过" in page
    worker.get("/imports/", 403)


def test_the_empty_sheet_has_every_column_as_text(leader: Someone) -> None:
    answer = leader.get("/imports/template").response
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    first = [cell.value for cell in book.worksheets[0][1]]
    assert first[0] == "姓名" and "证件号码" in first and len(first) == 22
    assert book.worksheets[0]["G5"].number_format == "@"


def test_a_sheet_becomes_members_only_after_somebody_saw_what_would_happen(
    lifted: Flask, leader: Someone
) -> None:
    url = sent(leader, sheet(LI, WANG, BAD, "", "合计 3 人,,,,,,,"))
    page = leader.get(url)
    assert "等保存" in page and "还什么都没有存" in page
    assert run_now().counts == {"new": 2, "error": 1, "skip": 2}
    assert people() == {} and figures() == []
    assert "李小燕" not in leader.get("/members/") and "李小燕" in leader.get(f"{url}/new")
    assert 'data-total="0"' in leader.post("/members/search", {"q": "李小燕"}, 200).html
    assert "没有存" in page and "第 4 行" in leader.get(f"{url}/error")
    answer = leader.post(f"{url}/storing")
    assert "已导入 2 人" in leader.get(answer.location)
    li = people()["李小燕"]
    assert (li.status, li.unit.code, li.education, li.id_number) == (
        "active",
        "211",
        "20",
        "11010519491231002X",
    )
    assert [(span.status, str(span.from_on)) for span in li.memberships] == [("active", "2020-05-01")]
    assert "李小燕" in leader.get("/members/")
    assert leader.post("/members/search", {"q": "lxy"}, 200).total == 1
    assert db.session.scalar(select(func.sum(Standing.members))) == 2
    assert leader.post(f"{url}/storing", status=409)


def test_the_columns_can_be_corrected_and_what_is_missing_is_said(lifted: Flask, leader: Someone) -> None:
    data = "姓名,号,移动电话,会籍变化日期,网格编码\n李小燕,11010519491231002X,13809165520,2020-05-01,211".encode()
    url = upload(leader, data).location
    page = leader.get(url)
    assert "例：1101＊" in page and "11010519491231002X" not in page.html
    chosen = dict(re_selected(page.html))
    assert chosen["column-1"] == ""
    assert "还没有选：证件号码" in leader.post(f"{url}/mapping", chosen, 422)
    twice = leader.post(f"{url}/mapping", chosen | {"column-1": "name"}, 422)
    assert "“姓名”选了两列" in twice and 'value="name" selected' in twice.html
    leader.post(f"{url}/mapping", chosen | {"column-1": "id_number"})
    assert "已读 1 行，共 2 行" in leader.get(url)
    work()
    assert run_now().counts == {"new": 1}


def test_people_of_another_branch_are_no_business_of_this_sheet(
    lifted: Flask, leader: Someone, leader2: Someone, supervisor: Someone
) -> None:
    url = sent(leader, sheet(LI.replace("明珠社区工会,211", ",221"), WANG))
    assert run_now().counts == {"error": 1, "new": 1}
    assert "没有编码为 221 的网格" in leader.get(f"{url}/error")
    for path in ("", "/new", "/error"):
        leader2.get(f"{url}{path}", 404)
    for path in ("/storing", "/end", "/undo", "/report", "/mapping"):
        leader2.post(f"{url}{path}", status=404)
    assert "没有导入过" in leader2.get("/imports/")
    assert "名单.csv" in supervisor.get("/imports/")


def test_who_is_registered_elsewhere_is_told_only_for_an_exact_name_and_never_where(
    lifted: Flask, leader: Someone
) -> None:
    with write():
        person = Person.register(unit("221"), as_viewer("stranger"), "grid_visit", name="李小燕", phone=None)
        person.set_id_number("resident_id", "11010519491231002X")
    url = sent(leader, sheet(LI))
    page = leader.get(f"{url}/error")
    assert "已在别处登记，请申请转会" in page and "莲湖" not in page
    leader.post(f"{url}/end")
    sent(leader, sheet(LI.replace("李小燕", "李晓燕")))
    assert run_now().counts == {"new": 1}


def test_a_sheet_of_guesses_learns_of_few_and_an_honest_one_never_fails(
    lifted: Flask, leader: Someone, supervisor: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 20 an hour and 60 a day an account is told, whatever it sends; then as of new people."""
    monkeypatch.setattr(elsewhere, "MOST", {timedelta(hours=1): 2, timedelta(days=1): 3})
    rows = [_somebody(n) for n in range(5)]
    with write():
        for row in rows:
            person = Person.register(
                unit("221"), as_viewer("stranger"), "grid_visit", name="王建国", phone=None
            )
            person.set_id_number("resident_id", row.split(",")[1])
    url = sent(leader, sheet(*rows))
    assert run_now().counts == {"error": 2, "new": 3}
    leader.post(f"{url}/end")
    url = sent(leader, sheet(*rows, ""))
    assert run_now().counts["new"] == 5
    leader.post(f"{url}/end")
    sent(supervisor, sheet(*rows[:2]), code="2")
    assert run_now().counts == {"error": 2}, "another account has its own"
    supervisor.post(f"/imports/{run_now().uid}/end")
    with clock.at(NOON + timedelta(hours=2)):
        url = sent(Someone(lifted, "leader"), sheet(*rows, "", ""))
        assert run_now().counts["error"] == 1, "the rest of the day"
    stopped = select(func.count()).select_from(Trail).where(Trail.action == "lookups stopped")
    assert db.session.scalar(stopped) == 3


def test_a_large_sheet_is_looked_at_in_the_background(
    lifted: Flask, leader: Someone, leader2: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_of, "SMALL", 0)
    monkeypatch.setattr(locker, "PIECE", 20)
    url = upload(leader, sheet(LI)).location.split("?")[0]
    page = leader.get(url)
    assert "正在打开找表头" in page and f'hx-get="{url}/progress"' in page.html
    assert "正在打开找表头" in leader.get(f"{url}/progress")
    assert leader.post(f"{url}/mapping", {"column-0": "name"}, 409)
    leader2.get(f"{url}/progress", 404)
    work()
    moved = leader.client.get(f"{url}/progress", headers={"HX-Request": "true", "HX-Target": "progress"})
    assert moved.headers["HX-Redirect"] == url
    page = leader.get(url)
    assert "表头在第 1 行，下面有 1 行" in page
    leader.post(f"{url}/mapping", dict(re_selected(page.html)))
    work()
    assert run_now().counts == {"new": 1}
    leader.post(f"{url}/end")
    url = upload(leader, HEAD.encode(), name="空.csv").location
    work()
    assert "表头下面没有数据" in leader.get(url) and run_now().state == "failed"
    assert not SHEETS.place(run_now().uid).exists() or not work()


def test_a_large_sheet_whose_worker_died_is_looked_at_again(
    lifted: Flask, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_of, "SMALL", 0)
    upload(leader, sheet(LI))
    with write():
        db.session.execute(delete(jobs.Job))
    with clock.at(NOON + timedelta(minutes=3)):
        reading.resume()
        work()
    assert run_now().state == "mapping"


def test_a_sheet_of_which_a_piece_is_missing_is_not_read(lifted: Flask, leader: Someone) -> None:
    url = upload(leader, sheet(LI)).location
    file = SHEETS.place(run_now().uid)
    file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[1:]))
    leader.post(f"{url}/mapping", dict(re_selected(leader.get(url).html)))
    work()
    assert run_now().state == "failed" and "没能读成" in leader.get(url)


def test_a_change_shows_old_and_new_and_is_stored(lifted: Flask, leader: Someone) -> None:
    leader.post(f"{sent(leader, sheet(LI))}/storing")
    changed = LI.replace("本科", "硕士").replace("13809165520", "13809165521")
    asked = sent(leader, sheet(changed))
    assert run_now().counts == {"duplicate": 1}  # nobody is changed by the way
    leader.post(f"{asked}/end")
    url = sent(leader, sheet(changed, LI), updates="yes")
    assert run_now().counts == {"changed": 1, "duplicate": 1}
    page = leader.get(f"{url}/changed")
    assert "学历：大学本科 → 研究生" in page and "13809165521" not in page.html
    assert people()["李小燕"].education == "20"
    leader.post(f"{url}/storing")
    assert (people()["李小燕"].education, people()["李小燕"].phone) == ("10", "13809165521")
    line = db.session.scalars(select(Trail).where(Trail.kind == "person").order_by(Trail.id.desc())).first()
    assert line is not None and line.action == "change" and line.detail["education"] == ["20", "10"]
    leader.post(f"{url}/undo")
    work()
    assert (people()["李小燕"].education, people()["李小燕"].phone) == ("20", "13809165520")


def test_who_was_registered_without_a_number_is_no_second_person_in_a_sheet(
    lifted: Flask, leader: Someone
) -> None:
    member("李小燕", phone="13809165520")
    member("王建国", phone="13609162088")  # of one name only
    url = sent(leader, sheet(LI, WANG))
    assert run_now().counts == {"duplicate": 1, "new": 1}
    assert "档案里还没有证件号码" in leader.get(f"{url}/duplicate")
    leader.post(f"{url}/end")
    url = sent(leader, sheet(LI, LI.replace("002X", "0046")), updates="yes")
    page = leader.get(f"{url}/changed")
    assert "证件号码：空 → 110105********002X" in page and "11010519491231002X" not in page.html
    leader.post(f"{url}/storing")
    li = people()["李小燕"]
    assert (li.id_number, li.id_kind, li.education) == ("11010519491231002X", "resident_id", "20")
    assert run_now().counts == {"changed": 1, "duplicate": 1}, "of two numbers for one file the first"
    assert leader.post("/members/search", {"q": "002X"}, 200).total == 1 and rows_in(Person) == [2]
    leader.post(f"{url}/undo")
    li = people()["李小燕"]
    assert (li.id_number, li.id_index, li.id_kind, li.education) == (None, None, None, None)


def test_a_number_somebody_else_got_in_between_is_not_given_to_a_second_file(
    lifted: Flask, leader: Someone
) -> None:
    member("李小燕", phone="13809165520")
    url = sent(leader, sheet(LI), updates="yes")
    other = member("孙大勇", phone="13609162089")
    with write():
        other.set_id_number("resident_id", "11010519491231002X")
    leader.post(f"{url}/storing")
    assert people()["李小燕"].id_number is None and run_now().counts == {"changed": 0, "duplicate": 1}
    assert "这个证件号码已登记" in leader.get(f"{url}/duplicate")


def test_who_took_the_consent_back_is_changed_by_no_sheet(lifted: Flask, leader: Someone) -> None:
    leader.post(f"{sent(leader, sheet(LI, WANG))}/storing")
    li, wang = (f"/members/{people()[name].uid}" for name in ("李小燕", "王建国"))
    leader.post(f"{li}/withdrawal")
    again = [line.replace("138", "139").replace("136", "139") for line in (LI, WANG)]
    url = sent(leader, sheet(*again), updates="yes")
    assert run_now().counts == {"changed": 1, "duplicate": 1}
    assert "本人撤回了同意，资料不改" in leader.get(f"{url}/duplicate")
    leader.post(f"{wang}/withdrawal")  # while the preview stood there
    leader.post(f"{url}/storing")
    assert {person.phone for person in people().values()} == {"13809165520", "13609162087"}
    assert run_now().counts == {"changed": 0, "duplicate": 2} and leader.get(f"{url}/duplicate").total == 2
    leader.post(f"{url}/undo")


def test_somebody_registered_in_between_is_not_made_twice(lifted: Flask, leader: Someone) -> None:
    url = sent(leader, sheet(LI, WANG))
    with write():
        person = Person.register(unit("211"), as_viewer("worker"), "grid_visit", name="李小燕", phone=None)
        person.set_id_number("resident_id", "11010519491231002X")
    assert "已导入 1 人" in leader.get(leader.post(f"{url}/storing").location)
    assert sorted(people()) == ["李小燕", "王建国"] and rows_in(Person, Membership) == [2, 2]
    assert leader.get(f"{url}/duplicate").total == 1


def test_the_same_file_is_recognized_and_leads_to_its_import(lifted: Flask, leader: Someone) -> None:
    url = sent(leader, sheet(LI))
    again = upload(leader, sheet(LI), name="又一份.csv")
    assert again.location.startswith(url) and "已经传过" in leader.get(again.location)
    leader.post(f"{url}/storing")
    again = upload(leader, sheet(LI))
    assert "11月19日 12:00 已经导入过" in leader.get(again.location)
    assert len(people()) == 1
    leader.post(f"{url}/undo")
    assert upload(leader, sheet(LI)).location != url


def test_one_sheet_at_a_time(lifted: Flask, leader: Someone) -> None:
    url = upload(leader, sheet(LI)).location
    assert "先办完或放弃" in upload(leader, sheet(WANG), status=422)
    assert len(list(SHEETS.folder.iterdir())) == 1, "what was not taken is not kept"
    leader.post(f"{url}/end")
    assert upload(leader, sheet(WANG)).location


def test_giving_up_leaves_nothing_behind(lifted: Flask, leader: Someone, tmp_path: Path) -> None:
    url = sent(leader, sheet(LI, BAD))
    assert rows_in(Person, Membership, Consent) == [1, 1, 1]
    leader.post(f"{url}/end")
    work()
    assert rows_in(Person, Membership, Consent) == [0, 0, 0]
    assert db.session.scalar(select(func.count(ImportRow.told_sealed))) == 0
    assert "已放弃" in leader.get(url)
    assert not SHEETS.place(run_now().uid).exists()


def test_rows_that_were_not_taken_come_back_with_their_reason_and_can_be_sent_again(
    lifted: Flask, leader: Someone
) -> None:
    formula = BAD.replace("赵铁柱", "=HYPERLINK(1)")
    url = sent(leader, sheet(LI, BAD, formula))
    book = openpyxl.load_workbook(
        io.BytesIO(leader.post(f"{url}/report", {"kind": "xlsx"}, 200).response.data)
    )
    head, first, second = book.worksheets[0].iter_rows(values_only=True)
    assert head == (*HEAD.split(","), "原因")
    assert first[1] == "110105194912310021" and first[-1].startswith("证件号码：")
    assert second[0] == "=HYPERLINK(1)" and book.worksheets[0]["A3"].data_type == "s"
    text = leader.post(f"{url}/report", {"kind": "csv"}, 200).response.data.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text)))
    assert table[2][0] == "'=HYPERLINK(1)" and table[1][-1].startswith("证件号码：")
    leader.post(f"{url}/storing")
    mended = text.replace("'110105194912310021", "'610702198811129053").replace("'=HYPERLINK(1)", "孙大勇")
    mended = mended.replace("\r\n孙大勇", "\r\n孙大勇", 1)
    sent(leader, mended.encode("utf-8-sig"))
    assert run_now().counts == {"new": 1, "duplicate": 1}
    assert leader.post(f"{url}/report", {"kind": "exe"}, 422)


def test_taking_back_leaves_no_trace_in_figures_or_search(lifted: Flask, leader: Someone) -> None:
    leader.post(f"{sent(leader, sheet(WANG))}/storing")
    before, rows = figures(), rows_in(Person, Membership, Consent)
    with clock.at(NOON + timedelta(hours=1)):
        url = sent(leader, sheet(LI, "孙大勇,610702198811129053,13809165524,2020-05-01,,,,2110"))
        leader.post(f"{url}/storing")
        assert figures() != before
        leader.post(f"{url}/undo")
        assert sorted(people()) == ["王建国"]  # before the worker did anything
        assert figures() == before
        work()
    assert rows_in(Person, Membership, Consent) == rows
    assert matching("李小燕", "21") == []
    later = Someone(lifted, "leader")
    assert later.post("/members/search", {"q": "李小燕"}, 200).total == 0
    lines = [line.action for line in db.session.scalars(select(Trail).order_by(Trail.id))]
    assert lines[-2:] == ["load", "undo load"] and broken_at() is None
    assert later.post(f"{url}/undo", status=409)


def test_who_comes_with_an_employer_that_is_gone_is_asked_about_as_long_as_they_are_members(
    lifted: Flask, leader: Someone
) -> None:
    with write():
        db.session.add(Employer(unit=unit("21"), name="明珠超市", state="closed"))
    url = sent(leader, sheet(LI, WANG))
    leader.post(f"{url}/storing")
    assert "单位没了，会籍怎么办 1" in leader.get("/inbox")
    leader.post(f"{url}/undo")
    work()
    assert people() == {} and rows_in(EmployerGone, Person) == [0, 0]
    assert "单位没了" not in leader.get("/inbox")


def test_who_was_visited_or_changed_since_stays_and_is_listed(
    lifted: Flask, leader: Someone, worker: Someone
) -> None:
    sun = "孙大勇,610702198811129053,13809165524,2020-05-01,,,,2110"
    url = sent(leader, sheet(LI, WANG, sun))
    leader.post(f"{url}/storing")
    known, by = people(), as_viewer("worker")
    with write():
        Visit.log(known["李小燕"], by, "met")
        known["王建国"].learn(address="兴汉路1号")
    leader.post(f"{url}/undo")
    work()
    assert sorted(people()) == ["李小燕", "王建国"]
    page = leader.get(f"{url}/kept")
    assert page.total == 2 and "李小燕" in page and "孙大勇" not in page


def test_an_import_can_be_taken_back_only_for_some_days(lifted: Flask, leader: Someone) -> None:
    url = sent(leader, sheet(LI, BAD))
    leader.post(f"{url}/storing")
    with clock.at(NOON + timedelta(days=29)):
        assert "撤销整次导入" in Someone(lifted, "leader").get(url)
    with clock.at(NOON + timedelta(days=31)):
        later = Someone(lifted, "leader")
        assert "撤销整次导入" not in later.get(url)
        later.post(f"{url}/undo", status=409)
        reading.sweep()
        db.session.rollback()
        assert db.session.scalar(select(func.count(ImportRow.told_sealed))) == 0
    assert len(people()) == 1


def test_nothing_of_a_sheet_can_be_read_where_it_waits(lifted: Flask, leader: Someone) -> None:
    url = upload(leader, sheet(LI)).location
    file = SHEETS.place(run_now().uid)
    assert file.exists() and file.stat().st_mode & 0o777 == 0o600
    assert b"11010519491231002X" not in file.read_bytes()
    sent_on = dict(re_selected(leader.get(url).html))
    leader.post(f"{url}/mapping", sent_on)
    work()
    assert not file.exists()
    kept = [repr(row) for row in trusted(select(ImportRun.__table__))]
    kept += [repr(row) for row in trusted(select(ImportRow.__table__))]
    assert "李小燕" not in "".join(kept) and "11010519491231002X" not in "".join(kept)


def test_what_nobody_went_on_with_is_given_up_and_its_file_deleted(lifted: Flask, leader: Someone) -> None:
    upload(leader, sheet(LI))
    file = SHEETS.place(run_now().uid)
    (file.parent / "stray").write_bytes(b"x")
    with clock.at(clock.now() + timedelta(days=8)):
        reading.sweep()
        work()
    assert run_now().state == "ended" and not file.exists()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"", "没有数据"),
        ("a.csv", HEAD.encode(), "表头下面没有数据"),
        ("a.xls", b"\xd0\xcf\x11\xe0" + b"0" * 600, "旧版 .xls"),
        ("a.xlsx", b"PK\x03\x04 broken", "已损坏"),
        ("a.jpg", b"\xff\xd8\xff\xe0\0\0\0", "不是表格文件"),
        ("a.html", b"<html><table></table></html>", "网页格式"),
        ("a.csv", "只有一句话".encode(), "没有找到表头"),
        ("a.csv", b"a\0b,c\n", "不是表格文件"),
    ],
)
def test_what_is_no_sheet_is_refused_with_a_sentence(
    lifted: Flask, leader: Someone, name: str, data: bytes, words: str
) -> None:
    page = upload(leader, data, name=name, status=422)
    assert words in page and rows_in(ImportRun) == [0]
    assert not SHEETS.folder.exists() or not list(SHEETS.folder.iterdir())


@pytest.mark.once
def test_a_sheet_that_would_take_all_memory_harms_nobody(lifted: Flask, leader: Someone) -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 300 * 2**20)
    assert "不能导入" in upload(leader, book.getvalue(), name="a.xlsx", status=422)
    far = io.BytesIO()
    sheet_xml = (
        '<worksheet><sheetData><row r="1"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
    )
    with zipfile.ZipFile(far, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", sheet_xml)
    assert "XFD1048576" in upload(leader, far.getvalue(), name="a.xlsx", status=422)
    much = leader.client.post(
        "/imports/", data=b"0" * 42 * 2**20, content_type="multipart/form-data; boundary=x"
    )
    assert much.status_code == 413
    assert "请选一个表格文件" in leader.post("/imports/", {"unit": "21"}, 422)
    assert leader.get("/imports/")


def test_long_numbers_and_odd_signs_come_back_as_faults(lifted: Flask, leader: Someone) -> None:
    long = LI.replace("11010519491231002X", "1" * 20)
    url = sent(leader, sheet(long, LI.replace("李小燕", "李\x07燕"), WANG))
    assert run_now().counts == {"error": 2, "new": 1}
    assert leader.get(f"{url}/error").total == 2


def test_a_street_sends_for_all_its_communities_but_nobody_for_another(
    lifted: Flask, supervisor: Someone, leader: Someone
) -> None:
    sent(supervisor, sheet(LI, WANG, LI.replace("明珠社区工会,211", ",212")), code="2")
    assert run_now().counts == {"new": 2, "duplicate": 1}
    assert "请从列出的里面选一个" in upload(leader, sheet(WANG), status=422, code="210")


def test_a_killed_worker_is_followed_by_another_that_goes_on(
    lifted: Flask, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CHUNK", 2)
    rows = [_somebody(n) for n in range(7)]
    url = upload(leader, sheet(*rows)).location
    leader.post(f"{url}/mapping", dict(re_selected(leader.get(url).html)))
    keep, kept = reading._keep, []

    def die_after_two(*given: Any) -> bool:
        if len(kept) == 2:
            raise KeyboardInterrupt
        kept.append(1)
        return keep(*given)

    monkeypatch.setattr(reading, "_keep", die_after_two)
    with pytest.raises(KeyboardInterrupt):
        jobs.work_one()
    monkeypatch.setattr(reading, "_keep", keep)
    db.session.rollback()
    assert (run_now().rows_read, run_now().counts) == (5, {"new": 4})
    reading.resume()
    assert not jobs.work_one(), "the old one may still be at work"
    with clock.at(NOON + timedelta(minutes=3)):
        reading.resume()
        work()
    assert (run_now().state, run_now().counts) == ("preview", {"new": 7})
    numbers = list(db.session.scalars(select(ImportRow.number).order_by(ImportRow.number)))
    assert numbers == list(range(2, 9)) and rows_in(Person) == [7]
    Someone(lifted, "leader").post(f"{url}/storing")
    db.session.rollback()
    assert db.session.scalar(select(func.sum(Standing.members))) == 7


def test_an_old_reader_stops_when_another_took_over(
    lifted: Flask, leader: Someone, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = upload(leader, sheet(*[_somebody(n) for n in range(3)])).location
    leader.post(f"{url}/mapping", dict(re_selected(leader.get(url).html)))
    old = reading._take_over(run_now().id)
    new = reading._take_over(run_now().id)
    reading._read_all(run_now().id, old)
    assert rows_in(Person) == [0] and run_now().state == "reading"
    reading._read_all(run_now().id, new)
    assert run_now().counts == {"new": 3}


def _somebody(n: int) -> str:
    """A row with a good number of its own."""
    first = f"61070219800101{n:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(d) * w for d, w in zip(first, weights, strict=True)) % 11]
    return f"王建国,{first}{check},136091{n:05d},2013-11-09,,,,2110"


@pytest.fixture
def street(lifted: Flask) -> Flask:
    """The units of the sheets, with the supervisor posted to their street; our own bear other names."""
    with write():
        for code in ("21", "210", "22"):
            unit(code).name = f"试验{code}社区工会"
    lifted.test_cli_runner().invoke(args=["load", "units", str(DATA / "hantai_organization.csv")])
    db.session.rollback()
    with write():
        held = db.session.scalars(select(Account).where(Account.login == "supervisor")).one().postings[0]
        held.unit = unit("610702003000")
    return lifted


SAID = {
    "ethnicity": {"汉族": ("汉", "01", "1"), "基诺族": ("基诺族", "56"), "其他": ("97",)},
    "political_status": {"01": ("中共党员", "党员", "01", "1"), "04": ("民革", "4"), "13": ("群众", "13"),
                         "10": ("九三", "九三学社社员"), "12": ("无党派", "无党派人士")},
    "skill_level": {"1": ("高级技师(一级)", "高级技师（一级）", "一级/高级技师", "1"), "2": ("技师(二级)",),
                    "3": ("高级(三级)", "高级工"), "5": ("初级(五级)", "五级")},
    "work_status": {"2": ("待(下)岗", "下岗"), "7": ("退养(内退)", "内退")},
    "key_group": {"food_rider": ("网约送餐员(外卖配送员)",), "truck_driver": ("货车司机", "货运司机")},
    "id_kind": {"permanent_residence": ("外国人永久居留身份证", "外国人永久居留证"), "taiwan_permit": ("台胞证",),
                "hk_macau_permit": ("回乡证", "港澳居民来往内地通行证"), "residence_permit": ("台湾居民居住证",)},
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [(name, code, words) for name, codes in SAID.items() for code, said in codes.items() for words in said],
)
def test_a_column_of_choices_is_read_in_the_words_of_the_national_lists_and_as_a_sheet_changes_them(
    lifted: Flask, name: str, code: str, words: str
) -> None:
    read = ethnicity if name == "ethnicity" else reader(name)
    assert read(words) == code
    if words.isdecimal():
        assert read(float(words)) == code


@needs_data
def test_the_messy_sheet_gets_its_verdicts_in_the_browser(street: Flask, supervisor: Someone) -> None:
    taken = street.test_cli_runner().invoke(args=["load", "members", str(DATA / "hanzhonglu_members.xlsx")])
    assert taken.exit_code == 0, taken.output
    data = (DATA / "hanzhonglu_members_messy.xlsx").read_bytes()
    url = sent(supervisor, data, name="messy.xlsx", code="610702003000")
    with (DATA / "hanzhonglu_members_messy.expected.csv").open(encoding="utf-8-sig", newline="") as file:
        expected = list(csv.DictReader(file))
    told = {row.number: row for row in db.session.scalars(select(ImportRow))}
    wrong = [
        (line["row"], line["note"], told[int(line["row"])].verdict, told[int(line["row"])].field)
        for line in expected
        if (told[int(line["row"])].verdict.replace("new", "ok"), told[int(line["row"])].field)
        != (line["verdict"], line["field"])
    ]
    assert wrong == [] and len(told) == len(expected)
    supervisor.post(f"{url}/storing")
    db.session.expire_all()
    by_number = {person.id_number: person for person in db.session.scalars(select(Person))}
    for line in (line for line in expected if line["verdict"] == "ok"):
        person = by_number[line["id_number"]]
        assert (person.phone, str(person.memberships[0].from_on)) == (line["phone"], line["joined_on"]), line


@needs_data
def test_a_file_in_an_old_encoding_loads_whole(street: Flask, supervisor: Someone) -> None:
    url = sent(supervisor, (DATA / "hanzhonglu_members_gbk.csv").read_bytes(), code="610702003000")
    assert run_now().counts == {"new": 500}
    supervisor.post(f"{url}/storing")
    db.session.rollback()
    assert len(list(db.session.scalars(select(Person.id).where(Person.status == "active")))) == 500
    per_cell = Counter(person.unit_id for person in db.session.scalars(select(Person)))
    kept = dict(
        db.session.execute(select(Standing.unit_id, Standing.members).where(Standing.members > 0)).all()
    )
    assert kept == per_cell


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.csv", b"%PDF-1.7\n%\xb5\xed\xae\xfb\n\0\0", "不是表格文件"),
        ("a.csv", (HEAD + "," * 300 + "\n" + LI).encode(), "200 列"),
        ("a.csv", b'"' + b"a" * 200_000, "已损坏"),
        ("a.csv", "\ud7ff".encode("utf-16"), "不是表格文件"),
        ("a.xlsx", b"PK\x05\x06" + b"\0" * 18, "不是表格文件"),
        ("../../etc/passwd", b"\n\n\n", "没有数据"),
    ],
)
def test_more_that_is_no_sheet(lifted: Flask, leader: Someone, name: str, data: bytes, words: str) -> None:
    assert words in upload(leader, data, name=name, status=422) and rows_in(ImportRun) == [0]


def test_a_cell_as_long_as_a_book_is_a_fault_of_its_column_and_comes_back_whole(
    lifted: Flask, leader: Someone
) -> None:
    book = "长" * 10_000
    url = sent(leader, sheet(LI.replace("明珠超市", book), WANG.replace("王建国", book)))
    assert run_now().counts == {"error": 2}
    assert "工作单位" in leader.get(f"{url}/error")
    table = leader.post(f"{url}/report", {"kind": "csv"}, 200).response.data.decode("utf-8-sig")
    assert table.count(book) == 2


@pytest.mark.parametrize("stray", ["nobody", "NAME", "name\0", "__class__", "9" * 20, "姓名"])
def test_a_column_nobody_offered_is_none(lifted: Flask, leader: Someone, stray: str) -> None:
    url = upload(leader, sheet(LI)).location.split("?")[0]
    chosen = dict(re_selected(leader.get(url).html))
    page = leader.post(f"{url}/mapping", chosen | {"column-1": stray}, 422)
    assert "还没有选：证件号码" in page
    beyond = {"column-99": "name", "column--1": "phone", "column-1e3": "cell", "columns": "x"}
    leader.post(f"{url}/mapping", chosen | beyond)
    assert run_now().mapping["name"] == 0


def test_each_step_taken_twice_is_taken_once(lifted: Flask, leader: Someone) -> None:
    url = upload(leader, sheet(LI)).location.split("?")[0]
    chosen = dict(re_selected(leader.get(url).html)) | {"client_key": "k1"}
    assert leader.post(f"{url}/mapping", chosen).location == leader.post(f"{url}/mapping", chosen).location
    leader.post(f"{url}/mapping", chosen | {"client_key": "k2"}, 409)
    for early in ("/undo", "/report", "/storing"):
        leader.post(f"{url}{early}", status=409)
    work()
    for step, key in (("/storing", "k3"), ("/undo", "k4")):
        first = leader.post(f"{url}{step}", {"client_key": key})
        assert leader.post(f"{url}{step}", {"client_key": key}).location == first.location
        leader.post(f"{url}{step}", status=409)
    leader.post(f"{url}/end", status=409)
    work()
    assert rows_in(Person, Membership, Consent) == [0, 0, 0]


def test_places_of_a_list_that_were_made_up_begin_it_anew(lifted: Flask, leader: Someone) -> None:
    url = sent(leader, sheet(BAD))
    for after in ("x", "9" * 30, "-1", "'"):
        assert leader.get(f"{url}/error", query_string={"after": after}).total == 1
    leader.get(f"{url}/nothing", 404)
    leader.get("/imports/00000000-0000-4000-8000-000000000000", 404)
