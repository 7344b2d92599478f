"""Finding somebody: what a search answers is what looking at everybody one may see would answer."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from gridunion import clock, jobs
from gridunion.db import db, is_sqlite, write
from gridunion.members.finding import MOST_FOUND, found
from gridunion.members.indexing import tidy
from gridunion.members.models import Person
from gridunion.members.rows import Row
from gridunion.names import clean_name, name_reading, syllables
from gridunion.rights import Viewer
from gridunion.tree import EVERYWHERE, Unit, look_with
from tests.bases import POSTGRES, some
from tests.conftest import NOON, Someone, as_viewer, member, unit

LOGINS = ("worker", "neighbor", "leader", "leader2", "supervisor", "stranger", "district")

SURNAMES = "王李张刘曾单仇解查区翟朴盖缪覃员乐种黑繁么𠅤" + "万俟" + "欧阳"
GIVEN = "玲强芳秀英建国丽华长乐曾玲玲"
WHOLE = (
    "阿依古丽·买买提", "古丽·阿依", "扎西·次仁", "Abdul Rahman", "Jean-Luc Picard", "O'Neil", "Иван Петров",
    "Éva Szabó", "阿·b", "李A强",
)  # fmt: skip
EMPLOYERS = (
    "快到家配送站", "KFC汉中店", '3号"味之源"餐饮', "Sun & Moon 100%_公司", "灵活就业", "汉中 第二 医院", "a_b", "DHL",
    None,
)  # fmt: skip

Viewers = dict[str, Viewer]

names = st.one_of(
    st.builds(
        lambda family, given: family + given,
        st.sampled_from([*SURNAMES, "万俟", "欧阳", "单于", "尉迟"]),
        st.text(GIVEN, min_size=1, max_size=3),
    ),
    st.sampled_from(WHOLE),
)
phones = st.builds(lambda tail: f"138{tail}", st.text("0129", min_size=8, max_size=8))
cells = st.sampled_from(["211", "2110", "212", "221"])
people = st.lists(st.tuples(names, phones, st.sampled_from(EMPLOYERS), cells), min_size=1, max_size=6)


def piece_of(text: str) -> st.SearchStrategy[str]:
    """A piece of a text, as somebody types it."""
    places = st.tuples(st.integers(0, len(text)), st.integers(1, 8))
    return places.map(lambda at: text[at[0] : at[0] + at[1]]).flatmap(
        lambda piece: st.sampled_from(
            [piece, piece.upper(), piece.lower(), f" {piece} ", piece.replace("", " ")]
        )
    )


def plain(text: str | None) -> str:
    return re.sub(r"\s", "", text or "").lower()


def fits(person: Person, asked: str) -> bool:
    """What the search promises, said as plainly as possible."""
    said = plain(asked)
    digits = re.sub(r"[\s()+-]", "", asked)
    if re.fullmatch("[0-9]+", digits):
        return (person.phone or "").endswith(digits[-11:])
    by_name = bool(said) and said in plain(person.name)
    by_letters = bool(re.fullmatch("[a-z]+", said)) and said in person.initials
    by_reading = len(said) >= 2 and any(reading.startswith(said) for reading in readings(person.name))
    by_employer = len(said) >= 2 and said in plain(person.employer_name)
    return by_name or by_letters or by_reading or by_employer


def readings(name: str) -> list[str]:
    """The pinyin of a name as a whole, of what follows its first character, and its second."""
    parts = [plain(part) for part in syllables(name)]
    return ["".join(parts[start:]) for start in range(min(len(parts), 3))]


def looked_through(asked: str) -> list[tuple[str, str]]:
    """Everybody there is, asked one by one: (who, where)."""
    everybody = db.session.execute(select(Person, Unit.path).join(Unit, Unit.id == Person.unit_id))
    return [(f"{person.id} {person.name}", path) for person, path in everybody if fits(person, asked)]


def answered(who: Viewer, asked: str) -> set[str]:
    """What the search finds, page by page; each page tells the same total."""
    rows, after, total = found_by(who, asked)
    everything = list(rows)
    while after:
        rows, after, again = found_by(who, asked, after)
        everything += rows
        assert again == total
    assert len(everything) == total == len({row.id for row in everything})
    return {f"{row.id} {row.name}" for row in everything}


def found_by(who: Viewer, asked: str, after: str = "") -> tuple[list[Row], str, int]:
    look_with(who.eyes("see members"))
    try:
        return found(who, asked, after)
    finally:
        look_with(EVERYWHERE)


def compare(asked: str, viewers: Viewers | None = None) -> None:
    fitting = looked_through(asked)
    for login, who in (viewers or everyone()).items():
        over = who.eyes("see members").over
        assert answered(who, asked) == {name for name, path in fitting if over(path)}, (login, asked)


def everyone() -> Viewers:
    return {login: as_viewer(login) for login in LOGINS}


def _register(name: str, phone: str, employer: str | None, cell: str) -> Person:
    known = {"name": clean_name(name), "phone": phone, "employer_name": employer}
    return Person.register(unit(cell), as_viewer("leader"), "grid_visit", **known)


@settings(max_examples=some(18), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_search_answers_what_looking_at_everybody_would(lifted: Flask, data: st.DataObject) -> None:
    viewers = everyone()
    with write():
        made = [_register(*one) for one in data.draw(people, "people")]
    for _ in range(4):
        person = data.draw(st.sampled_from(made))
        texts = [person.name, person.initials, person.employer_name or "x", name_reading(person.name).full]
        asked = data.draw(
            st.one_of(*(piece_of(text) for text in texts), st.text(GIVEN + "·'\"%_\\*", max_size=4))
        )
        compare(asked)
    tail = data.draw(st.integers(3, 11))
    compare((data.draw(st.sampled_from(made)).phone or "")[-tail:], viewers)


@settings(max_examples=some(10), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_search_follows_every_change(lifted: Flask, data: st.DataObject) -> None:
    """Names, phones, employers and cells change; the search knows it at once."""
    viewers = {login: as_viewer(login) for login in ("worker", "leader2", "supervisor")}
    with write():
        made = [_register(*one) for one in data.draw(people, "people")]
    for _ in range(3):
        person = data.draw(st.sampled_from(made))
        before = (person.name, person.phone or "", person.employer_name or "x")
        name, phone, employer, cell = data.draw(st.tuples(names, phones, st.sampled_from(EMPLOYERS), cells))
        with write():
            person.learn(name=clean_name(name), phone=phone, employer_name=employer)
            person.unit = unit(cell)
        for said in (*before, person.name, person.phone or "", person.employer_name or "x"):
            compare(data.draw(piece_of(said)), viewers)


def test_of_many_two_hundred_are_counted_and_all_are_shown(lifted: Flask, worker: Someone) -> None:
    with write():
        for number in range(MOST_FOUND + 30):
            _register("曾玲", f"138{number:08d}", None, "211")
    who = as_viewer("worker")
    rows, after, total = found_by(who, "曾玲")
    seen = {row.id for row in rows}
    while after:
        rows, after, total = found_by(who, "曾玲", after)
        seen |= {row.id for row in rows}
        assert total == MOST_FOUND
    assert len(seen) == MOST_FOUND + 30
    assert "找到 200 人以上" in worker.post("/members/search", {"q": "曾玲"}, status=200)


def test_an_index_that_was_tidied_answers_the_same(lifted: Flask) -> None:
    for nth, name in enumerate(("曾玲", "曾丽", "查良", "曾玲玲", "乐玲")):
        with write():
            _register(name, f"1380000000{nth}", "快到家配送站", "211")
    before = [answered(as_viewer("worker"), asked) for asked in ("玲", "快到", "zl", "3")]
    assert _pieces() > 1
    tidy()
    tidy()
    assert _pieces() == 1
    assert before == [answered(as_viewer("worker"), asked) for asked in ("玲", "快到", "zl", "3")]


def _pieces() -> int:
    """Of how many the index is made; SQLite's alone grows by them."""
    if not is_sqlite(db.engine):
        return pytest.skip("PostgreSQL tidies its own")
    return int(db.session.scalar(text("SELECT count(DISTINCT segid) FROM person_search_idx")) or 0)


