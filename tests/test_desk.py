"""What people find when their day begins: the way in, 今日 and 记一笔."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from gridunion import clock
from gridunion.accounts.models import Account
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.members.models import Person
from gridunion.visits.due import DueVisit, open_visits
from gridunion.visits.models import Visit
from tests.conftest import NOON, Someone, as_viewer, member, unit

TODAY = date(2026, 11, 19)
CLOSE = datetime(2026, 11, 19, 17, 30, tzinfo=clock.SHANGHAI)


def somebody(name: str = "王秀兰", number: int = 2087, **known: Any) -> Person:
    """A member nobody has to visit yet. Inside `lifted`; commits."""
    person = member(name, phone=f"1360916{number:04d}", **known)
    with write():
        for due in open_visits(person):
            due.cancel()
    return person


def due(person: Person, days: float, trigger: str = "hospital") -> DueVisit:
    """A visit due so many days from this afternoon. Inside `lifted`; commits."""
    with write():
        return DueVisit.plan(person, trigger, TODAY, due_at=CLOSE + timedelta(days=days))


def case(person: Person, handler: str = "worker", **asked: Any) -> Complaint:
    """A complaint in somebody's hands. Inside `lifted`; commits."""
    asked = {"kind": "complaint", "category": "wages", "channel": "walk_in", "text": "工资没发", **asked}
    with write():
        found = Complaint.take(unit("211"), as_viewer("worker"), person.name, None, person=person, **asked)
    account = db.session.scalars(select(Account).where(Account.login == handler)).one()
    with write():
        found.assign(account, as_viewer("leader"))
    return found


def test_everybody_comes_in_where_their_day_begins(
    site: Flask, worker: Someone, leader: Someone, supervisor: Someone, admin: Someone, nobody: Someone
) -> None:
    assert worker.get("/", 303).location == "/today"
    assert leader.get("/", 303).location == "/inbox"
    for someone in (supervisor, admin):
        assert someone.get(someone.get("/", 303).location, 200)
    assert nobody.get("/", 303).location == "/login"


def test_the_site_says_it_is_well(nobody: Someone) -> None:
    page = nobody.get("/healthz")
    assert page.html == "ok"
    assert "Set-Cookie" not in page.response.headers


def test_the_rest_of_the_month_is_one_tap_away(lifted: Flask, worker: Someone) -> None:
    due(somebody("刘桂芳", 3), 1, "hardship")
    due(somebody("赵宏伟", 4), 10, "retirement")
    due(somebody("何永康", 5), 20, "bereavement")
    assert "看本月" in worker.get("/today") and "赵宏伟" not in worker.get("/today")
    page = worker.get("/today?show=month")
    assert "本月 2" in page and "赵宏伟" in page
    assert "何永康" not in page, "December is another month"


def test_the_day_is_a_list_by_deadline(lifted: Flask, worker: Someone) -> None:
    due(somebody("马小军", 1), -2)
    due(somebody("王秀兰", 2), 0)
    due(somebody("刘桂芳", 3), 1, "hardship")
    due(somebody("赵宏伟", 4), 20, "retirement")
    page = worker.get("/today")
    assert "明珠社区第1网格 网格员 周素琴" in page and "今日 11月19日 星期四" in page
    assert "还有3件：1件超期，1件今天到期。" in page.text.replace(" ", "")
    assert "已超期 1" in page and "今天到期 1" in page and "这几天 1" in page
    order = [page.html.index(words) for words in ("马小军", "王秀兰", "刘桂芳")]
    assert order == sorted(order)
    assert "超 2 天" in page and "应 17 日" in page and "17:30" in page and "周五" in page
    assert "赵宏伟" not in page, "what is due in three weeks is not of these days"
    assert page.html.count('<i class="bad">') == page.html.count('<i class="warn">') == 1


def test_a_case_stands_by_the_earlier_of_its_clocks(lifted: Flask, worker: Someone) -> None:
    person = somebody("陈国栋", key_group="guard")
    found = case(person)
    page = worker.get("/today")
    assert "陈国栋" in page and "拖欠工资" in page and "保安员" in page and "该给本人回个话" in page
    assert f"/complaints/{found.uid}" in page.html
    with write():
        found.reply(as_viewer("worker"), "问过了，下周发", "phone")
        found.due_at = CLOSE + timedelta(days=1)
    assert "等你填办理结果" in worker.get("/today")


def test_to_ask_how_it_goes_elsewhere_stays_due_until_somebody_did(lifted: Flask, worker: Someone) -> None:
    found = case(somebody())
    with write():
        found.refer(as_viewer("leader"), "legal_aid", "转到区法律援助中心，电话 2233", "phone")
        found.wait_until = CLOSE - timedelta(days=1)
    page = worker.get("/today")
    assert "问办得怎样" in page and "已超期 1" in page
    with write():
        found.review(as_viewer("worker"), "援助律师已经约了下周开庭")
    assert "已超期 1" not in worker.get("/today")


