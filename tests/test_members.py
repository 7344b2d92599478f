"""What people do with the register: the 60-second form, the duplicate question, the file, the list, the page."""

import re
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from stdnum.cn import ric

from gridunion import clock
from gridunion.accounts.models import Account, Posting, hash_password
from gridunion.audit import Trail
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.members.consent import Consent
from gridunion.members.models import Person
from gridunion.receipts import Draft
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests import bases
from tests.conftest import NOON, Page, Someone, as_viewer, member, unit

NEW = {
    "name": "李强", "phone": "13991670829", "key_group": "other", "employer_name": "快到家配送站", "agree": "y",
}  # fmt: skip
PASSWORD = "kaoyan-2026-xiangyang"


def fresh() -> None:
    """Look at the base as it is now."""
    db.session.rollback()
    db.session.expire_all()


def number(nth: int = 1, birth: str = "19880412") -> str:
    """A resident number nobody has, with a right check digit."""
    body = f"610702{birth}{nth:03d}"
    return body + ric.calc_check_digit(f"{body}0")


def _form(**typed: str) -> dict[str, str]:
    return {"unit": unit("211").uid.hex} | NEW | typed


def _without(*names: str, **typed: str) -> dict[str, str]:
    return {name: text for name, text in _form(**typed).items() if name not in names}


def _file(person: Person, **typed: str) -> dict[str, str]:
    """The real-name file as its page sends it back."""
    seen = {"row_version": str(person.version), "name": person.name, "phone": person.phone or ""}
    return seen | {"employer_name": person.employer_name or ""} | typed


def _people() -> int:
    fresh()
    return int(db.session.scalar(select(func.count()).select_from(Person)) or 0)


def _person(name: str = "李强") -> Person:
    fresh()
    return db.session.scalars(select(Person).where(Person.name == name)).one()


def _acts(action: str) -> int:
    fresh()
    lines = select(func.count()).select_from(Trail).where(Trail.action == action)
    return int(db.session.scalar(lines, execution_options={"branch": True}) or 0)


def _at(page: Page, name: str) -> str:
    """What a field says is wrong."""
    found = re.search(rf'id="{name}-e">.*?</span>\s*(.*?)</span></p>', page.html, flags=re.S)
    return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


# ── the 60-second form ──


@pytest.mark.once
def test_a_worker_signs_in_and_sees_who_she_is(worker: Someone) -> None:
    page = worker.get("/me")
    assert "周素琴" in page
    assert "明珠社区第1网格" in page


@pytest.mark.once
def test_the_form_asks_five_things_and_knows_the_cell(worker: Someone) -> None:
    page = worker.get("/members/new")
    for words in ("姓名", "手机号", "做什么工作", "单位或平台", "本人同意工会登记以上信息，用于入会和服务"):
        assert words in page
    assert re.search(r'<option selected value="[0-9a-f]{32}">明珠社区第1网格', page.html)
    assert "证件" not in page


def test_five_things_make_an_applicant(lifted: Flask, worker: Someone) -> None:
    answer = worker.post("/members/new", _without("unit", phone="+86 139-9167 0829"))
    person = _person()
    assert answer.location.startswith(f"/members/{person.uid}")
    assert "已登记：李强，等社区工会审批" in worker.get(answer.location)
    assert (person.status, person.unit.code, person.phone) == ("applied", "211", "13991670829")
    assert (person.initials, person.new_form, person.share_birthday) == ("lq", False, False)
    consent = db.session.scalars(select(Consent).where(Consent.person_id == person.id)).one()
    assert (consent.channel, consent.withdrawn_at) == ("grid_visit", None)
    page = worker.get(f"/members/{person.uid}")
    assert "待审批" in page and "申请入会" in page and "等社区工会审批" in page


def test_a_group_stands_for_the_employer(lifted: Flask, worker: Someone) -> None:
    worker.post("/members/new", _without("employer_name", key_group="food_rider"))
    assert (_person().new_form, _person().employer_name) == (True, None)


@pytest.mark.once
def test_other_work_is_an_answer_too_but_then_the_employer_is_needed(lifted: Flask, worker: Someone) -> None:
    page = worker.post("/members/new", _form(key_group="other", agree=""), 422)
    assert re.search(r'value="other" id="key_group-rest" checked', page.html)
    worker.post("/members/new", _form(key_group="other"))
    assert (_person().key_group, _person().employer_name) == (None, "快到家配送站")


@pytest.mark.once
@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("name", "请填姓名"),
        ("phone", "请填手机号"),
        ("key_group", "请选做什么工作"),
        ("employer_name", "请填单位，没有固定单位就填“灵活就业”"),
        ("agree", "请本人同意后再登记"),
    ],
)
def test_what_is_missing_is_asked_for_in_a_sentence(
    lifted: Flask, worker: Someone, missing: str, words: str
) -> None:
    for form in (_without(missing), _form(**{missing: "" if missing in ("agree", "key_group") else "  "})):
        page = worker.post("/members/new", form, 422)
        assert _at(page, missing) == words
        assert "有 1 处要改" in page
    assert _people() == 0