@pytest.mark.skipif(not POSTGRES, reason="SQLite asks its index whatever is looked for")
def test_the_planner_is_told_enough_to_tell_a_rare_name_from_a_frequent_one(lifted: Flask) -> None:
    """With the hundred it takes by default, a search for a rare name read 200,000 rows: 2 seconds."""
    told = text(
        "SELECT attstattarget FROM pg_attribute WHERE attrelid = 'person_search'::regclass AND attname = 'tokens'"
    )
    assert db.session.scalar(told, execution_options={"branch": True}) == 500


SURNAME_LETTERS = {
    "曾玲": "zl", "单芳": "sf", "仇英": "qy", "解强": "xq", "查良": "zl", "区建国": "ojg", "翟玲": "zl", "朴英": "py",
    "盖玲": "gl", "缪芳": "mf", "覃英": "qy", "员强": "yq", "乐玲": "yl", "种玲": "cl", "黑强": "hq", "繁强": "pq",
    "尉迟玲": "ycl", "万俟芳": "mqf", "长孙丽": "zsl", "单于英": "cyy", "澹台芳": "ttf", "欧阳娜": "oyn",
    "令狐冲": "lhc", "阿依古丽·买买提": "ayglmmt", "吕布": "lb", "任长霞": "rcx", "Abdul Rahman": "ar",
}  # fmt: skip