def test_a_case_that_is_pressed_says_so(lifted: Flask, worker: Someone) -> None:
    found = case(somebody())
    with write():
        found.urge(as_viewer("leader"))
    assert "催办" in worker.get("/today")


def test_cases_of_others_are_not_on_the_list(lifted: Flask, worker: Someone, neighbor: Someone) -> None:
    case(somebody("陈国栋"), "leader", category="contract")
    assert "陈国栋" not in worker.get("/today")
    due(somebody("马小军", 1), 0)
    assert "马小军" not in neighbor.get("/today")


def test_the_menu_counts_the_cases_in_hand(lifted: Flask, worker: Someone, leader: Someone) -> None:
    assert 'class="cnt"' not in worker.get("/today").html
    found = case(somebody())
    assert '<span class="cnt">1' in worker.get("/members/").html
    with write():
        found.resolve(as_viewer("worker"), "和站点对了账，工资已发到卡上", "solved", "phone")
    assert 'class="cnt"' not in worker.get("/today").html


def test_birthdays_are_for_those_who_agreed(lifted: Flask, worker: Someone) -> None:
    somebody("孙倩", 1, birth_on=date(1990, 11, 19), share_birthday=True)
    somebody("吴大勇", 2, birth_on=date(1990, 11, 19))
    somebody("何永康", 3, birth_on=date(1990, 11, 18), share_birthday=True)
    page = worker.get("/today")
    assert "今天生日 1" in page and "孙倩" in page and "不计考核" in page
    assert "吴大勇" not in page and "何永康" not in page


def test_when_all_is_done_the_longest_unseen_are_named(lifted: Flask, worker: Someone) -> None:
    with clock.at(NOON - timedelta(days=90)):
        person = somebody("张金凤")
    page = worker.get("/today")
    assert "今天的事都办完了" in page and "张金凤" in page and f"/visits/new?person={person.uid}" in page.html
    with write():
        Visit.log(person, as_viewer("worker"), "phone", findings=["fine"])
    page = worker.get("/today")
    assert "今天办完的 1 件" in page and "一切正常" in page and '<i class="ok">' in page.html


def test_a_longer_day_costs_no_more_queries(lifted: Flask, worker: Someone) -> None:
    def asked() -> int:
        """Opened a second time: settings are read anew every few seconds."""
        seen: list[str] = []

        def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            seen.append(statement)

        worker.get("/today")
        event.listen(db.engine, "before_cursor_execute", note)
        assert worker.get("/today").html.count('class="due"') >= 5
        event.remove(db.engine, "before_cursor_execute", note)
        return len(seen)

    for number in range(5):
        due(somebody(f"李{'一二三四五'[number]}", number), number - 1)
    case(somebody("马小军", 99))
    few = asked()
    with write():
        for number in range(45):
            person = Person.register(
                unit("211"), as_viewer("leader"), "grid_visit", name="钱多多", phone=f"1370916{number:04d}"
            )
            DueVisit.plan(person, "hospital", TODAY, due_at=CLOSE + timedelta(days=number % 6 - 1))
    for number in range(5):
        case(somebody(f"周{'一二三四五'[number]}", 200 + number))
    assert asked() == few <= 20


def test_what_has_no_row_is_still_counted(lifted: Flask, worker: Someone) -> None:
    with write():
        for number in range(105):
            person = Person.register(
                unit("211"), as_viewer("leader"), "grid_visit", name="钱多多", phone=f"1370916{number:04d}"
            )
            DueVisit.plan(person, "hospital", TODAY, due_at=CLOSE)
    page = worker.get("/today")
    assert "还有 105 件" in page.text and "105 件今天到期" in page and "还有 5 件没列在这里" in page


def test_what_can_be_written_down_opens_as_a_page_and_as_a_sheet(site: Flask, worker: Someone) -> None:
    page = worker.get("/new")
    for words in ("记走访", "收诉求", "登记会员"):
        assert words in page
    sheet = worker.get("/new", headers={"HX-Request": "true", "HX-Target": "sheet"})
    assert sheet.html.strip().startswith('<div class="scrim"') and "<html" not in sheet.html


def test_a_form_put_aside_is_taken_up_again(lifted: Flask, worker: Someone, neighbor: Someone) -> None:
    worker.post("/members/new", {"name": "李强", "draft": "1"})
    page = worker.get("/new")
    assert "接着填：李强 入会登记" in page
    form = page.html.split('href="/members/new?draft=')[1].split('"')[0]
    assert 'value="李强"' in worker.get(f"/members/new?draft={form}").html
    assert "李强" not in neighbor.get("/new")


def test_the_supervisor_has_no_day_of_visits(site: Flask, supervisor: Someone, admin: Someone) -> None:
    for someone in (supervisor, admin):
        someone.get("/today", 403)
        someone.get("/new", 403)
