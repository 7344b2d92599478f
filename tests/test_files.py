"""The real-name file: what it asks, how complete it is, and the consent it stands on."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from stdnum.cn import ric

from gridunion import clock, settings
from gridunion.audit import Trail
from gridunion.db import db, write
from gridunion.exchange.template import NationalTemplate
from gridunion.members.consent import Consent
from gridunion.members.models import Person
from gridunion.members.real_name import FILE
from gridunion.status.files import files_of, missing
from gridunion.status.models import Standing
from gridunion.visits.due import DueVisit
from tests.conftest import Page, Someone, as_viewer, member, unit

WHOLE = {
    "sex": "male", "birth_on": date(1988, 4, 12), "ethnicity": "汉族", "education": "21", "household_type": "none",
    "work_status": "1", "migrant": False, "political_status": "13", "key_group": "courier",
}  # fmt: skip


def number(birth: str = "19880412", nth: int = 1, area: str = "610702") -> str:
    body = f"{area}{birth}{nth:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def whole(name: str, cell: str = "211", phone: str = "13609162087", nth: int = 1) -> Person:
    """A member whose file lacks nothing."""
    person = member(name, cell, phone, **WHOLE)
    with write():
        person.set_id_number("resident_id", number(nth=nth))
    return person


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


def file(person: Person, **typed: str) -> dict[str, str]:
    seen = {"row_version": str(person.version), "name": person.name, "phone": person.phone or ""}
    return seen | typed


def at(page: Page, name: str) -> str:
    """What a field says is wrong."""
    found = re.search(rf'id="{name}-e">.*?</span>\s*(.*?)</span></p>', page.html, flags=re.S)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


# ── what may stand in it ──


def test_the_lists_of_the_national_template_are_data(lifted: Flask) -> None:
    size = {
        "work_status": 9, "skill_level": 5, "change_type": 6, "change_reason": 6, "household_type": 9,
        "political_status": 13, "ethnicity": 58, "education": 18, "key_group": 9, "id_kind": 6,
    }  # fmt: skip
    assert {name: len(settings.codes(name)) for name in size} == size
    jino = settings.code("ethnicity", "基诺族")
    assert jino is not None and jino.tags == {"gb": "56"}
    sets = dict.fromkeys(("four", "eight", "nine"), 0)
    for entry in settings.codes("key_group"):
        for name in entry.tags["sets"]:
            sets[name] += 1
    assert sets == {"four": 4, "eight": 8, "nine": 9}


DOCUMENTS = [
    ("resident_id", number(), ""),
    ("resident_id", number(area="999999"), ""),  # an area abolished, or never heard of, refuses nobody
    ("passport", "e1234 5678", ""),
    ("passport", "E1", "护照号码应为 5 到 15 位字母和数字，例如 E12345678"),
    ("hk_macau_permit", "H12345678", ""),
    ("hk_macau_permit", "X12345678", "港澳居民来往内地通行证号码应为 H 或 M 加 8 位数字"),
    ("taiwan_permit", "12345678", ""),
    ("taiwan_permit", "1234567", "台湾居民来往大陆通行证号码应为 8 位数字"),
    ("residence_permit", number(area="810000"), ""),
    ("residence_permit", number(), "港澳台居民居住证号码应以 810000、820000 或 830000 开头"),
    ("permanent_residence", "USA110088041201", ""),
    ("permanent_residence", "12345", "外国人永久居留身份证号码应为 18 位数字，旧证为 3 位字母加 12 位数字"),
]


@pytest.mark.once
@pytest.mark.parametrize(("kind", "typed", "sentence"), DOCUMENTS)
def test_each_kind_of_document_has_a_check_and_a_sentence_in_form_and_sheet(
    lifted: Flask, worker: Someone, kind: str, typed: str, sentence: str
) -> None:
    mine = member("李强")
    page = worker.post(
        f"/members/{mine.uid}/edit", file(mine, id_kind=kind, id_number=typed), 422 if sentence else 303
    )
    assert at(page, "id_number") == sentence
    fresh()
    assert mine.id_number == (None if sentence else typed.replace(" ", "").upper())
    sheet = NationalTemplate()
    sheet.prepare()
    row = {
        "name": "李强", "id_kind": settings.label("id_kind", kind), "id_number": typed, "phone": "13609162087",
        "cell": "211", "joined_on": "2026-01-01",
    }  # fmt: skip
    try:
        assert sheet.judge(row)["id_number"] == typed.replace(" ", "").upper()
    except Exception as fault:
        assert str(getattr(fault, "message", fault)) == sentence


@pytest.mark.once
def test_another_kind_of_document_asks_for_its_number(lifted: Flask, worker: Someone) -> None:
    mine = whole("李强")
    url = f"/members/{mine.uid}/edit"
    page = worker.post(url, file(mine, id_kind="passport"), 422)
    assert at(page, "id_kind") == "换了证件类别，请填这个证件的号码"
    other = member("王玲", phone="13609162088")
    page = worker.post(f"/members/{other.uid}/edit", file(other, id_kind="passport"), 422)
    assert at(page, "id_kind") == "选了证件类别，请填号码"


@pytest.mark.once
def test_what_is_typed_is_compared_with_the_number_the_file_already_has(
    lifted: Flask, worker: Someone
) -> None:
    mine = whole("李强")
    page = worker.post(f"/members/{mine.uid}/edit", file(mine, birth_on="1988-04-21", sex="female"), 422)
    assert at(page, "birth_on") == "填的是 1988-04-21，证件号码里是 1988-04-12，请核对"
    assert at(page, "sex") == "填的是女，证件号码里是男，请核对"
    assert 'value="1988-04-21"' in page.html, "nothing is overwritten"


def judged(**more: str) -> dict[str, object]:
    """A row of the national sheet as it is read, or the fault it has."""
    sheet = NationalTemplate()
    sheet.prepare()
    row = {
        "name": "李强",
        "id_number": number(),
        "phone": "13609162087",
        "cell": "211",
        "joined_on": "2026-01-01",
    }
    return sheet.judge(row | more)


@pytest.mark.once
def test_a_sheet_says_the_same_of_a_birth_date_and_a_sex(lifted: Flask) -> None:
    for more, words in (
        ({"sex": "女"}, "填的是女，证件号码里是男，请核对"),
        ({"birth_on": "1988/4/21"}, "填的是 1988-04-21，证件号码里是 1988-04-12，请核对"),
    ):
        with pytest.raises(Exception) as fault:
            judged(**more)
        assert str(getattr(fault.value, "message", "")) == words


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "kept"), [("汉", "汉族"), ("01", "汉族"), ("维吾尔族", "维吾尔族"), ("97", "其他")]
)
def test_a_people_is_understood_by_name_and_by_number(lifted: Flask, said: str, kept: str) -> None:
    assert judged(ethnicity=said, sex="9")["ethnicity"] == kept


# ── how complete it is ──


def test_the_page_says_what_is_missing_and_each_opens_its_field(
    lifted: Flask, worker: Someone, supervisor: Someone
) -> None:
    mine = member("李强", key_group="courier")
    page = worker.get(f"/members/{mine.uid}")
    assert "已填 25%" in page and "还缺： 证件号码" in page.text.replace("：证", "： 证")
    edit = worker.get(f"/members/{mine.uid}/edit").html
    linked = re.findall(rf'href="/members/{mine.uid}/edit#(\w+)"', page.html)
    assert len(linked) == len(mine.missing) == 9
    assert all(f'id="{name}"' in edit for name in linked)
    assert (
        "去补" not in page and f"/members/{mine.uid}/edit" not in supervisor.get(f"/members/{mine.uid}").html
    )
    done = worker.get(f"/members/{whole('王玲', phone='13609162088').uid}")
    assert "已填 100%" in done and "还缺" not in done
    assert "民族 汉族" in done and "学历 本科毕业" in done and "出生日期" in done


def test_the_base_counts_the_gaps_however_a_row_was_written(lifted: Flask) -> None:
    made = [
        member("李强"),
        member("王玲", phone="13609162088", sex="female"),
        whole("赵云", phone="13609162089"),
    ]
    fresh()
    assert [person.gaps for person in made] == [len(person.missing) for person in made] == [10, 9, 0]
    with write():
        made[2].learn(address="", education=None, key_group=None, employer_name="")
    fresh()
    assert made[2].gaps == len(made[2].missing) == 2


def _some() -> None:
    whole("赵云", "211", "13600000001", 1)
    whole("赵雨", "211", "13600000002", 2)
    member("李强", "211", "13600000003", sex="male")
    member("王玲", "2110", "13600000004")
    whole("秦丽", "212", "13600000005", 3)
    with write():  # who is only an applicant has no file yet that counts
        Person.register(unit("211"), as_viewer("leader"), "grid_visit", name="何飞", phone="13600000006")


def test_a_unit_says_how_complete_its_files_are_and_what_is_missing(lifted: Flask, leader: Someone) -> None:
    _some()
    community, cells = files_of(unit("21")), {"211": 75, "2110": 17}
    assert (community.members, community.complete, community.gaps) == (4, 2, 9 + 10)
    assert community.average == round(100 * (48 - community.gaps) / 48)
    page = leader.get("/status/21/files")
    assert "4 人里 2 人填齐了" in page and "看没填齐的 2 人" in page
    for code, average in cells.items():
        assert files_of(unit(code)).average == average
        assert f"/status/{code}/files" in page.html
    told = dict(missing(unit("21")))
    assert told["sex"] == 1 and told["education"] == 2 and "name" not in told


def test_every_number_of_the_page_opens_exactly_those_it_counts(
    lifted: Flask, worker: Someone, leader: Someone, supervisor: Someone, district: Someone
) -> None:
    _some()
    for someone, code in ((worker, "211"), (leader, "21"), (supervisor, "210"), (leader, "2110")):
        page = someone.get(f"/status/{code}/files")
        for href, count in re.findall(
            r'<a href="(/members/\?[^"]*lack=[^"]*)">.*?(\d+) 人没填', page.html, flags=re.S
        ):
            assert someone.get(href.replace("&amp;", "&")).total == int(count), href
        for href, count in re.findall(r'href="([^"]+)">看没填齐的 (\d+) 人', page.html):
            assert someone.get(href.replace("&amp;", "&")).total == int(count), href
    for someone, code, incomplete in ((supervisor, "2", 2), (district, "1", 2)):
        page = someone.get(f"/status/{code}/files")
        assert f"看没填齐的 {incomplete} 人" in page
        assert someone.get(f"/status/{code}/incomplete").total == incomplete
        assert someone.get("/members/?show=incomplete").total == incomplete


def test_the_page_of_files_is_reached_from_the_list_and_from_the_board(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    _some()
    assert 'href="/status/files"' in worker.get("/members/?show=incomplete").html
    assert worker.get("/status/files", 303).location == "/status/211/files"
    assert "/status/21/files" in leader.get("/status/21").html


def test_strangers_learn_nothing_of_the_files(lifted: Flask, stranger: Someone, worker: Someone) -> None:
    _some()
    stranger.get("/status/21/files", 404)
    stranger.get("/members/?unit=21", 404)
    worker.get("/status/21/files", 404)
    worker.get("/members/?unit=21", 404)


def test_the_figures_kept_are_those_of_the_files(lifted: Flask, worker: Someone) -> None:
    _some()
    mine = db.session.scalars(select(Person).where(Person.name == "李强")).one()
    worker.post(f"/members/{mine.uid}/edit", file(mine, sex="male", education="20", key_group="courier"))
    fresh()
    kept = db.session.execute(
        select(Standing.members, Standing.incomplete, Standing.gaps).where(Standing.unit_id == mine.unit_id)
    ).one()
    there = select(func.count()).where(Person.status == "active", Person.unit_id == mine.unit_id)
    assert tuple(kept) == (db.session.scalar(there), 1, len(mine.missing))
    assert len(mine.missing) < len(FILE)


# ── consent ──


def _consents(person: Person) -> list[Consent]:
    fresh()
    given = select(Consent).where(Consent.person_id == person.id).order_by(Consent.id)
    return list(db.session.scalars(given))


def test_consent_stands_on_the_page_with_its_version_and_channel(lifted: Flask, worker: Someone) -> None:
    page = worker.get(f"/members/{member('李强').uid}")
    assert "11月19日同意，同意书 2026-11 版，当面同意" in page
    assert "本人要撤回同意" in page and "会籍不变，要退会另外办" in page


def test_taking_consent_back_is_one_button_and_what_follows_follows(
    lifted: Flask, worker: Someone, supervisor: Someone
) -> None:
    mine = member("李强", share_birthday=True)
    assert mine.visit_due_at is not None, "a new member is to be visited"
    answer = worker.post(f"/members/{mine.uid}/withdrawal")
    page = worker.get(answer.location)
    assert "已记下：李强撤回同意" in page and "已撤回同意" in page and "资料只保存，不再使用" in page
    (kept,) = _consents(mine)
    assert kept.withdrawn_at and kept.withdrawn_at == mine.withdrawn_at
    assert (mine.status, mine.share_birthday, mine.visit_due_at) == ("active", False, None)
    assert {due.state for due in db.session.scalars(select(DueVisit))} == {"cancelled"}
    for words in ("修改", "显示号码", "记走访", "打电话", "记一件事"):
        assert words not in page.html.split("<dl")[0] + page.html.split("act-bar")[1], words
    assert "tel:" not in page.html and "tel:" not in worker.get("/members/").html


def test_whose_consent_was_taken_back_is_only_kept(lifted: Flask, worker: Someone) -> None:
    mine = whole("李强")
    worker.post(f"/members/{mine.uid}/withdrawal")
    fresh()
    sentence = "本人撤回了同意，资料只保存，不再使用。"
    assert sentence in worker.get(f"/members/{mine.uid}/edit", 409)
    for url in ("edit", "phone", "id-number", "withdrawal"):
        typed = file(mine, address="桂香里") if url == "edit" else {}
        page = worker.post(f"/members/{mine.uid}/{url}", typed, 409)
        assert sentence in page or url == "withdrawal"
        assert number() not in page.html
    assert sentence in worker.get(f"/visits/new?person={mine.uid}", 409)
    fresh()
    assert mine.address is None
    stopped = (
        select(func.count()).select_from(Trail).where(Trail.action.in_(("reveal phone", "reveal number")))
    )
    assert db.session.scalar(stopped) == 0


def test_an_application_ends_with_the_consent(lifted: Flask, worker: Someone, leader: Someone) -> None:
    with write():
        mine = Person.register(
            unit("211"), as_viewer("worker"), "grid_visit", name="何飞", phone="13600000006"
        )
    worker.post(f"/members/{mine.uid}/withdrawal")
    fresh()
    assert mine.status == "known"
    assert "没有通过：本人撤回同意" in worker.get(f"/members/{mine.uid}?all=1")
    leader.post("/members/approvals", {"person": str(mine.uid), "next": "inbox"}, 409)
    worker.post(f"/members/{mine.uid}/application")
    fresh()
    assert (mine.status, mine.withdrawn_at) == ("applied", None)


def test_consent_is_given_again_and_the_story_and_the_trail_tell_it(
    lifted: Flask, worker: Someone, auditor: Someone
) -> None:
    mine = member("李强")
    worker.post(f"/members/{mine.uid}/withdrawal")
    with clock.at(clock.now() + timedelta(days=1)):
        later = Someone(lifted, "worker")
        answer = later.post(f"/members/{mine.uid}/consent")
        first, second = _consents(mine)
        assert first.withdrawn_at and not second.withdrawn_at and mine.withdrawn_at is None
        page = later.get(answer.location)
        for words in ("本人又同意了", "本人撤回同意", "11月20日同意", "修改"):
            assert words in page, words
        later.post(f"/members/{mine.uid}/consent", {}, 409)
        told = Someone(lifted, "auditor").get("/trail")
        assert "撤回同意" in told and "同意书" in told


def test_only_who_keeps_the_register_takes_consent_down(
    lifted: Flask, supervisor: Someone, neighbor: Someone, stranger: Someone
) -> None:
    mine = member("李强")
    for someone, status in ((supervisor, 403), (neighbor, 404), (stranger, 404)):
        someone.post(f"/members/{mine.uid}/withdrawal", {}, status)
        someone.post(f"/members/{mine.uid}/consent", {}, status)
