"""What an administrator does to the tree, the settings and the calendar."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from gridunion import clock, settings
from gridunion.accounts.models import Posting
from gridunion.audit import Trail
from gridunion.calendar import SpecialDay
from gridunion.complaints.models import Complaint
from gridunion.complaints.promises import ReplyDue
from gridunion.complaints.records import ComplaintEvent
from gridunion.db import db, write
from gridunion.members.consent import Consent
from gridunion.members.membership import Membership
from gridunion.members.models import Person
from gridunion.settings import Code, Setting
from gridunion.tree import Unit, everywhere
from gridunion.visits.due import DueVisit
from gridunion.visits.models import Visit
from tests import histories
from tests.conftest import Someone, member, unit

TODAY = "2026-11-19"


def _unit(site: Flask, code: str) -> Unit:
    with site.app_context(), everywhere():
        return db.session.scalars(select(Unit).where(Unit.code == code)).one()


def test_the_tree_opens_one_level_at_a_time_with_counts_below(admin: Someone) -> None:
    top = admin.get("/units/")
    assert "汉台区总工会" in top
    assert "汉中路街道" in top
    assert "明珠社区工会" not in top
    assert "明珠社区工会" not in admin.get("/units/1")
    street = admin.get("/units/2")
    assert "明珠社区工会" in street
    assert street.total == 2
    assert "下级 2 个" in street
    assert admin.get("/units/210").total == 1


def test_a_unit_is_found_by_name_and_by_the_beginning_of_its_code(admin: Someone) -> None:
    assert admin.post("/units/search", {"q": "太白"}, 200).total == 2
    assert admin.post("/units/search", {"q": "211"}, 200).total == 2
    assert "没有找到" in admin.post("/units/search", {"q": "100%"}, 200)


def test_nobody_but_an_administrator_comes_near(leader: Someone, auditor: Someone) -> None:
    for url in ("/units/", "/units/21", "/settings", "/calendar", "/accounts/", "/accounts/new"):
        leader.get(url, 403)
        auditor.get(url, 403)


def test_a_cell_is_added_with_the_next_code_of_its_community(site: Flask, admin: Someone) -> None:
    admin.post(
        "/units/2/new",
        {"kind": "community_union", "code": "610702001009", "name": "新社区工会", "opened_on": TODAY},
    )
    assert "610702001009001" in admin.get("/units/610702001009/new").html
    sent = {"kind": "cell", "code": "610702001009001", "name": "新社区第1网格", "opened_on": TODAY}
    admin.post("/units/610702001009/new", sent)
    assert "610702001009002" in admin.get("/units/610702001009/new").html
    assert _unit(site, "610702001009001").path == "1/2/610702001009/610702001009001/"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("61070200100", "编码应为 12 位数字，现在 11 位"),
        ("61070200100x", "编码应为 12 位数字"),
        ("", "请填编码"),
    ],
)
def test_a_bad_code_is_refused_in_words_and_nothing_typed_is_lost(
    admin: Someone, code: str, sentence: str
) -> None:
    sent = {"kind": "community_union", "code": code, "name": "新社区工会", "opened_on": TODAY}
    page = admin.post("/units/2/new", sent, 422)
    assert sentence in page
    assert "新社区工会" in page.html


def test_a_code_is_never_used_twice_also_not_of_a_closed_unit(admin: Someone) -> None:
    sent = {"kind": "community_union", "code": "610702001009", "name": "甲社区工会", "opened_on": TODAY}
    admin.post("/units/2/new", sent)
    admin.post("/units/610702001009/close", {"on": TODAY})
    assert "这个编码已经用过" in admin.post("/units/20/new", sent, 422)


def test_a_cell_cannot_hang_below_a_street(admin: Someone) -> None:
    sent = {"kind": "cell", "code": "610702001009001", "name": "格", "opened_on": TODAY}
    admin.post("/units/2/new", sent, 422)


def test_renaming_tells_who_else_was_there_meanwhile(site: Flask, admin: Someone) -> None:
    admin.post("/units/21/rename", {"name": "明珠南社区工会", "row_version": "1"})
    late = admin.post("/units/21/rename", {"name": "明珠北社区工会", "row_version": "1"}, 409)
    assert "明珠南社区工会" in late
    assert "明珠北社区工会" in late.html
    admin.post("/units/21/rename", {"name": "明珠北社区工会", "row_version": "2"})
    assert _unit(site, "21").name == "明珠北社区工会"
    assert "改名：明珠社区工会，改为明珠南社区工会" in admin.get("/units/21")


def test_a_moved_community_takes_its_cells_along_and_its_leader_with_it(
    site: Flask, admin: Someone, supervisor: Someone
) -> None:
    admin.post("/units/21/move", {"parent": "20"})
    assert _unit(site, "2110").path == "1/20/21/2110/"
    assert "换了上级" in admin.get("/units/21")
    assert "何建平" not in supervisor.get("/staff")


@pytest.mark.parametrize(
    ("code", "parent"), [("2", "21"), ("211", "20"), ("21", "2"), ("21", "999"), ("21", "210")]
)
def test_a_unit_cannot_hang_where_it_does_not_belong(admin: Someone, code: str, parent: str) -> None:
    admin.post(f"/units/{code}/move", {"parent": parent}, 422)


def test_a_cell_where_somebody_works_closes_only_with_another_in_its_place(
    site: Flask, admin: Someone
) -> None:
    assert "还有 1 个岗位，请填由哪个单位接替" in admin.post("/units/211/close", {"on": TODAY}, 422)
    assert "接替的单位要是另一个" in admin.post("/units/211/close", {"on": TODAY, "heir": "21"}, 422)
    with site.app_context(), everywhere(), write():
        posting = db.session.scalars(select(Posting).where(Posting.unit_id == unit("211").id)).one()
        posting.duty, posting.professional = "women", True
    admin.post("/units/211/close", {"on": TODAY, "heir": "2110"})
    with site.app_context(), everywhere():
        posted = select(func.count(Posting.id)).where(Posting.unit_id == unit("2110").id)
        assert db.session.scalar(posted) == 2
        taken_along = posted.where(Posting.duty == "women", Posting.professional)
        assert db.session.scalar(taken_along) == 1, "who is hired for it, and named for harassment, stays so"
    assert "撤销" in admin.get("/units/211")


def test_the_worker_of_a_closed_cell_sees_old_members_and_the_new_cell(admin: Someone, site: Flask) -> None:
    with site.app_context(), everywhere():
        person = member()
    admin.post("/units/211/close", {"on": TODAY, "heir": "2110"})
    worker = Someone(site, "worker")
    worker.get(f"/members/{person.uid}")
    assert "明珠社区第2网格" in worker.get("/me")


def test_a_cell_with_members_does_not_close_without_another_in_its_place(site: Flask, admin: Someone) -> None:
    with site.app_context(), everywhere():
        member()
    assert "还有 1 个岗位、1 名会员" in admin.post("/units/211/close", {"on": TODAY}, 422)


def test_a_unit_with_open_ones_below_does_not_close(admin: Someone) -> None:
    assert "下面还有 2 个没撤销的" in admin.post("/units/21/close", {"on": TODAY, "heir": "210"}, 422)


def test_an_empty_unit_closes_and_can_be_brought_back(site: Flask, admin: Someone) -> None:
    admin.post(
        "/units/2/new",
        {"kind": "community_union", "code": "610702001009", "name": "甲社区工会", "opened_on": TODAY},
    )
    admin.post("/units/610702001009/close", {"on": TODAY})
    assert _unit(site, "610702001009").closed_on == date(2026, 11, 19)
    admin.post("/units/610702001009/reopen")
    assert _unit(site, "610702001009").closed_on is None


def test_a_split_cell_ends_and_a_new_one_takes_its_place(site: Flask, admin: Someone) -> None:
    admin.post("/units/211/split", {"on": TODAY, "code": "610702001001009", "name": "明珠社区第9网格"})
    old = _unit(site, "211")
    assert old.closed_on == date(2026, 11, 19)
    assert _unit(site, "610702001001009").id == old.replaced_by_id
    assert "明珠社区第9网格" in Someone(site, "worker").get("/me")


def test_what_is_done_to_a_unit_is_in_the_trail(site: Flask, admin: Someone) -> None:
    admin.post("/units/21/rename", {"name": "明珠南社区工会", "row_version": "1"})
    with site.app_context(), everywhere():
        line = db.session.scalars(select(Trail).where(Trail.kind == "unit").order_by(Trail.id.desc())).first()
        assert line is not None
        assert (line.actor, line.detail["name"]) == ("任志强", ["明珠社区工会", "明珠南社区工会"])


def test_a_new_limit_holds_from_its_day_and_the_old_one_until_then(site: Flask, admin: Someone) -> None:
    admin.post("/settings/visit.days", {"value": "5", "from_on": "2026-12-01"})
    with site.app_context(), everywhere():
        assert settings.value("visit.days") == 3
        assert settings.value("visit.days", on=date(2026, 12, 1)) == 5
    assert "还没到日子" in admin.get("/settings")
    admin.post("/settings/visit.days/cancel", {"from_on": "2026-12-01", "unit": ""})
    with site.app_context(), everywhere():
        assert settings.value("visit.days", on=date(2026, 12, 1)) == 3


def test_a_community_may_have_a_limit_of_its_own(site: Flask, admin: Someone) -> None:
    admin.post("/settings/visit.days", {"value": "1", "from_on": TODAY, "unit": "21"})
    with site.app_context(), everywhere():
        assert settings.value("visit.days", unit("211").path) == 1
        assert settings.value("visit.days", unit("212").path) == 3
    assert "明珠社区工会" in admin.get("/settings")


def test_a_past_value_is_never_edited(site: Flask, admin: Someone) -> None:
    page = admin.post("/settings/visit.days", {"value": "5", "from_on": "2026-11-18"}, 422)
    assert "已经过去的日子不能改" in page
    admin.post("/settings/visit.days", {"value": "5", "from_on": TODAY})
    assert "今天已经改过一次" in admin.post("/settings/visit.days", {"value": "6", "from_on": TODAY}, 422)
    with site.app_context(), everywhere():
        rows = db.session.scalars(
            select(Setting.value).where(Setting.key == "visit.days").order_by(Setting.id)
        ).all()
        assert rows == [3, 5]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("visit.days", "three"),
        ("visit.days", "-1"),
        ("light.on_time.good", "101"),
        ("office.close", "25:00"),
        ("visit.days", ""),
    ],
)
def test_a_value_that_makes_no_sense_is_refused(admin: Someone, key: str, value: str) -> None:
    admin.post(f"/settings/{key}", {"value": value, "from_on": TODAY}, 422)


def test_the_alarm_must_lie_below_what_is_good(admin: Someone) -> None:
    assert "预警线要低于正常线" in admin.post(
        "/settings/light.on_time.poor", {"value": "95", "from_on": TODAY}, 422
    )


def test_an_office_hour_is_written_as_on_a_clock(site: Flask, admin: Someone) -> None:
    admin.post("/settings/office.close", {"value": "18:00", "from_on": TODAY})
    with site.app_context(), everywhere():
        assert settings.value("office.close") == "18:00"


def test_an_entry_of_a_list_is_added_and_ended(site: Flask, admin: Someone) -> None:
    entry = {
        "code": "typhoon",
        "label_zh": "台风必访",
        "label_en": "Typhoon",
        "from_on": TODAY,
        "days": "2",
        "must": "y",
    }
    admin.post("/settings/lists/visit_trigger", entry)
    with site.app_context(), everywhere():
        added = next(one for one in settings.codes("visit_trigger") if one.code == "typhoon")
        assert added.tags == {"days": 2, "must": True, "icon": "home-check"}
    assert "这个代码已经有了" in admin.post("/settings/lists/visit_trigger", entry, 422)
    admin.post("/settings/lists/visit_trigger/typhoon/end")
    with site.app_context(), everywhere():
        ended = db.session.scalars(select(Code).where(Code.code == "typhoon")).one()
        assert ended.until_on == date(2026, 11, 20)
        assert "typhoon" not in {one.code for one in settings.codes("visit_trigger", on=date(2026, 11, 20))}


def test_lists_the_rules_hang_on_are_not_changed_by_hand(admin: Someone) -> None:
    entry = {"code": "gossip", "label_zh": "闲话", "label_en": "Gossip", "from_on": TODAY}
    admin.post("/settings/lists/complaint_kind", entry, 403)
    admin.post("/settings/lists/complaint_kind/help/end", {}, 403)
    assert "这里只能看" in admin.get("/settings/lists/complaint_kind")
    admin.get("/settings/lists/nothing", 404)


def test_every_list_of_the_seeds_can_be_looked_at(site: Flask, admin: Someone) -> None:
    with site.app_context(), everywhere():
        names = set(db.session.scalars(select(Code.list)))
    assert admin.get("/settings/lists").total == len(names)
    for name in names:
        admin.get(f"/settings/lists/{name}")


def test_a_holiday_is_added_changed_and_taken_away(site: Flask, admin: Someone) -> None:
    admin.post("/calendar?year=2027", {"day": "2027-01-01", "works": "no", "name": "元旦"})
    assert admin.get("/calendar?year=2027").total == 1
    admin.post("/calendar", {"day": "2027-01-02", "works": "yes", "name": "调休"})
    admin.post("/calendar", {"day": "2027-01-02", "works": "no", "name": "元旦"})
    with site.app_context(), everywhere():
        changed = db.session.scalars(select(SpecialDay).where(SpecialDay.day == date(2027, 1, 2))).one()
        assert (changed.works, changed.name_zh) == (False, "元旦")
    admin.post("/calendar/2027-01-02/delete")
    assert admin.get("/calendar?year=2027").total == 1
    admin.post("/calendar/2027-01-02/delete", {}, 404)


def test_a_year_nobody_filled_in_is_provisional(admin: Someone) -> None:
    assert "暂定" in admin.get("/calendar?year=2030")
    assert "暂定" not in admin.get("/calendar?year=2026")
    assert "2026 年" in admin.get("/calendar?year=99999999999")


def test_a_weekday_cannot_be_a_make_up_workday(admin: Someone) -> None:
    sent = {"day": "2027-01-04", "works": "yes", "name": "调休"}
    assert "本来就上班" in admin.post("/calendar", sent, 422)


def test_an_administrator_of_one_district_leaves_the_other_alone(site: Flask) -> None:
    with site.app_context(), everywhere(), write():
        top = Unit.under(None, code="9", name="邻区总工会", kind="district_federation")
        db.session.add(top)
    admin = Someone(site, "admin")
    admin.get("/units/9", 404)
    assert (
        "邻区"
        not in admin.post("/units/search", {"q": "邻区"}, 200).html.split('id="list"')[1].split("没有找到")[0]
    )
    admin.post("/units/9/rename", {"name": "我的", "row_version": "1"}, 404)


def test_whoever_closes_a_cell_is_told_what_is_not_finished_in_it(site: Flask, admin: Someone) -> None:
    with site.app_context(), everywhere():
        person = histories.joined("211", phone="13609162087")
        histories.asked("211")
        histories.planned(person, "hospital", clock.now())
    left = "1 个岗位、1 名会员、1 件没办完的诉求、2 次没做的走访"
    assert left in admin.get("/units/211/close")
    assert left in admin.get("/units/211/split")
    assert f"这里还有 {left}，请填由哪个单位接替" in admin.post("/units/211/close", {"on": TODAY}, 422)
    done = admin.post("/units/211/close", {"on": TODAY, "heir": "2110"})
    assert "1 件没办完的诉求、2 次没做的走访，在原处接着办" in admin.get(done.location)


def test_moving_closing_and_splitting_touch_no_row_of_anybodys_history(site: Flask, admin: Someone) -> None:
    with site.app_context(), everywhere():
        histories.a_month(("211", "2110"))
        before = _all_rows()
    admin.post("/units/2110/move", {"parent": "210"})
    admin.post("/units/21/move", {"parent": "20"})
    admin.post("/units/211/split", {"on": TODAY, "code": "610702001001009", "name": "明珠社区第9网格"})
    admin.post("/units/2110/close", {"on": TODAY, "heir": "212"})
    with site.app_context(), everywhere():
        assert _all_rows() == before


def _all_rows() -> dict[str, list[tuple[object, ...]]]:
    """Every row of what happened to people, column by column; the versions too."""
    tables = (Person, Membership, Consent, Visit, DueVisit, Complaint, ComplaintEvent, ReplyDue)
    return {
        model.__tablename__: [
            tuple(row) for row in db.session.execute(select(model.__table__).order_by(model.__table__.c.id))
        ]
        for model in tables
    }


def test_who_stands_at_the_door_may_call_the_administrator_once_a_number_is_given(
    admin: Someone, nobody: Someone
) -> None:
    assert "汉台区总工会" in nobody.get("/login") and "打给管理员" not in nobody.get("/login")
    admin.post("/settings/office.phone", {"value": "12", "from_on": TODAY}, 422)
    admin.post("/settings/office.phone", {"value": "0916 221 3456", "from_on": TODAY})
    assert 'href="tel:0916-2213456"' in nobody.get("/login").html
    admin.post("/settings/office.phone", {"value": "无", "from_on": "2026-11-20"})
    with histories.on(1):
        assert "打给管理员" not in nobody.get("/login")
