"""The anonymous box: what goes in, that nobody looks before two open it, and what becomes of it."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from gridunion import clock
from gridunion.accounts.models import Account, Posting, hash_password
from gridunion.audit import Trail
from gridunion.box.models import BoxMessage, BoxOpening
from gridunion.complaints.models import Complaint
from gridunion.complaints.turns import NotYours, OutOfTurn
from gridunion.db import db, write
from gridunion.employers.models import Employer
from gridunion.files import Attachment
from gridunion.receipts import Receipt
from gridunion.retention.classes import CLASSES
from gridunion.settings import Setting, forget
from gridunion.throttle import Throttle
from gridunion.tree import Unit, everywhere
from gridunion.units.models import end_unit
from tests.conftest import NOON, PASSWORD, Page, Someone, as_viewer, unit
from tests.test_complaints import account, picture, stored, taken, there

WORDS = "班长每天让我们多干两小时鼂"


@pytest.fixture(autouse=True)
def _passwords(lifted: Flask) -> None:
    hashed = hash_password(PASSWORD)
    with write():
        db.session.execute(update(Account).values(password_hash=hashed, must_change=False))


def fresh() -> None:
    db.session.rollback()
    db.session.expire_all()


def messages(**where: Any) -> list[BoxMessage]:
    fresh()
    return list(db.session.scalars(select(BoxMessage).filter_by(**where).order_by(BoxMessage.id)))


def drop(by: Someone, code: str = "21", status: int = 200, **typed: Any) -> Page:
    return by.post(f"/box/{code}", {"text": WORDS} | typed, status)


def put_in(by: Someone, code: str = "21", **typed: Any) -> str:
    """Something goes into the box; the code as it was noted down."""
    return re.findall(r'<dd class="num big">([\d ]+)</dd>', drop(by, code, **typed).html)[0]


def asked(phone: Someone, code: str, status: int = 200) -> Page:
    return phone.post("/box/state", {"code": code}, status)


def opened(first: str = "leader", second: str = "supervisor", code: str = "21") -> BoxOpening:
    with write():
        opening = BoxOpening.ask(unit(code), as_viewer(first))
        opening.confirm(as_viewer(second))
    return opening


def confirm(someone: Someone, status: int = 303, password: str = PASSWORD, code: str = "21") -> Page:
    return someone.post(f"/boxes/{code}/opening", {"password": password}, status)


# ── what goes in ──


def test_somebody_puts_a_message_in_and_has_a_code_of_sixteen_digits(lifted: Flask, nobody: Someone) -> None:
    page = nobody.get("/box/21")
    assert "不记是谁，不记手机和网络地址，只记哪一天" in page and "明珠社区工会" in page
    code = put_in(nobody, photos=picture())
    assert len(code.replace(" ", "")) == 16
    [message] = messages()
    assert (message.state, message.unit.code, message.text, message.photos) == ("shut", "21", WORDS, 1)
    assert message.tag == code.replace(" ", "")[:6] and message.code_hash.startswith("$argon2id$")
    assert message.recorded_at == clock.midnight(clock.today()), "a day and no moment"
    assert "还没开箱" in asked(Someone(lifted), code)
    assert nobody.get("/box/211", 303).location == "/box/21", "a cell's box is that of its community"
    nobody.get("/box/2", 404)


def test_the_slip_says_where_the_code_is_of_use(lifted: Flask, nobody: Someone) -> None:
    page = drop(nobody)
    assert 'class="qr"' in page.html and "/box/state" in page and "请拍照或抄下来" in page


def test_the_same_form_twice_is_one_message_with_one_code(lifted: Flask, nobody: Someone) -> None:
    assert put_in(nobody, client_key="k1") == put_in(nobody, client_key="k1")
    assert len(messages()) == 1
    assert put_in(nobody, client_key="k1", text="另外一件事情") and len(messages()) == 2


def test_what_is_missing_is_asked_for_and_the_rest_stays(lifted: Flask, nobody: Someone) -> None:
    assert "请写想说的话" in drop(nobody, status=422, text=" ")
    page = drop(nobody, status=422, photos=[picture() for _n in range(4)])
    assert "最多 3 张照片" in page and WORDS in page.html and messages() == []


def test_no_row_file_or_log_tells_who_put_it_in_or_when(
    lifted: Flask, nobody: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    home = lifted.extensions["gridunion.config"].home
    files = set((home / "files").rglob("*"))
    before = {table.name: _rows(table) for table in db.metadata.sorted_tables}
    sent = {"csrf_token": nobody.csrf(), "client_key": "k", "text": WORDS, "photos": picture()}
    seen = {"REMOTE_ADDR": "203.0.113.77", "HTTP_USER_AGENT": "Redmi-Canary"}
    with clock.at(NOON + timedelta(hours=2, minutes=34)):
        page = Page(nobody._apart(nobody.client.post, "/box/21", data=sent, environ_base=seen))
    code = re.findall(r'<dd class="num big">([\d ]+)</dd>', page.html)[0]
    changed = {table.name for table in db.metadata.sorted_tables if _rows(table) != before[table.name]}
    assert changed == {"box_message"}, "no receipt, no trail, no count of tries"
    [message] = messages()
    assert "06:3" not in str([getattr(message, name) for name in ("recorded_at", "tag", "state")])
    secrets = (WORDS, "鼂", "203.0.113.77", "Redmi-Canary", code.replace(" ", ""), code)
    for place, held in stored(lifted):
        assert not any(secret.encode() in held for secret in secrets), place
    assert set((home / "files").rglob("*")) == files, (
        "a picture lies in the base, encrypted, and not on the disk"
    )
    assert not any(secret in caplog.text for secret in secrets)


def _rows(table: Any) -> list[str]:
    db.session.rollback()
    rows = db.session.execute(select(table), execution_options={"branch": True})
    return [str(row) for row in rows]


def test_pictures_lose_where_and_when_they_were_taken(lifted: Flask, nobody: Someone) -> None:
    put_in(nobody, photos=picture())
    [message] = messages()
    [made] = message.pictures
    assert made.startswith(b"\xff\xd8") and b"Exif" not in made


def test_a_flood_costs_its_pictures_first_and_shuts_the_box_only_at_ten_times_as_much(
    lifted: Flask, nobody: Someone
) -> None:
    with write():
        db.session.scalars(select(Setting).where(Setting.key == "box.daily")).one().value = 1
    forget()
    for nth in range(10):
        put_in(Someone(lifted), text=f"第 {nth} 封信里的话", photos=picture())
    assert [message.photos for message in messages()] == [1] + [0] * 9
    assert "今天信箱满了" in drop(nobody, status=429)
    with clock.at(NOON + timedelta(days=1)):
        drop(nobody)
    assert drop(nobody, "210"), "another community's box is another one"


# ── before it is opened ──


def test_nobody_finds_a_message_before_the_box_is_opened(
    lifted: Flask, nobody: Someone, leader: Someone, supervisor: Someone, worker: Someone
) -> None:
    pages = ("/boxes/21", "/boxes/", "/inbox", "/complaints/?show=all", "/members/", "/status/21", "/me")
    urls = [
        (someone, url)
        for someone in (leader, supervisor)
        for url in pages
        if url != "/inbox" or someone is leader
    ]
    before = [_shape(someone._apart(someone.client.get, url, follow_redirects=True)) for someone, url in urls]
    code = put_in(nobody)
    after = [_shape(someone._apart(someone.client.get, url, follow_redirects=True)) for someone, url in urls]
    assert before == after, "no count and no word of it anywhere"
    [message] = messages()
    for someone in (leader, supervisor):
        someone.get(f"/boxes/messages/{message.uid}", 404)
        someone.get(f"/boxes/messages/{message.uid}/photos/0", 404)
        someone.post(f"/boxes/messages/{message.uid}/answer", {"answer": "知道了，马上去问"}, 404)
    worker.get("/boxes/21", 403)
    assert code[:4] not in nobody.get("/box/21/answers").html


def _shape(response: Any) -> tuple[int, str]:
    """A page but for its masks and keys."""
    page = response.get_data(as_text=True)
    return response.status_code, re.sub(r'(value|data-key|data-token)="[^"]{20,}"', "", page)


# ── opening ──


def test_two_open_the_box_together_each_with_a_password(
    lifted: Flask, nobody: Someone, leader: Someone, supervisor: Someone
) -> None:
    put_in(nobody)
    confirm(leader)
    assert "等另一个人" in leader.get("/boxes/21") and messages(state="shut")
    confirm(leader)
    assert messages(state="shut"), "the same person twice is one person"
    assert "有人等你一起开匿名信箱" in supervisor.get("/members/")
    assert "要和你一起开信箱" in supervisor.get("/boxes/21")
    assert "密码不对" in confirm(supervisor, 422, "wrong-password-1") and messages(state="shut")
    with clock.at(NOON + timedelta(minutes=5)):
        url = confirm(supervisor).location
    fresh()
    [opening] = db.session.scalars(select(BoxOpening)).all()
    names = account("leader").name, account("supervisor").name
    assert (opening.first_name, opening.second_name, opening.messages) == (*names, 1)
    page = supervisor.get(url)
    assert "匿名信箱开箱记录" in page and all(name in page for name in names) and "1 封" in page
    assert WORDS in leader.get(f"/boxes/messages/{messages()[0].uid}")
    assert "open box" in db.session.scalars(select(Trail.action)).all()
    assert "0 天没开" in leader.get("/boxes/21")


def test_the_first_waits_only_some_minutes(lifted: Flask, leader: Someone, supervisor: Someone) -> None:
    confirm(leader)
    with clock.at(NOON + timedelta(minutes=16)):
        assert "要和你一起开信箱" not in supervisor.get("/boxes/21")
        confirm(supervisor)
        assert "要和你一起开信箱" in leader.get("/boxes/21")
        fresh()
        with write(), pytest.raises(OutOfTurn):
            db.session.scalars(select(BoxOpening).order_by(BoxOpening.id)).all()[0].confirm(
                as_viewer("district")
            )
    with write(), pytest.raises(NotYours):
        BoxOpening.ask(unit("21"), as_viewer("leader")).confirm(as_viewer("leader"))


def test_only_the_leaders_of_the_community_and_the_street_above_open_it(
    lifted: Flask, worker: Someone, leader2: Someone, district: Someone, stranger: Someone, admin: Someone
) -> None:
    for someone, status in ((worker, 403), (leader2, 404), (district, 403), (stranger, 403), (admin, 403)):
        someone.get("/boxes/21", status)
        confirm(someone, status)
    leader2.get("/boxes/21/", 404)
    assert leader2.get("/boxes/", 303).location == "/boxes/210"


def test_a_box_nobody_opened_for_a_month_is_on_the_desk(
    lifted: Flask, leader: Someone, supervisor: Someone
) -> None:
    with write():
        db.session.execute(update(Unit).values(recorded_at=NOON))
    assert "匿名信箱" not in leader.get("/inbox").html.split("<nav")[1]
    opened()
    with clock.at(NOON + timedelta(days=20)):
        opened(code="210", first="leader2")
    with clock.at(NOON + timedelta(days=33)):
        late = Someone(lifted, "leader"), Someone(lifted, "supervisor")
        assert "1 个匿名信箱一个多月没开了" in late[0].get("/inbox")
        assert "1 个匿名信箱一个多月没开了" in late[1].get("/members/")
        assert "33 天没开" in late[0].get("/boxes/21") and late[1].get("/boxes/").total == 2


def test_the_two_write_the_minutes(lifted: Flask, leader: Someone, supervisor: Someone) -> None:
    opening = opened()
    url = f"/boxes/openings/{opening.uid}"
    supervisor.post(f"{url}/words", {"words": "两人在场，信箱完好"})
    assert "两人在场，信箱完好" in leader.get(url) and "这次箱里没有信" in leader.get(url)
    with write():
        second = Account(login="deputy", name="副主席", must_change=False)
        db.session.add(second)
    with write(), pytest.raises(NotYours):
        opening.minute("改一改", as_viewer("district"))


# ── afterwards ──


def test_an_answer_stands_on_the_board_under_the_first_digits_of_the_code(
    lifted: Flask, nobody: Someone, leader: Someone
) -> None:
    code = put_in(nobody)
    opened()
    [message] = messages()
    assert "已开箱" in asked(nobody, code)
    leader.post(f"/boxes/messages/{message.uid}/answer", {"answer": "收到"}, 422)
    leader.post(f"/boxes/messages/{message.uid}/answer", {"answer": "已约谈班长，下周起按时下班"})
    board = Someone(lifted).get("/box/21/answers")
    assert "已约谈班长，下周起按时下班" in board and f"{code[:7]}••" in board
    assert WORDS not in board and code[7:] not in board.html
    assert "已约谈班长" in asked(nobody, code) and "已约谈班长" not in nobody.get("/box/210/answers")
    leader.post(f"/boxes/messages/{message.uid}/aside", {"reason": "重复了这一封"}, 409)


def test_a_message_becomes_a_complaint_without_a_name_and_its_sender_follows_it(
    lifted: Flask, nobody: Someone, leader: Someone, worker: Someone
) -> None:
    code = put_in(nobody, photos=picture())
    opened()
    [message] = messages()
    leader.post(f"/boxes/messages/{message.uid}/case", {}, 422)
    leader.post(f"/boxes/messages/{message.uid}/case", {"category": "welfare", "unit": unit("211").uid.hex})
    fresh()
    [case] = db.session.scalars(select(Complaint)).all()
    assert (case.channel, case.who, case.text, case.unit.code) == ("box", "匿名", WORDS, "211")
    assert "照片 1" in worker.get(there(case)) and WORDS in worker.get(there(case))
    assert messages()[0].text is None and WORDS not in leader.get(f"/boxes/messages/{message.uid}")
    with write():
        case.assign(account("worker"), as_viewer("leader"))
        case.resolve(as_viewer("worker"), "班长已换，加班费下月补发", "solved", None)
    page = asked(nobody, code)
    assert (
        "已转成诉求办理" in page and "班长已换，加班费下月补发" in page and account("worker").name not in page
    )
    leader.post(f"/boxes/messages/{message.uid}/case", {"category": "welfare"}, 409)


def test_who_makes_a_complaint_of_a_message_sees_the_similar_ones_first(
    lifted: Flask, nobody: Someone, leader: Someone
) -> None:
    with write():
        db.session.add(Employer(name="汉江快递站", unit=unit("21")))
    taken(employer_name="汉江快递站")
    put_in(nobody)
    opened()
    [message] = messages()
    url, said = f"/boxes/messages/{message.uid}/case", {"category": "wages", "employer_name": "汉江快递站"}
    page = leader.post(url, said, 422)
    assert "马小军" in page and "先看看是不是同一件事" in page
    leader.post(url, said | {"alike": "y"})
    fresh()
    assert [case.channel for case in db.session.scalars(select(Complaint).order_by(Complaint.id))] == [
        "walk_in", "box",
    ]  # fmt: skip


def test_a_message_about_harassment_goes_where_only_the_named_read_it(
    lifted: Flask, nobody: Someone, leader: Someone, supervisor: Someone
) -> None:
    code = put_in(nobody)
    opened()
    [message] = messages()
    leader.post(f"/boxes/messages/{message.uid}/case", {"category": "harassment"})
    with everywhere():
        fresh()
        [case] = db.session.scalars(select(Complaint)).all()
    assert case.sealed and leader.get(there(case)) and supervisor.get(there(case), 404)
    assert WORDS not in supervisor.get(f"/boxes/messages/{message.uid}")
    assert "已转成诉求办理" in asked(nobody, code)


def test_what_a_robot_put_in_is_set_aside_at_once_and_a_real_one_says_why(
    lifted: Flask, nobody: Someone, leader: Someone
) -> None:
    codes = [put_in(Someone(lifted), text=f"第 {nth} 封信里的话") for nth in range(4)]
    opening = opened()
    url, chosen = f"/boxes/openings/{opening.uid}", [str(message.uid) for message in messages()[1:]]
    assert "请至少勾一封" in leader.post(f"{url}/aside", {"reason": "机器人乱投的"}, 422)
    leader.post(f"{url}/aside", {"message": chosen, "reason": "机器人乱投的"})
    assert [message.state for message in messages()] == ["open"] + ["aside"] * 3
    assert "原因：机器人乱投的" in asked(nobody, codes[1])


# ── the code ──


def test_a_code_is_guessed_five_times_and_a_strange_one_answers_alike(lifted: Flask, nobody: Someone) -> None:
    code = put_in(nobody).replace(" ", "")
    wrong = code[:6] + f"{(int(code[6:]) + 1) % 10**10:010}"
    one, other = asked(nobody, wrong, 422), asked(nobody, "9" * 16, 422)
    assert one.text == other.text and "没有这个回执码" in one
    for _nth in range(4):
        asked(nobody, wrong, 422)
    assert "请等 15 分钟" in asked(Someone(lifted), code, 429), "from any browser"
    with clock.at(NOON + timedelta(minutes=16)):
        assert "还没开箱" in asked(nobody, code)
    said = " ".join(db.session.scalars(select(Throttle.key)))
    assert "127.0.0.1" not in said and code[:6] not in said


def test_nothing_typed_breaks_the_box(lifted: Flask, nobody: Someone) -> None:
    for junk in ("a\0b", "9" * 40, "-1", "<script>", "٣" * 16, " ", "x" * 2001):
        for url, name in (("/box/21", "text"), ("/box/state", "code")):
            sent = {"csrf_token": nobody.csrf(), "client_key": junk[:60], name: junk}
            assert nobody._apart(nobody.client.post, url, data=sent).status_code < 500, (url, junk)
    for junk in ("x", "k1.abc", "9" * 3000):
        assert nobody.get(f"/box/21/answers?after={junk}")


# ── time ──


def test_messages_are_forgotten_after_two_years_and_shut_ones_never(lifted: Flask, nobody: Someone) -> None:
    put_in(nobody)
    opened()
    put_in(nobody, text="还有一件事情要说")
    with clock.at(NOON + timedelta(days=740)), write():
        (box,) = [it for it in CLASSES.values() if it.model is BoxMessage]
        box.erase(box.next(unit("2"), clock.today()))
    assert [message.state for message in messages()] == ["shut"]
    with everywhere(), write():
        assert (
            db.session.scalars(select(Attachment)).all() == []
            and db.session.scalars(select(Receipt)).all() == []
        )


def test_what_nobody_opened_goes_into_the_box_of_the_heir(lifted: Flask, nobody: Someone) -> None:
    put_in(nobody)
    with write():
        for code in ("211", "2110"):
            unit(code).close(clock.today())
        end_unit(unit("21"), clock.today(), unit("210"))
    assert messages()[0].unit.code == "210"
    assert nobody.get("/box/21", 303).location == "/box/210"


def test_what_comes_before_a_community_closes_is_in_the_box_of_the_heir_too(
    lifted: Flask, nobody: Someone, supervisor: Someone
) -> None:
    with write():
        for code in ("211", "2110"):
            unit(code).close(clock.today())
        end_unit(unit("21"), clock.today() + timedelta(days=9), unit("210"))
    put_in(nobody)
    assert messages()[0].unit.code == "210"
    with clock.at(NOON + timedelta(days=10)):
        street = Someone(lifted, "supervisor")
        assert street.get("/boxes/", 303).location == "/boxes/210", "nothing lies in the old one"
        assert "没有接替的单位" not in street.get("/boxes/21")


def test_a_box_that_nobody_follows_is_opened_a_last_time_by_the_street(
    lifted: Flask, nobody: Someone, supervisor: Someone
) -> None:
    put_in(nobody)
    with write():
        for code in ("211", "2110"):
            unit(code).close(clock.today())
        unit("21").close(clock.today())  # as long as nothing is known to lie in it, nobody need follow
        other = Account(
            login="second", name="冯志远", must_change=False, password_hash=hash_password(PASSWORD)
        )
        db.session.add(other)
        Posting.give(other, "supervisor", unit("2"), clock.today())
    drop(nobody, status=404)
    assert "/boxes/21" in supervisor.get("/boxes/").html and "已撤销，最后开一次" in supervisor.get("/boxes/")
    with clock.at(NOON + timedelta(days=40)):
        late = Someone(lifted, "supervisor")
        assert "2 个匿名信箱一个多月没开了" in late.get("/members/")
        for two in (late, Someone(lifted, "second")):
            done = two.post("/boxes/21/opening", {"password": PASSWORD})
        assert WORDS in late.get(done.location)
        assert late.get("/boxes/", 303).location == "/boxes/210", "the only one left"
