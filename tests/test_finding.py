"""Finding members: by the reading of a name, the end of a number, and by filters an address keeps."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import select, text
from stdnum.cn import ric

from gridunion import clock
from gridunion.db import db, is_sqlite, write
from gridunion.identity import age_on
from gridunion.members import listing
from gridunion.members.filters import AGES, UNSEEN
from gridunion.members.models import Person
from tests import bases
from tests.conftest import NOON, Someone, as_viewer, member, unit


def found(someone: Someone, asked: str) -> list[str]:
    page = someone.post("/members/search", {"q": asked}, 200)
    return sorted(re.findall(r'<a href="/members/[0-9a-f-]{36}">(.*?)</a>', page.html))


READ = {
    "曾玲": "zengling", "单芳": "shanfang", "仇英": "qiuying", "解强": "xieqiang", "查良": "zhaliang",
    "区建国": "oujianguo", "尉迟玲": "yuchiling", "万俟芳": "moqifang", "翟玲": "zhailing", "朴英": "piaoying",
    "盖玲": "geling", "任长霞": "renchangxia", "欧阳娜": "ouyangna", "吕布": "lvbu",
}  # fmt: skip


@pytest.mark.parametrize(("name", "reading"), READ.items())
def test_a_name_is_found_by_its_pinyin_with_the_surname_read_right(
    lifted: Flask, worker: Someone, name: str, reading: str
) -> None:
    member(name)
    member("王秀兰", phone="13609162088")
    for asked in (reading, reading.upper(), f"{reading[:4]} {reading[4:]}", reading[:4]):
        assert found(worker, asked) == [name], asked
    assert name in found(worker, reading[:2]) and found(worker, f"{reading}x") == []


@pytest.mark.parametrize(
    ("name", "asked"),
    [
        ("王秀兰", "ｗａｎｇ"), ("王秀兰", "ＷＸＬ"), ("王秀兰", "Wang Xiu"), ("𠮷田丽", "𠮷田"), ("𠮷田丽", "田丽"),
        ("阿依古丽·买买提", "古丽"), ("阿依古丽·买买提", "丽·买"), ("阿依古丽·买买提", "AYGL"), ("赵〇一", "〇一"),
        ("Éva Szabó", "szabÓ"), ("贠小丽", "yunxiao"), ("颉强", "xieq"),
    ],
)  # fmt: skip
def test_a_rare_name_is_found_however_it_is_typed_and_not_by_strangers(
    lifted: Flask, worker: Someone, stranger: Someone, name: str, asked: str
) -> None:
    member(name)
    member("李强", phone="13609162088")
    assert found(worker, asked) == [name] and found(stranger, asked) == []


def test_a_given_name_is_found_by_its_pinyin(lifted: Flask, worker: Someone) -> None:
    member("王秀兰")
    member("欧阳娜", phone="13609162088")
    assert found(worker, "xiulan") == found(worker, "xiu") == ["王秀兰"]
    assert found(worker, "na") == ["欧阳娜"]
    assert found(worker, "ceng") == found(worker, "ulan") == []


def _numbered(
    name: str, nth: int, phone: str, kind: str = "resident_id", number: str = ""
) -> tuple[Person, str]:
    body = f"61070219880412{nth:03d}"
    whole = number or body + ric.calc_check_digit(f"{body}0")
    person = member(name, phone=phone)
    with write():
        person.set_id_number(kind, whole)
    return person, whole


def test_four_signs_find_the_end_of_a_phone_or_of_an_identity_number(
    lifted: Flask, worker: Someone, neighbor: Someone
) -> None:
    with_x = next(nth for nth in range(1, 200) if ric.calc_check_digit(f"61070219880412{nth:03d}0") == "X")
    _one, number = _numbered("李强", with_x, "13600000001")
    _two, other = _numbered("王玲", 211, "13600000002")
    member("赵云", phone=f"1360000{other[-4:]}" if other[-1] != "X" else "13600001234")
    assert number.endswith("X")
    for asked in (number[-4:], number[-4:].lower(), f" {number[-4:]} "):
        assert found(worker, asked) == ["李强"], asked
    assert "王玲" in found(worker, other[-4:])
    if other[-1] != "X":
        assert found(worker, other[-4:]) == ["王玲", "赵云"]
    assert found(worker, number[:4]) == found(worker, number[-5:-1]) == []
    assert found(neighbor, number[-4:]) == [], "the branch of others"


def test_a_passport_is_found_by_its_end_and_a_number_that_changed_is_followed(
    lifted: Flask, worker: Someone
) -> None:
    person, _number = _numbered("Éva Szabó", 1, "13600000001", "passport", "E12345678")
    assert found(worker, "5678") == ["Éva Szabó"]
    with write():
        person.set_id_number("passport", "E12340000")
    assert (found(worker, "5678"), found(worker, "0000")) == ([], ["Éva Szabó"])


def test_the_index_holds_no_end_of_a_number_in_clear(lifted: Flask) -> None:
    _person, number = _numbered("李强", 7, "13600000001")
    if is_sqlite(db.engine):
        raw = db.session.connection().connection.dbapi_connection
        kept = b"".join(bytes(block) for (block,) in raw.execute("SELECT block FROM person_search_data"))
    else:
        rows = db.session.execute(
            text("SELECT tokens FROM person_search"), execution_options={"branch": True}
        )
        kept = str(rows.all()).encode()
    assert number[-4:].encode() not in kept


# ── filters ──


@pytest.fixture
def people(lifted: Flask) -> list[Person]:
    """Eighty members, different in everything a filter asks."""
    bases.planted(lifted, "eighty", _eighty)
    return list(db.session.scalars(select(Person).order_by(Person.id)))


def _eighty() -> None:
    groups, cells, who = ("courier", "guard", None), ("211", "2110", "212", "221"), as_viewer("leader")
    with write():
        for nth in range(80):
            person = Person.register(
                unit(cells[nth % 4]), who, "grid_visit", name=f"王{'一二三四五六七八九十'[nth % 10]}",
                phone=f"139{nth:08d}", key_group=groups[nth % 3], migrant=(True, False, None)[nth // 3 % 3],
                birth_on=date(1950 + nth * 13 % 55, 1 + nth % 12, 1 + nth % 28), sex=("male", None)[nth % 2],
                employer_name="快到家" if nth % 5 else None,
            )  # fmt: skip
            person.seen_at = NOON - timedelta(days=nth * 7 % 400)
            person.approve(who)


def _walk(someone: Someone, url: str) -> tuple[list[str], set[int]]:
    """Everybody on the list, page after page, and what the pages say they are."""
    seen: list[str] = []
    said: set[int] = set()
    while url:
        page = someone.get(url)
        seen += re.findall(r'<a href="/members/([0-9a-f-]{36})">', page.html)
        said |= {page.total} if "data-total" in page.html else set()
        more = re.search(r'class="(?:more )?btn[^"]*" href="(/members/\?[^"]*after=[^"]+)"', page.html)
        url = more[1].replace("&amp;", "&") if more else ""
    return seen, said


def _fits(asked: dict[str, str]) -> Callable[[Person], bool]:
    def fits(person: Person) -> bool:
        tests = {
            "group": person.key_group == asked.get("group"),
            "migrant": person.migrant is {"yes": True, "no": False}.get(asked.get("migrant", "")),
            "unseen": person.seen_at < clock.now() - timedelta(days=UNSEEN.get(asked.get("unseen", ""), 0)),
            "unit": f"/{asked.get('unit')}/" in f"/{person.unit.path}",
            "show": bool(person.missing) or asked.get("show") != "incomplete",
            "lack": asked.get("lack") in person.missing,
            "age": person.age is not None and _in_band(person, asked.get("age", "16")),
        }
        return all(tests[name] for name in asked)

    return fits


def _in_band(person: Person, band: str) -> bool:
    youngest, older, _words = AGES[band]
    return youngest <= age_on(person.birth_on or date.min, clock.today()) < older


ASKED: list[dict[str, str]] = [
    {"group": "courier"}, {"migrant": "yes"}, {"migrant": "no"}, {"age": "16"}, {"age": "30"}, {"age": "45"},
    {"age": "60"}, {"unseen": "30"}, {"unseen": "365"}, {"show": "incomplete"}, {"lack": "sex"}, {"lack": "work"},
    {"unit": "21"}, {"unit": "2110", "lack": "sex"}, {"group": "guard", "migrant": "yes"},
    {"group": "courier", "age": "30", "unseen": "90"}, {"unit": "2", "migrant": "no", "unseen": "60"},
    {"show": "incomplete", "group": "guard", "age": "45"},
]  # fmt: skip


@pytest.mark.parametrize("looked_at", [1000, 7])
def test_a_filter_shows_exactly_whom_it_names_however_few_are_looked_at_a_page(
    people: list[Person],
    district: Someone,
    supervisor: Someone,
    monkeypatch: pytest.MonkeyPatch,
    looked_at: int,
) -> None:
    monkeypatch.setattr(listing, "LOOKED_AT", looked_at)
    listing._horizon.cache_clear()
    order = {str(person.uid): (person.unit.path, person.seen_at, person.id) for person in people}
    for someone, top in ((district, "1/"), (supervisor, "1/2/")):
        for asked in ASKED:
            shown, said = _walk(someone, f"/members/?{urlencode(asked)}")
            fitting = {str(p.uid) for p in people if p.unit.path.startswith(top) and _fits(asked)(p)}
            assert sorted(shown) == sorted(fitting), (asked, top)
            assert shown == sorted(shown, key=order.__getitem__), asked
            assert said <= {len(fitting)}, (asked, said)
    listing._horizon.cache_clear()


def test_a_filter_stands_in_the_address_and_in_the_form(people: list[Person], leader: Someone) -> None:
    page = leader.get("/members/?group=courier&migrant=yes&age=30")
    for name, value in (("group", "courier"), ("migrant", "yes"), ("age", "30")):
        chosen = re.search(rf'<select[^>]*name="{name}">.*?</select>', page.html, flags=re.S)
        assert chosen and f'value="{value}" selected' in chosen[0]
    assert "show=hardship&amp;group=courier&amp;migrant=yes&amp;age=30" in page.html.replace(
        "%3D", "="
    ) or all(part in page.html for part in ("show=hardship", "group=courier"))
    assert "q=" not in page.html


def test_a_filter_nobody_offered_is_none(people: list[Person], leader: Someone) -> None:
    whole = leader.get("/members/").total
    for junk in ("group=pilot", "migrant=perhaps", "age=17", "unseen=1", "lack=soul", "show=secret"):
        assert leader.get(f"/members/?{junk}").total == whole, junk


def test_the_numbers_on_the_chips_are_those_of_the_lists(people: list[Person], worker: Someone) -> None:
    page = worker.get("/members/")
    chips = re.findall(r'<a class="chip" href="([^"]+)"[^>]*>[^<]*<span class="n">(\d+)</span>', page.html)
    chips += re.findall(
        r'href="(/members/\?show=incomplete)"[^>]*>.*?档案不全 (\d+) 人', page.html, flags=re.S
    )
    assert len(chips) == 5
    for href, count in chips:
        assert worker.get(href.replace("&amp;", "&")).total == int(count), href