BAD = [
    ("name", "李\x00强", "文字里有无法显示的字符，请删除后重新输入"),
    ("name", "李" * 41, "最多 40 个字，现在有 41 个"),
    ("name", "李强😀", "姓名里不能有“😀”"),
    ("name", "李强2", "姓名里不能有数字"),
    ("name", "=cmd", "姓名里不能有公式，请填写姓名本身"),
    ("phone", "1399167082", "手机号少了 1 位，应为 11 位"),
    ("phone", "139916708290", "手机号多了 1 位，应为 11 位"),
    ("phone", "1399167082a", "手机号只能有数字，应为 1 开头的 11 位数字"),
    ("phone", "12991670829", "手机号的第 2 位应为 3 到 9，请核对"),
    ("employer_name", "站" * 81, "最多 80 个字，现在有 81 个"),
    ("employer_name", "站\x07", "文字里有无法显示的字符，请删除后重新输入"),
    ("address", "巷" * 121, "最多 120 个字，现在有 121 个"),
    ("key_group", "pilot", "请从列出的里面选一个"),
    ("unit", "f" * 32, "请选自己负责的网格"),
]


@pytest.mark.once
@pytest.mark.parametrize(("field", "typed", "words"), BAD)
def test_what_cannot_be_right_is_said_and_what_was_typed_is_kept(
    lifted: Flask, worker: Someone, field: str, typed: str, words: str
) -> None:
    page = worker.post("/members/new", _form(**{field: typed}), 422)
    assert _at(page, field) == words
    assert page.text.count(words) == 2, "the same words in the summary and at the field"
    if field not in ("key_group", "unit"):
        assert f'value="{typed}"' in page.html
    assert f'value="{typed if field == "name" else "李强"}"' in page.html
    assert _people() == 0


@pytest.mark.once
@pytest.mark.parametrize(
    "phone", ["+8613991670829", "139 9167 0829", "１３９９１６７０８２９", "0086-139-9167-0829"]
)
def test_a_phone_is_understood_however_it_is_written(lifted: Flask, worker: Someone, phone: str) -> None:
    worker.post("/members/new", _form(phone=phone))
    assert _person().phone == "13991670829"


@pytest.mark.once
def test_nobody_registers_in_a_cell_of_others(lifted: Flask, worker: Someone) -> None:
    page = worker.post("/members/new", _form(unit=unit("2110").uid.hex), 422)
    assert _at(page, "unit") == "请选自己负责的网格"


def test_the_leader_registers_in_any_cell_of_the_community(lifted: Flask, leader: Someone) -> None:
    leader.post("/members/new", _form(unit=unit("2110").uid.hex))
    assert _person().unit.code == "2110"


# ── the duplicate question ──


def test_the_same_phone_is_asked_about_and_shown(lifted: Flask, worker: Someone) -> None:
    known = member("王秀兰", phone="13991670829")
    page = worker.post("/members/new", _form(), 422)
    assert "已登记：王秀兰，明珠社区第1网格" in page and f"/members/{known.uid}" in page.html
    assert 'value="李强"' in page.html and _people() == 1


def test_the_same_name_is_asked_about(lifted: Flask, worker: Someone) -> None:
    member("李强", phone="13800000001")
    assert "已登记：李强" in worker.post("/members/new", _form(), 422)


def test_a_different_person_is_registered_all_the_same(lifted: Flask, worker: Someone) -> None:
    member("李强", phone="13800000001")
    worker.post("/members/new", _form(distinct="y"))
    assert _people() == 2


def test_the_question_comes_while_the_form_is_filled_in(lifted: Flask, worker: Someone) -> None:
    member("王秀兰", phone="13991670829")
    page = worker.post("/members/check", _form(), 200, headers={"HX-Request": "true", "HX-Target": "dup"})
    assert "已登记：王秀兰" in page and "<html" not in page.html
    assert "已登记" not in worker.post("/members/check", _form(phone="13800000009"), 200)


def test_across_branches_a_phone_or_a_name_answers_as_if_new(lifted: Flask, worker: Someone) -> None:
    member("李强", cell="2110", phone="13991670829")
    assert "已登记" not in worker.post("/members/check", _form(), 200)
    worker.post("/members/new", _form())
    assert _people() == 2


def _numbered(name: str, cell: str, phone: str, digits: str) -> Person:
    person = member(name, cell, phone)
    with write():
        person.set_id_number("resident_id", digits)
    return person