@pytest.mark.parametrize(("name", "letters"), SURNAME_LETTERS.items())
def test_a_name_is_found_by_its_first_letters(
    lifted: Flask, worker: Someone, name: str, letters: str
) -> None:
    member(name)
    for asked in (letters, letters.upper(), letters[:2]):
        assert name in worker.post("/members/search", {"q": asked}, 200).html.split('id="list"')[1]


def test_a_phone_is_found_by_its_end_however_it_is_typed(lifted: Flask, worker: Someone) -> None:
    member("王秀兰", phone="13609162087")
    for asked in (
        "087",
        "2087",
        "13609162087",
        "136 0916 2087",
        "136-0916-2087",
        "+8613609162087",
        "２０８７",
    ):
        assert "王秀兰" in worker.post("/members/search", {"q": asked}, 200), asked
    for asked in ("136", "2088", "0916", "23609162087"):
        assert "没有找到" in worker.post("/members/search", {"q": asked}, 200), asked


@pytest.mark.parametrize(
    "asked", ["'", '"', "o'", "%", "_", "\\", "*", "a*", "NOT", "王 OR 李", "(王", "🙂", "·", "王" * 40]
)
def test_odd_signs_in_a_search_find_nothing_and_break_nothing(
    lifted: Flask, worker: Someone, asked: str
) -> None:
    member("王秀兰")
    assert "王秀兰" not in worker.post("/members/search", {"q": asked}, 200).html.split('id="list"')[1]


def test_a_search_for_nothing_shows_the_list(lifted: Flask, worker: Someone) -> None:
    for asked in ("", "   ", "\u200b"):
        assert worker.post("/members/search", {"q": asked}).location == "/members/"


@pytest.mark.parametrize(
    ("login", "room"),
    [
        ("worker", "/members/search"),
        ("worker", "/visits/find"),
        ("worker", "/complaints/people"),
        ("leader", "/employers/search"),
        ("admin", "/accounts/search"),
        ("admin", "/units/search"),
    ],
)
def test_a_question_too_long_or_with_signs_nobody_sees_finds_nothing_and_stands_there(
    lifted: Flask, login: str, room: str
) -> None:
    someone = Someone(lifted, login)
    member("王秀兰")
    for asked, shown in (
        ("王\x00", "王�"),
        ("\x00", "�"),
        ("王" * 500, "王" * 80 + "…"),
        ("王" * 41, "王" * 41),
    ):
        page = someone.post(room, {"q": asked}, 200)
        assert f'value="{shown}"' in page.html
        assert 'data-total="0"' in page.html and "没有" in page and "王秀兰" not in page


def test_a_cell_that_moves_takes_its_people_along(lifted: Flask) -> None:
    member("李强", cell="211")
    before = as_viewer("leader2")
    assert answered(before, "李强") == set()
    with write():
        unit("211").move(unit("210"))
    while jobs.work_one():
        pass
    look_with(EVERYWHERE)
    compare("李强")
    assert len(answered(as_viewer("leader2"), "李强")) == 1
    assert answered(as_viewer("leader"), "李强") == set()
    assert len(answered(as_viewer("worker"), "李强")) == 1


def test_a_community_that_changes_streets_is_found_by_the_new_one(lifted: Flask) -> None:
    member("李强", cell="221")
    assert answered(as_viewer("supervisor"), "lq") == set()
    with write():
        unit("22").move(unit("2"))
    while jobs.work_one():
        pass
    look_with(EVERYWHERE)
    assert len(answered(as_viewer("supervisor"), "lq")) == 1


def test_a_new_unit_and_a_split_leave_people_where_they_are(lifted: Flask) -> None:
    person = member("李强", cell="211")
    with write():
        heir = Unit.under(
            unit("21"), code="2119", name="明珠社区第9网格", kind="cell", opened_on=date(2026, 1, 1)
        )
        db.session.add(heir)
        db.session.flush()
        unit("211").close(clock.today(), heir)
    compare("李强")
    with write():
        person.unit = heir
    compare("李强")
    assert len(answered(as_viewer("leader"), "李")) == 1
    assert answered(as_viewer("worker"), "李") == set()


def test_who_left_is_not_found_and_who_is_only_known_is(lifted: Flask) -> None:
    gone, known = member("李强"), member("李刚", phone="13609162088")
    with write():
        gone._turn("resigned", "6", clock.today())
        known._turn("known", None, clock.today())
    assert {name.split()[1] for name in answered(as_viewer("worker"), "李")} == {"李刚"}


def test_what_a_failed_change_touched_is_not_in_the_search(lifted: Flask) -> None:
    person = member("李强")
    with pytest.raises(ZeroDivisionError), write():
        person.learn(name="赵云")
        db.session.flush()
        _ = 1 // 0
    with clock.at(NOON + timedelta(minutes=1)), write():
        person.seen(clock.now())
    compare("赵云")
    compare("李强")
