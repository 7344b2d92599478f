"""What a supervisor sees, and that it can be believed."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from gridunion import clock
from gridunion.complaints.listing import looking
from gridunion.complaints.models import Complaint
from gridunion.db import db, write
from gridunion.status import trends
from gridunion.status.board import board
from gridunion.status.lights import limits
from gridunion.status.measures import MEASURES
from gridunion.status.periods import Period, asked, named
from gridunion.status.records import count
from gridunion.tree import Unit, everywhere
from tests import histories
from tests.conftest import Page, Someone, as_viewer, member, unit

LINK = re.compile(r'<a[^>]*href="(/status/[^"]+)"[^>]*>(.*?)</a>', re.S)
SEATS = {"district": ("1",), "supervisor": ("2", "21", "211")}
MOVED = {"district": ("1", "211"), "leader": ("21",), "leader2": ("210",)}


def numbers(page: Page) -> list[tuple[str, int]]:
    """(address, number) of every number on a page that opens something."""
    found = []
    for href, inside in LINK.findall(page.html):
        said = re.search(r"\d+", re.sub(r"<[^>]+>", "", inside))
        if said and re.search(r"^/status/\w+/\w+|[?;]light=", href):
            found.append((href.replace("&amp;", "&"), int(said[0])))
    return found


def listed(somebody: Someone, page: Page) -> int:
    """The rows of a list, followed to its end."""
    rows = page.html.count('<li><div class="cell">')
    following = re.search(r'hx-get="(/status/[^"]+after=[^"]+)"', page.html)
    if not following:
        return rows
    more = {"HX-Request": "true", "HX-Target": "rows"}
    return rows + listed(somebody, somebody.get(following[1].replace("&amp;", "&"), headers=more))


def walk(site: Flask, seats: dict[str, tuple[str, ...]], query: str = "") -> int:
    """Every number on every board, as each who may see it, opens exactly that many records."""
    walked = 0
    for login, codes in seats.items():
        somebody, seen = Someone(site, login), set()
        for code in codes:
            for href, number in numbers(somebody.get(f"/status/{code}{query}")):
                if (href, number) in seen:
                    continue
                seen.add((href, number))
                opened = somebody.get(href)
                assert opened.total == number, f"{login} on {code}: {href} says {number}"
                check_list(somebody, opened, href)
        walked += len(seen)
    return walked


def check_list(somebody: Someone, opened: Page, href: str) -> None:
    if "light=" in href:
        return
    parts = [int(said) for said in re.findall(r'data-count="(\d+)"', opened.html)]
    if parts:
        assert sum(parts) == opened.total, f"{href}: its parts are {parts}"
    else:
        assert listed(somebody, opened) == opened.total, f"{href} lists something else than it says"


def test_the_board_shows_every_community_of_the_street_and_no_other(supervisor: Someone) -> None:
    page = supervisor.get("/status/")
    assert "明珠社区工会" in page
    assert "太白社区工会" in page
    assert "莲湖社区工会" not in page


@pytest.mark.once
@pytest.mark.usefixtures("bare_menu")
def test_every_number_opens_exactly_its_records_also_when_units_moved_split_and_closed(
    site: Flask, lifted: Flask
) -> None:
    histories.a_month()
    with histories.kept():
        for n in range(25):
            histories.joined("211", f"赵{n}")
        with histories.on(-20):
            histories.asked("211", employer_name="汉宁轩饭店")
        histories.tie("leader", "汉宁轩饭店"), histories.tie("district", "汉宁轩饭店")
    assert walk(site, SEATS) > 100
    histories.move("2110", "210")
    histories.grow("213", "21")
    histories.close("211", heir="213")
    histories.a_month(("212",))
    assert walk(site, MOVED) > 60
    assert walk(site, {"district": ("1",), "leader": ("21",)}, "?when=7") > 20
    with histories.on(20):
        assert walk(site, {"supervisor": ("2",), "leader": ("21", "211")}, "?when=2026-11") > 40
        assert walk(site, {"district": ("1",)}, "?from=2026-11-20&to=2026-12-01&compare=1") > 30


def test_days_that_are_none_to_look_back_over_are_answered_with_a_sentence(supervisor: Someone) -> None:
    for days, said in (
        ("from=2026-11-05&to=2026-11-01", "开始的那天在结束的后面"),
        ("from=2026-11-05", "都写上"),
        ("from=2027-01-01&to=2027-02-01", "还没到"),
        ("when=2026-13", "没有这样的时间段"),
    ):
        page = supervisor.get(f"/status/2?{days}", status=422)
        assert said in page
        assert "近 30 天" in page
    assert 'value="2026-11-05"' in supervisor.get("/status/2?from=2026-11-05&to=2026-11-01", status=422).html
    supervisor.get("/status/2/due?when=2026-13", status=404)


def test_a_period_has_one_before_it_that_is_as_long(lifted: Flask) -> None:
    def days(period: Period | None) -> tuple[str, str]:
        assert period
        return str(period.first), str(period.until)

    assert days(named("7")) == ("2026-11-12", "2026-11-19")
    assert days(named("2026-10")) == ("2026-10-01", "2026-11-01")
    assert days(named("2026q4")) == ("2026-10-01", "2027-01-01")
    assert days(named("2026")) == ("2026-01-01", "2027-01-01")
    assert [str(named(said).before) for said in ("2026-01", "2026q1", "2026")] == [
        "2025-12",
        "2025q4",
        "2025",
    ]  # type: ignore[union-attr]
    assert days(asked({"from": "2026-11-01", "to": "2026-11-10"}).before) == ("2026-10-22", "2026-11-01")
    for said in ("", "2026-12", "2027", "2026q5", "0000", "30 ", "²026", "9999999"):
        assert named(said) is None


def test_a_month_ends_at_midnight_in_shanghai(lifted: Flask) -> None:
    for minute, name in ((29, "2026-10"), (31, "2026-11")):
        with clock.at(datetime(2026, 10, 31, 15, 30, tzinfo=UTC) + timedelta(minutes=minute)):
            histories.asked("211")
            histories.joined("211", f"赵{name[-2:]}", phone=f"13609160{minute}0")
        month = named(name)
        assert month
        assert [count(unit("2"), figure, month) for figure in ("received", "joined")] == [1, 1]


@pytest.mark.usefixtures("bare_menu")
def test_every_kind_of_list_opens_for_everybody_who_sees_the_board(site: Flask, lifted: Flask) -> None:
    histories.a_month(("211", "221"))
    for login, code in (("leader", "21"), ("supervisor", "2"), ("district", "1")):
        somebody = Someone(site, login)
        for name in MEASURES:
            somebody.get(f"/status/{code}/{name}")
    leader = Someone(site, "leader")
    for name in MEASURES:
        leader.get(f"/status/21/{name}?own=1")


def test_the_parts_of_a_figure_make_up_the_whole(lifted: Flask) -> None:
    histories.a_month(("211", "221"))
    for code in ("1", "2", "21", "211"):
        for measure in MEASURES.values():
            if measure.parts:
                parts = sum(count(unit(code), part) for part, _light in measure.parts)
                assert parts == count(unit(code), measure.name), f"{measure.name} of {code}"


def test_what_happened_in_the_community_itself_has_a_line_of_its_own(site: Flask, lifted: Flask) -> None:
    histories.asked("21")
    page = Someone(site, "leader").get("/status/21")
    assert "明珠社区工会本级" in page
    with histories.on(40):
        late = Someone(site, "leader").get("/status/21")
        assert ("/status/21/overdue?own=1", 1) in numbers(late)
        assert Someone(site, "leader").get("/status/21/overdue?own=1").total == 1


def test_a_sealed_case_stands_in_no_figure_and_in_no_list(site: Flask, lifted: Flask) -> None:
    before = board(unit("21")).total.counts.copy()
    histories.asked("211", category="harassment")
    assert board(unit("21")).total.counts == before
    assert Someone(site, "leader").get("/status/21/open").total == 0


def test_who_keeps_away_from_a_case_is_told_no_number_of_it(lifted: Flask) -> None:
    """The leader is tied to the employer of the oldest case, the worker gave one back; the street keeps from none."""
    with histories.on(-35):
        histories.asked("211", employer_name="汉宁轩饭店")
    with histories.on(-20):
        given, _plain = histories.asked("211"), histories.asked("211")
        histories.give(given)
    histories.tie("leader", "汉宁轩饭店")
    with histories.kept():
        given.recuse(as_viewer("worker"), "是我表弟的事")
    seen, days = {}, {}
    for login in ("leader", "worker", "supervisor"):
        with looking(as_viewer(login), "see members"):
            line = board(unit("211")).total
            seen[login], days[login] = (
                (line.counts["overdue"], count(unit("211"), "overdue")),
                line.overdue_days,
            )
            assert line.counts["echoes_due"] == count(unit("211"), "echoes_due") == line.counts["overdue"]
            assert sum(trends.moves(unit("211"), trends.weeks()).received) == line.counts["overdue"]
    assert seen == {"leader": (2, 2), "worker": (2, 2), "supervisor": (3, 3)}
    assert days["leader"] < days["worker"] == days["supervisor"], "nor for how long it lies there"


def test_a_reopened_case_is_open_again_in_the_figures(site: Flask, lifted: Flask) -> None:
    case = histories.asked("211")
    histories.give(case), histories.finish(case)
    assert board(unit("21")).total.counts["open"] == 0
    histories.call(case, "not_satisfied")
    assert db.session.scalars(select(Complaint.state)).one() == "reopened"
    assert board(unit("21")).total.counts["open"] == 1
    assert Someone(site, "leader").get("/status/21/open").total == 1


def test_a_visit_that_need_not_be_is_no_must_visit(lifted: Flask) -> None:
    with histories.on(-20):
        person = histories.joined("211")  # a new member is visited too, but that is not one of the five
        histories.planned(person, "hospital", histories.clock.now())
    assert board(unit("211")).total.counts["visits_due"] == 1


# ── lights ──


def test_a_light_names_its_cause_and_its_rule(site: Flask, lifted: Flask) -> None:
    with histories.on(-15):
        histories.asked("211")
    histories.joined("211")
    with histories.on(0):
        supervisor = Someone(site, "supervisor")
        page = supervisor.get("/status/2")
        assert "预警原因：" in page
        assert "超期 1 件，最长" in page
        why = supervisor.get("/status/211/due")
        assert "为什么是预警：" in why
        assert "（规则 2）" in why
        assert "网格员周素琴" in why
        assert "社区工会主席何建平" in why


def test_the_street_has_no_light_of_its_own_but_says_how_many_things_are_missing(
    site: Flask, lifted: Flask
) -> None:
    histories.a_month(("211", "221"))
    supervisor = Someone(site, "supervisor")
    assert "不设总灯" in supervisor.get("/status/2")
    assert "离目标" in supervisor.get("/status/2/visits_due")
    assert "为什么是" not in supervisor.get("/status/2/visits_due")


def test_a_silent_unit_has_no_data_and_is_never_green(supervisor: Someone) -> None:
    page = supervisor.get("/status/")
    assert "从来没有上报" in page
    assert "都到目标" not in page
    assert supervisor.get("/status/?light=none").total == 2
    assert supervisor.get("/status/?light=ok").total == 0


def test_a_unit_without_anything_below_it_says_so(site: Flask, lifted: Flask) -> None:
    with write():
        db.session.add(Unit.under(unit("2"), code="29", name="新社区工会", kind="community_union"))
    assert "无数据" in Someone(site, "supervisor").get("/status/29")


def test_below_five_cases_there_is_no_percentage_and_no_light_from_it(site: Flask, lifted: Flask) -> None:
    histories.a_month(("211",))
    line = board(unit("211")).total
    line.counts |= {"due": 4, "on_time": 1}
    line.judge()
    assert line.percent("on_time", "due") is None
    assert line.hits["on_time"] == "ok"
    line.counts |= {"due": 5}
    line.judge()
    assert (line.percent("on_time", "due"), line.hits["on_time"]) == (20, "bad")


def test_a_percent_never_looks_better_than_it_is_judged(lifted: Flask) -> None:
    member()
    line = board(unit("211")).total
    for part, whole, shown in ((947, 1000, 94), (999, 1000, 99), (87, 100, 87), (13, 15, 87), (115, 130, 88)):
        line.counts |= {"due": whole, "on_time": part}
        assert line.percent("on_time", "due") == shown


# ── down to the records ──


def test_one_goes_down_from_street_to_community_to_cell_to_records_and_back(
    site: Flask, lifted: Flask
) -> None:
    histories.a_month(("211", "221"))
    supervisor = Someone(site, "supervisor")
    for above, below in (("2", "21"), ("21", "211")):
        assert f'href="/status/{below}"' in supervisor.get(f"/status/{above}").html
    assert 'href="/status/211/due"' in supervisor.get("/status/211").html
    records = supervisor.get("/status/211/due")
    for code in ("2", "21", "211"):
        assert f'href="/status/{code}"' in records.html.split("</nav>")[0]
    assert re.search(r'href="/complaints/[0-9a-f-]{36}"', records.html)


def test_a_line_unfolds_to_the_cells_below_it(site: Flask, lifted: Flask) -> None:
    histories.a_month(("211", "221"))
    supervisor = Someone(site, "supervisor")
    assert "明珠社区第1网格" not in supervisor.get("/status/2")
    opened = supervisor.get("/status/2?open=21")
    assert "明珠社区第1网格 周素琴" in opened
    assert 'aria-expanded="true"' in opened.html
    assert "莲湖" not in supervisor.get("/status/2?open=22")


def test_cells_with_and_without_a_grid_worker_are_listed(supervisor: Someone) -> None:
    assert ("/status/2/cells?show=staffed", 2) in numbers(supervisor.get("/status/2"))
    assert supervisor.get("/status/2/cells").total == 3
    assert "太白社区第1网格" in supervisor.get("/status/2/cells?show=vacant")
    supervisor.get("/status/2/cells?show=elsewhere", 404)


def test_whoever_sees_the_board_presses_what_is_overdue(site: Flask, lifted: Flask) -> None:
    with histories.on(-12):
        case = histories.asked("211")
        histories.give(case)
    with histories.on(0):
        assert "督办" in Someone(site, "supervisor").get("/status/211/due")
        assert "催办" in Someone(site, "leader").get("/status/211/due")


# ── rules and trends ──


def test_a_street_sets_its_own_thresholds_from_a_day_on_and_everybody_reads_them(
    supervisor: Someone, leader: Someone, worker: Someone, site: Flask
) -> None:
    key, new = "light.on_time.good", {"value": "90", "from_on": "2026-12-01", "unit": "2"}
    assert "改" in supervisor.get("/status/rules")
    page = supervisor.get(f"/settings/{key}")
    assert 'value="2"' in page.html and "现在是 95" in page and "不填就对全部有效" not in page
    assert 'href="/status/rules" aria-current="page"' in page.html, "where one is, the menu says"
    supervisor.post(f"/settings/{key}", new)
    page = worker.get("/status/rules")
    assert "12月1日 起 汉中路街道工会联合会" in page
    assert "/settings/" not in page.html
    with site.app_context(), everywhere(), histories.on(20):
        assert [limits(unit(code).path)["on_time.good"] for code in ("2", "211", "22")] == [90, 90, 95]
        assert limits(unit("2").path, date(2026, 11, 30))["on_time.good"] == 95
        assert "现在是 90" in Someone(site, "supervisor").get(f"/settings/{key}")
        for login, percent in (("worker", 90), ("stranger", 95)):
            page = Someone(site, login).get("/status/rules")
            assert f"{percent}% 以上" in page, "who reads the rules reads those of the own place"
    supervisor.post(f"/settings/{key}/cancel", {"from_on": "2026-12-01", "unit": "2"})
    assert "12月1日" not in worker.get("/status/rules")
    supervisor.post(f"/settings/{key}", new | {"unit": ""}, 422)
    supervisor.post(f"/settings/{key}", new | {"unit": "22"}, 422)
    supervisor.get("/settings/visit.days", 404)
    admin = Someone(site, "admin")
    admin.post(f"/settings/{key}", new | {"unit": ""})
    supervisor.post(f"/settings/{key}/cancel", {"from_on": "2026-12-01", "unit": ""}, 403)
    leader.get(f"/settings/{key}", 403)


def test_the_rules_can_be_read_by_everybody_who_signs_in(site: Flask) -> None:
    for login in ("worker", "leader", "supervisor", "district", "admin", "auditor"):
        page = Someone(site, login).get("/status/rules")
        assert "怎么亮灯" in page and 'href="/status/rules" aria-current="page"' in page.html


def test_the_trend_stands_alone_and_as_a_part_of_the_board(supervisor: Someone) -> None:
    assert "每周收到" in supervisor.get("/status/2/trend")
    part = supervisor.get("/status/2/trend", headers={"HX-Request": "true", "HX-Target": "trend"})
    assert part.html.strip().startswith('<div class="two')


def test_a_number_at_the_end_of_a_line_is_never_cut_at_the_edge_of_a_phone(
    site: Flask, lifted: Flask
) -> None:
    """It is set against the edge and grows towards the line, however long it is."""
    histories.asked("211")
    page = Someone(site, "supervisor").get("/status/2/trend?by=month")
    ends = re.findall(r'<text class="t\d" x="(\d+)" y="\d+" text-anchor="(\w+)">', page.html)
    assert len(ends) == 5 and {*ends} == {("398", "end")}


def test_months_tell_how_many_members_there_were_and_joined_and_of_which_groups(
    site: Flask, lifted: Flask
) -> None:
    with histories.on(-40):
        histories.joined("211", "赵早", key_group="courier")
    histories.joined("2110", "钱晚", key_group="courier")
    histories.joined("2110", "孙晚", key_group="nurse")
    held, joined = trends.members(unit("21"))
    assert (held[-3:], joined[-3:]) == ([0, 1, 3], [0, 1, 2])
    page = Someone(site, "supervisor").get("/status/2/trend?by=month")
    assert "每月收到" in page
    assert "会员 3 人，12 个月新发展 3 人" in page
    assert re.search(r"快递员 2", page.html)
    assert re.search(r'<th scope="row">快递员</th><td class="r">2</td>', page.html), (
        "a table behind every chart"
    )


def test_what_came_in_is_the_same_number_on_the_board_and_in_the_trend(site: Flask, lifted: Flask) -> None:
    with histories.on(-5):
        for category in ("wages", "contract", "hardship", "work_injury", "work_safety", "welfare",
                         "schooling", "suggestion", "other", "social_insurance"):  # fmt: skip
            histories.asked("211", category=category)
    supervisor = Someone(site, "supervisor")
    assert ("/status/2/received", 10) in numbers(supervisor.get("/status/2"))
    trend = supervisor.get("/status/2/trend")
    assert "收到 10 件" in trend
    assert "其余各类 3" in trend.html
    assert '<th scope="row">其余各类</th><td class="r">3</td>' in trend.html


def test_a_past_month_is_told_and_judged_as_it_was(site: Flask, lifted: Flask) -> None:
    with histories.on(-90):  # 21 August
        histories.grow("213", "21")
        histories.close("213", when=date(2026, 9, 1))
    with histories.on(-40):  # 10 October
        dispute = histories.asked("211", category="wages")
        histories.give(dispute)
    with histories.on(-30):
        set_by = Someone(site, "supervisor")
        set_by.post("/settings/light.on_time.good", {"value": "85", "from_on": "2026-11-01", "unit": "2"})
    with histories.on(-20):  # 30 October: in time
        histories.finish(dispute)
    with histories.on(-10):  # 9 November
        other = histories.asked("211", category="wages")
        histories.give(other)
        histories.finish(other, mediated=True)
    with histories.on(1):
        august, october, november = map(named, ("2026-08", "2026-10", "2026-11"))
        assert august and october and november
        lines = board(unit("21"), october).lines
        assert {line.unit.code for line in lines} == {"211", "2110"}
        assert "213" in {line.unit.code for line in board(unit("21"), august).lines}
        assert [line.limits["on_time.good"] for line in (lines[0], *board(unit("21"), november).lines)] == [
            95, 85, 85
        ]  # fmt: skip
        assert "诉求按时办结 1/1" in Someone(site, "supervisor").get("/status/2/due?when=2026-10")
        assert [count(unit("2"), "mediated", when) for when in (october, november)] == [0, 1]


def test_a_dispute_is_mediated_in_the_month_in_which_it_was(lifted: Flask) -> None:
    with histories.on(-40):
        dispute = histories.asked("211", category="wages")
        histories.give(dispute)
    with histories.on(-10):
        histories.finish(dispute, mediated=True)
    october = named("2026-10")
    assert october
    assert [count(unit("2"), name, october) for name in ("disputes", "mediated", "not_mediated")] == [1, 0, 1]