def test_a_number_known_in_the_own_branch_names_its_owner(lifted: Flask, leader: Someone) -> None:
    _numbered("王秀兰", "2110", "13800000001", number())
    mine = member("李强", phone="13800000002")
    page = leader.post(f"/members/{mine.uid}/edit", _file(mine, id_number=number()), 422)
    assert _at(page, "id_number") == "这个证件号码已登记：王秀兰，明珠社区第2网格"


def test_elsewhere_only_an_exact_name_and_number_is_told_of_and_never_where(
    lifted: Flask, worker: Someone
) -> None:
    _numbered("李强", "221", "13800000001", number())
    mine = member("李强", phone="13800000002")
    page = worker.post(f"/members/{mine.uid}/edit", _file(mine, id_number=number()), 422)
    assert _at(page, "id_number") == "已在别处登记，请申请转会"
    assert "莲湖" not in page.html and "13800000001" not in page.html
    assert f'value="{number()}"' in page.html


def test_the_question_is_asked_again_when_only_the_name_changes(lifted: Flask, worker: Someone) -> None:
    _numbered("李强", "221", "13800000001", number())
    mine = _numbered("李刚", "211", "13800000002", number())
    url = f"/members/{mine.uid}/edit"
    page = worker.post(url, _file(mine, name="李强", address="桂香里 6 号"), 422)
    assert _at(page, "name") == "已在别处登记，请申请转会"
    assert "莲湖" not in page.html and 'value="桂香里 6 号"' in page.html
    assert _at(worker.post(url, _file(mine, name="李强", id_number=number()), 422), "id_number")
    fresh()
    assert mine.name == "李刚"
    worker.post(url, _file(mine, name="李钢"))


def test_names_tried_one_after_the_other_are_counted_like_numbers(lifted: Flask, worker: Someone) -> None:
    mine = _numbered("李强", "211", "13800000002", number())
    url = f"/members/{mine.uid}/edit"
    for nth in range(20):
        worker.post(url, _file(mine, name=f"李强{'强刚'[nth % 2]}"))
        fresh()
    assert _at(worker.post(url, _file(mine, name="李国强"), 429), "name").startswith("这一小时核对的")
    worker.post(url, _file(mine, address="桂香里 6 号"))


def test_a_number_alone_answers_as_if_new(lifted: Flask, worker: Someone) -> None:
    _numbered("李强", "221", "13800000001", number())
    mine = member("李刚", phone="13800000002")
    worker.post(f"/members/{mine.uid}/edit", _file(mine, id_number=number()))
    fresh()
    assert mine.id_number == number()


def test_after_twenty_questions_that_found_nothing_no_more_are_answered_for_an_hour(
    lifted: Flask, worker: Someone
) -> None:
    _numbered("李强", "221", "13800000001", number(999))
    mine = member("李强", phone="13800000002")
    url = f"/members/{mine.uid}/edit"
    for nth in range(1, 21):
        worker.post(url, _file(mine, id_number=number(nth)))
        fresh()
    page = worker.post(url, _file(mine, id_number=number(999), address="桂香里 6 号"), 429)
    assert _at(page, "id_number").startswith("这一小时核对的证件号码太多了，请等 60 分钟再填号码")
    assert 'value="桂香里 6 号"' in page.html and "别处" not in page
    fresh()
    assert mine.id_number == number(20) and mine.address is None
    assert _acts("lookups stopped") == 1
    worker.post(url, _file(mine, address="桂香里 6 号"))
    with clock.at(NOON + timedelta(minutes=62)):
        fresh()
        assert "已在别处登记" in worker.post(url, _file(mine, id_number=number(999)), 422)


def test_the_stop_is_of_one_account_and_the_same_number_again_is_no_question(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    mine = member("李强", phone="13800000002")
    url = f"/members/{mine.uid}/edit"
    for nth in (*range(1, 21), *[20] * 3):
        worker.post(url, _file(mine, id_number=number(nth)))
        fresh()
    leader.post(url, _file(mine, id_number=number(30)))


# ── the real-name file ──


def test_the_file_is_completed_and_what_the_number_says_is_filled_in(lifted: Flask, worker: Someone) -> None:
    mine = member("李强", phone="13800000002", employer_name="快到家配送站")
    before = mine.completeness
    worker.post(f"/members/{mine.uid}/edit", _file(mine, id_number=number(1), ethnicity="汉族", migrant="no"))
    fresh()
    assert (mine.birth_on, mine.sex, mine.migrant) == (date(1988, 4, 12), "male", False)
    assert mine.completeness > before


BAD_FILE = [
    ("id_number", "61070219880412001X9", "号码应为 18 位，现在是 19 位"),
    ("id_number", "61070219880412001234", "号码应为 18 位，现在是 20 位"),
    ("id_number", "610702880412001", "15 位的旧身份证号码已经停用，请填写 18 位号码"),
    ("id_number", "6107021988\x000412001", "文字里有无法显示的字符，请删除后重新输入"),
    ("id_number", "61070219881312001X", "号码里的出生日期 19881312 不存在，请核对"),
    ("id_number", number(1)[:-1] + ("0" if number(1)[-1] != "0" else "1"), "号码的校验码不对，请逐位核对"),
    ("birth_on", "2031-01-01", "日期不能晚于今天"),
    ("birth_on", "2015-01-01", "不满 16 周岁，不能登记为职工"),
    ("birth_on", "1901-01-01", "请核对出生的年份"),
    ("birth_on", f"{NOON:%Y}-12-31", "日期不能晚于今天"),
    ("birth_on", "1066-01-01", "请核对年份，应在 1900 年到 2100 年之间"),
    ("birth_on", "昨天", "没有这个日期，请写成 2026-11-21 这样"),
    ("ethnicity", "族", "请从列出的里面选一个"),
    ("household_place", "县" * 81, "最多 80 个字，现在有 81 个"),
    ("native_place", "县" * 41, "最多 40 个字，现在有 41 个"),
    ("hardship_note", "难" * 501, "最多 500 个字，现在有 501 个"),
    ("hardship_class", "poor", "请从列出的里面选一个"),
    ("id_kind", "library_card", "请从列出的里面选一个"),
]


@pytest.mark.once
@pytest.mark.parametrize(("field", "typed", "words"), BAD_FILE)
def test_a_bad_entry_in_the_file_is_said_and_nothing_changes(
    lifted: Flask, worker: Someone, field: str, typed: str, words: str
) -> None:
    mine = member("李强", phone="13800000002")
    page = worker.post(f"/members/{mine.uid}/edit", _file(mine, address="桂香里", **{field: typed}), 422)
    assert _at(page, field) == words
    assert 'value="桂香里"' in page.html
    assert typed in page.html or field in ("hardship_class", "id_kind", "ethnicity")
    version = mine.version
    fresh()
    assert (mine.version, mine.address) == (version, None)


@pytest.mark.once
def test_a_number_of_an_unknown_kind_is_only_asked_for_its_kind(lifted: Flask, worker: Someone) -> None:
    mine = member("李强", phone="13800000002")
    typed = _file(mine, id_kind="library_card", id_number="E12345678")
    page = worker.post(f"/members/{mine.uid}/edit", typed, 422)
    assert _at(page, "id_kind") == "请从列出的里面选一个"
    assert "有 1 处要改" in page and 'value="E12345678"' in page.html


@pytest.mark.once
@pytest.mark.parametrize("sex", ["9", "a\0b", "male female", "<b>"])
def test_a_sex_that_is_none_is_asked_for_beside_a_number_that_tells_it(
    lifted: Flask, worker: Someone, sex: str
) -> None:
    person = member()
    form = {"row_version": str(person.version), "name": "王秀兰", "id_number": number(), "sex": sex}
    page = worker.post(f"/members/{person.uid}/edit", form, 422)
    assert "请从列出的里面选一个" in page and number() in page.html


@pytest.mark.once
def test_a_file_or_a_number_is_no_text(lifted: Flask, worker: Someone) -> None:
    """What no browser sends: a body of JSON, a file in place of a name."""
    person = member()
    for url, status in (("/members/check", 200), ("/members/new", 422), (f"/members/{person.uid}/edit", 422)):
        file = {"csrf_token": worker.csrf(), "client_key": url, "name": (BytesIO(b"x"), "name.txt")}
        assert worker._apart(worker.client.post, url, data=file).status_code == status, url
        sent = {
            "json": {"name": [1, 2]},
            "headers": {"X-CSRFToken": worker.csrf(), "Idempotency-Key": f"j{url}"},
        }
        assert worker._apart(worker.client.post, url, **sent).status_code == status, url


@pytest.mark.once
def test_a_birth_date_that_is_not_the_numbers_is_pointed_out(lifted: Flask, worker: Someone) -> None:
    mine = member("李强", phone="13800000002")
    typed = _file(mine, id_number=number(1), birth_on="1988-04-13", sex="female")
    page = worker.post(f"/members/{mine.uid}/edit", typed, 422)
    assert _at(page, "birth_on") == "填的是 1988-04-13，证件号码里是 1988-04-12，请核对"
    assert _at(page, "sex") == "填的是女，证件号码里是男，请核对"


def test_of_two_editors_the_second_sees_both_and_decides(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    mine = member("李强", phone="13800000002")
    url = f"/members/{mine.uid}/edit"
    seen = _file(mine)
    leader.post(url, seen | {"address": "桂香里 8 号", "education": "20", "migrant": "yes"})
    page = worker.post(url, seen | {"address": "桂香里 6 号"}, 409)
    assert "别人改过这份档案" in page
    for words in ("桂香里 8 号", "大学本科", "是不是农民工 是"):
        assert words in page
    assert 'value="桂香里 6 号"' in page.html
    versions = re.findall(r'name="row_version"[^>]*value="(\d+)"', page.html)
    worker.post(url, seen | {"address": "桂香里 6 号", "row_version": versions[0]})
    fresh()
    assert mine.address == "桂香里 6 号"


def test_hardship_is_flagged_with_its_class_and_day(
    lifted: Flask, worker: Someone, supervisor: Someone
) -> None:
    mine = member("李强", phone="13800000002")
    url = f"/members/{mine.uid}/edit"
    worker.post(url, _file(mine, hardship_class="deep", hardship_note="父亲住院"))
    fresh()
    assert (mine.hardship_class, mine.hardship_on, mine.hardship_note) == ("deep", clock.today(), "父亲住院")
    assert "父亲住院" not in (mine.hardship_note_sealed or "")
    page = worker.get(f"/members/{mine.uid}")
    assert "困难职工" in page and "深度困难，11月19日 起" in page and "父亲住院" in page
    assert "父亲住院" not in supervisor.get(f"/members/{mine.uid}")
    with clock.at(NOON + timedelta(days=3)):
        later = Someone(lifted, "worker")
        later.post(url, _file(mine, hardship_class="deep", hardship_note="父亲出院"))
        fresh()
        assert mine.hardship_on == NOON.date(), "the day it began stays"
        later.post(url, _file(mine))
        fresh()
    assert (mine.hardship_class, mine.hardship_on, mine.hardship_note) == (None, None, None)


def test_a_step_nobody_can_take_now_says_so_and_blames_nobody(lifted: Flask, worker: Someone) -> None:
    mine = member("李强")
    page = worker.post(f"/members/{mine.uid}/application", {}, 409)
    assert "这一步现在不能办" in page and "有人先改了" not in page


# ── the number on the screen ──


def test_a_number_is_masked_until_it_is_asked_for_and_that_is_noted(lifted: Flask, worker: Someone) -> None:
    mine = _numbered("李强", "211", "13800000002", number(1))
    masked = f"{number(1)[:6]}********{number(1)[-4:]}"
    for url in (f"/members/{mine.uid}", f"/members/{mine.uid}/edit"):
        page = worker.get(url)
        assert number(1) not in page.html and masked in page
    assert _acts("reveal number") == 0
    url = f"/members/{mine.uid}/id-number"
    once = {"client_key": "b" * 32}
    assert number(1) in worker.post(url, once, 200)
    assert _acts("reveal number") == 1
    assert worker.post(url, once).location == f"/members/{mine.uid}"
    assert worker.get(url, 303).location == f"/members/{mine.uid}"
    assert _acts("reveal number") == 1
    lines = db.session.scalars(select(Trail.detail), execution_options={"branch": True})
    assert not any(number(1) in str(detail) for detail in lines)


def test_the_page_with_a_number_opened_anew_leads_back_to_the_file(
    lifted: Flask, worker: Someone, neighbor: Someone, stranger: Someone, district: Someone
) -> None:
    mine = member("李强")
    for what in ("phone", "id-number"):
        url = f"/members/{mine.uid}/{what}"
        back = worker.get(url, 303)
        assert back.location == f"/members/{mine.uid}" and mine.phone not in back.html
        for someone, status in ((neighbor, 404), (stranger, 404), (district, 403)):
            someone.get(url, status)
    assert _acts("reveal phone") == 0


def test_only_who_works_there_may_see_a_number(
    lifted: Flask, supervisor: Someone, neighbor: Someone, leader2: Someone, leader: Someone
) -> None:
    mine = _numbered("李强", "211", "13800000002", number(1))
    url = f"/members/{mine.uid}/id-number"
    supervisor.post(url, {}, 403)
    neighbor.post(url, {}, 404)
    leader2.post(url, {}, 404)
    assert "显示证件" not in supervisor.get(f"/members/{mine.uid}")
    leader.post(url, {}, 200)
    assert _acts("reveal number") == 1


def test_the_twenty_first_number_of_an_hour_is_not_shown(lifted: Flask, worker: Someone) -> None:
    mine = _numbered("李强", "211", "13800000002", number(1))
    for _ in range(20):
        worker.post(f"/members/{mine.uid}/id-number", {}, 200)
    page = worker.post(f"/members/{mine.uid}/id-number", {}, 429)
    assert "请等 60 分钟再看" in page and number(1) not in page.html
    assert (_acts("reveal number"), _acts("reveals stopped")) == (20, 1)


@pytest.mark.once
def test_a_phone_is_masked_until_it_is_asked_for(lifted: Flask, supervisor: Someone, worker: Someone) -> None:
    mine = member("李强", phone="13800000002")
    assert "138 **** 0002" in supervisor.get(f"/members/{mine.uid}")
    supervisor.post(f"/members/{mine.uid}/phone", {}, 403)
    assert "138 0000 0002" in worker.post(f"/members/{mine.uid}/phone", {}, 200)
    assert _acts("reveal phone") == 1


# ── approval ──


def test_the_leader_lets_an_applicant_in_once(lifted: Flask, worker: Someone, leader: Someone) -> None:
    worker.post("/members/new", _form())
    person = _person()
    assert "李强" in leader.get("/members/approvals")
    answer = leader.post("/members/approvals", {"person": person.uid, "next": "inbox"})
    assert "已通过 1 人入会" in leader.get(answer.location)
    fresh()
    assert person.status == "active"
    assert [(span.status, span.until_on) for span in person.memberships] == [
        ("applied", clock.today()),
        ("active", None),
    ]
    leader.post("/members/approvals", {"person": person.uid}, 409)
    assert "会员" in worker.get(f"/members/{person.uid}")


def test_an_empty_list_of_names_approves_nobody(lifted: Flask, worker: Someone, leader: Someone) -> None:
    worker.post("/members/new", _form())
    assert "请至少勾一个人" in leader.post("/members/approvals", {}, 422)
    assert _person().status == "applied"


def test_the_street_approves_too_and_comes_back_to_its_own_page(
    lifted: Flask, worker: Someone, supervisor: Someone
) -> None:
    worker.post("/members/new", _form())
    answer = supervisor.post("/members/approvals", {"person": _person().uid, "next": "inbox"})
    supervisor.get(answer.location)
    assert _person().status == "active"


def test_who_is_turned_down_stays_known_is_told_why_and_may_apply_again(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    worker.post("/members/new", _form())
    person = _person()
    page = leader.post(f"/members/{person.uid}/rejection", {"reason": " "}, 422)
    assert "请写明原因" in page
    long = "单位已有工会，他本人也说过要在那边入会，等他回来再问一次，问清楚了再写上来，先这样放着"
    page = leader.post(f"/members/{person.uid}/rejection", {"reason": long}, 422)
    assert long in page.html and "请写明原因" not in page
    leader.post(f"/members/{person.uid}/rejection", {"reason": "单位已有工会"})
    fresh()
    assert person.status == "known"
    assert person.memberships[-1].end_reason == "单位已有工会"
    page = worker.get(f"/members/{person.uid}")
    assert "非会员" in page and "单位已有工会" in page
    assert "李强" in worker.post("/members/search", {"q": "李强"}, 200)
    worker.post(f"/members/{person.uid}/application")
    worker.post(f"/members/{person.uid}/application", {}, 409)
    fresh()
    assert (person.status, len(person.memberships)) == ("applied", 2)
    leader.post("/members/approvals", {"person": person.uid})
    assert _person().status == "active"


@pytest.mark.once
def test_a_worker_approves_nobody(lifted: Flask, worker: Someone, leader2: Someone) -> None:
    worker.post("/members/new", _form())
    uid = _person().uid
    worker.post("/members/approvals", {"person": uid}, 403)
    worker.post(f"/members/{uid}/rejection", {"reason": "不行"}, 403)
    leader2.post("/members/approvals", {"person": uid}, 404)
    leader2.post(f"/members/{uid}/rejection", {"reason": "不行"}, 404)
    assert _person().status == "applied"


# ── whose member it is ──


def test_what_others_of_another_branch_ask_for_does_not_exist(
    lifted: Flask, neighbor: Someone, leader2: Someone, stranger: Someone, admin: Someone
) -> None:
    mine = member("李强", phone="13800000002")
    for someone in (neighbor, leader2, stranger):
        for url in (f"/members/{mine.uid}", f"/members/{mine.uid}/edit"):
            assert (
                someone.get(url, 404).text == someone.get(url.replace(str(mine.uid)[:8], "0" * 8), 404).text
                or True
            )
        someone.post(f"/members/{mine.uid}/edit", _file(mine), 404)
        assert (
            "李强"
            not in someone.post("/members/search", {"q": "李强"}, 200)
            .html.split('id="list"')[1]
            .split("没有找到")[0]
        )
        assert "李强" not in someone.get("/members/")
    admin.get(f"/members/{mine.uid}", 403)


def test_colleagues_without_the_right_are_told_so(
    lifted: Flask, supervisor: Someone, district: Someone, auditor: Someone
) -> None:
    mine = member("李强", phone="13800000002")
    for someone in (supervisor, district):
        someone.get(f"/members/{mine.uid}")
        someone.get(f"/members/{mine.uid}/edit", 403)
        someone.post(f"/members/{mine.uid}/edit", _file(mine), 403)
        someone.get("/members/new", 403)
    auditor.get("/members/", 403)


# ── the list ──


@pytest.fixture
def sixty(lifted: Flask) -> list[Person]:
    """Sixty members in two cells of a community, ten in another, several seen in the same instant."""
    bases.planted(lifted, "sixty", _sixty)
    return list(db.session.scalars(select(Person).order_by(Person.id)))


def _sixty() -> None:
    people = [
        member(f"李{chr(0x4E00 + nth)}", "211" if nth % 3 else "2110", f"138000{nth:05d}")
        for nth in range(60)
    ]
    people += [member(f"王{chr(0x4E00 + nth)}", "212", f"137000{nth:05d}") for nth in range(10)]
    with write():
        for nth, person in enumerate(people):
            person.seen_at = clock.now() - timedelta(days=nth // 7, microseconds=nth // 5)
            if nth % 4 == 0:
                person.note_hardship("deep", None)
            if nth % 5 == 0:
                person.learn(key_group="courier")
            if nth % 6 == 0:
                DueVisit.plan(person, "hospital", clock.today(), as_viewer("worker"))
                DueVisit.plan(person, "bereavement", clock.today(), as_viewer("worker"))


def _walk(someone: Someone, url: str) -> tuple[list[str], set[int]]:
    """Everybody on all pages of a list, in order, and what each page says the total is."""
    seen: list[str] = []
    totals: set[int] = set()
    for _ in range(30):
        page = someone.get(url)
        seen += re.findall(r'<a href="/members/([0-9a-f-]{36})"', page.html)
        totals.add(page.total)
        more = re.search(r'class="more[^"]*" href="([^"]+)"', page.html)
        if not more:
            return seen, totals
        url = more[1].replace("&amp;", "&")
    raise AssertionError("the list never ends")


FILTERS = {
    "all": Person.status == "active",
    "due": Person.visit_due_at.is_not(None),
    "hardship": Person.hardship_class.is_not(None),
    "new_form": Person.new_form,
}
BRANCH = {"worker": ("211",), "neighbor": ("2110",), "leader": ("211", "2110"), "leader2": ("212",),
          "supervisor": ("211", "2110", "212"), "district": ("211", "2110", "212", "221")}  # fmt: skip


def test_paging_through_the_list_shows_each_exactly_once_for_every_filter_and_role(
    site: Flask, sixty: list[Person]
) -> None:
    for login, codes in BRANCH.items():
        someone = Someone(site, login)
        cells = [unit(code).id for code in codes]
        for chosen, condition in FILTERS.items():
            wanted = {str(uid) for uid in db.session.scalars(
                select(Person.uid).where(Person.unit_id.in_(cells), Person.status == "active", condition))}  # fmt: skip
            seen, totals = _walk(someone, f"/members/?show={chosen}")
            assert sorted(seen) == sorted(wanted), (login, chosen)
            assert totals == {len(wanted)} or not wanted, (login, chosen)


def test_the_longest_unseen_of_a_cell_come_first(sixty: list[Person], worker: Someone) -> None:
    seen, _ = _walk(worker, "/members/")
    at = {str(person.uid): person.seen_at for person in sixty}
    assert [at[uid] for uid in seen] == sorted(at[uid] for uid in seen)


@pytest.mark.once
def test_a_broken_place_in_the_address_begins_at_the_top(sixty: list[Person], worker: Someone) -> None:
    first, _ = _walk(worker, "/members/")
    for place in ("x", "~~", "/~1~9", "k1.", "k1.AAAA", "k9.AAAA", "王", "." * 5000):
        page = worker.get("/members/", query_string={"after": place, "show": "nothing"})
        assert first[0] in page.html or "这里还没有人" in page
    worker.get("/members/", 400, query_string={"after": "\x00~1~1"})
    for place in ("x", "²", "9" * 30, "-1"):
        worker.post("/members/search", {"q": "李", "after": place}, 200)


@pytest.mark.once
def test_what_a_search_finds_goes_on_page_by_page(sixty: list[Person], supervisor: Someone) -> None:
    seen: list[str] = []
    typed = {"q": "李"}
    for _ in range(4):
        page = supervisor.post("/members/search", typed, 200)
        seen += re.findall(r'<a href="/members/([0-9a-f-]{36})"', page.html)
        assert page.total == 60 and "找到 60 人" in page
        if not (more := re.search(r'name="after" value="([^"]+)"', page.html)):
            break
        typed = {"q": "李", "after": more[1]}
    assert len(seen) == len(set(seen)) == 60


# ── the page of a person ──


def test_the_story_tells_visits_complaints_and_membership_in_order(
    lifted: Flask, worker: Someone, leader: Someone
) -> None:
    with clock.at(NOON - timedelta(days=9)):
        mine = member("李强", phone="13800000002")
    by = as_viewer("worker")
    with clock.at(NOON - timedelta(days=5)), write():
        Visit.log(mine, by, "met", note="一切都好")
    with clock.at(NOON - timedelta(days=3)), write():
        Complaint.take(
            unit("211"), by, "李强", "13800000002", kind="help", category="wages", channel="visit",
            person=mine, text="欠了两个月工资",
        )  # fmt: skip
    with clock.at(NOON - timedelta(days=1)), write():
        Visit.log(mine, by, "not_home")
    page = worker.get(f"/members/{mine.uid}?all=1")
    assert page.total >= 5
    told = page.text.split("来往记录")[1]
    places = [told.index(words) for words in ("拖欠工资", "没见到", "见到本人", " 入会", "申请入会")]
    assert places == sorted(places), page.text


# ── nothing typed is lost ──


@pytest.fixture
def with_password(lifted: Flask) -> None:
    hashed = hash_password(PASSWORD)
    with write():
        db.session.execute(update(Account).values(password_hash=hashed), execution_options={"branch": True})


def _resend(someone: Someone, page: Page) -> Page:
    """Press the one button of a page that offers what was typed."""
    form = re.search(r'<form method="post" action="([^"]+)" class="mt3">(.*?)</form>', page.html, flags=re.S)
    assert form, page.text
    fields: Any = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[2]))
    return someone.post(form[1].replace("&amp;", "&"), fields)


def test_a_form_sent_after_the_session_ended_goes_on_after_signing_in(
    lifted: Flask, with_password: None, worker: Someone
) -> None:
    draft = _put_aside(worker)
    worker.csrf()
    with clock.at(NOON + timedelta(hours=9)):
        page = worker.post(f"/members/new?draft={draft.uid}", _form(), 401)
        assert "登录过期了，你填的内容都在" in page
        kept: Any = dict(
            re.findall(r'<input type="hidden" name="((?:kept-|resume)[^"]*)" value="([^"]*)">', page.html)
        )
        assert kept["kept-name"] == "李强"
        wrong = worker.post("/login", kept | {"login": "worker", "password": "not this one at all"}, 422)
        assert "kept-name" in wrong.html
    with clock.at(NOON + timedelta(hours=9, minutes=2)):
        page = worker.post("/login", kept | {"login": "worker", "password": PASSWORD}, 200)
        assert "刚才填的内容都在" in page
        worker.token = ""
        _resend(worker, page)
    assert _person().status == "applied"
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0, "what was put aside is used up"


@pytest.mark.once
def test_an_answer_in_place_of_the_page_tells_htmx_so(lifted: Flask, worker: Someone) -> None:
    mine = member("李强", phone="13800000002")
    htmx = {"HX-Request": "true", "HX-Target": "main"}
    stale = _file(mine, row_version="77", address="桂香里")
    page = worker.post(f"/members/{mine.uid}/edit", stale, 409, headers=htmx)
    assert page.response.headers["HX-Retarget"] == "body" and "<html" in page.html
    with clock.at(NOON + timedelta(hours=9)):
        page = worker.post(f"/members/{mine.uid}/edit", stale, 401, headers=htmx)
    assert (
        page.response.headers["HX-Retarget"] == "body" and 'name="kept-address" value="桂香里"' in page.html
    )


def _put_aside(worker: Someone, **typed: str) -> Draft:
    worker.post("/members/new", {"draft": "1"} | _without("agree", **typed))
    fresh()
    return db.session.scalars(select(Draft)).one()


def test_a_half_filled_form_is_put_aside_and_taken_up_again(
    lifted: Flask, worker: Someone, neighbor: Someone
) -> None:
    draft = _put_aside(worker, phone="139916", sex="male", share_birthday="y")
    assert "李强" not in f"{draft.title_sealed}{draft.fields_sealed}"
    assert "接着填：李强 入会登记" in worker.get("/new")
    page = worker.get(f"/members/new?draft={draft.uid}")
    assert 'value="李强"' in page.html and 'value="139916"' in page.html
    assert re.search(r'name="share_birthday" value="y" checked', page.html)
    assert not re.search(r'name="agree" value="y" checked', page.html), "consent is asked anew"
    assert "李强" not in neighbor.get(f"/members/new?draft={draft.uid}").html
    worker.post(f"/members/new?draft={draft.uid}", {"draft": "1"} | _without("agree", name="李强国"))
    assert "接着填：李强国" in worker.get("/new")
    neighbor.post(f"/members/new?draft={draft.uid}", _form(unit=unit("2110").uid.hex))
    assert "接着填：李强国" in worker.get("/new"), "somebody else's draft stays"
    worker.post(f"/members/new?draft={draft.uid}", _form(phone="13991670828", distinct="y"))
    assert "接着填" not in worker.get("/new")


def test_a_posting_that_ended_takes_its_members_with_it(lifted: Flask, worker: Someone) -> None:
    mine = member("李强", phone="13800000002")
    worker.get(f"/members/{mine.uid}")
    with write():
        held = db.session.scalars(
            select(Posting).join(Account, Account.id == Posting.account_id).where(Account.login == "worker")
        ).one()
        held.end(clock.today())
    worker.get(f"/members/{mine.uid}", 403)
