"""What a supervisor sees, and that it can be believed."""

from tests.conftest import Someone, member


def test_the_board_shows_every_community_of_the_street_and_no_other(supervisor: Someone) -> None:
    page = supervisor.get("/status/")
    assert "明珠社区工会" in page
    assert "太白社区工会" in page
    assert "莲湖社区工会" not in page


def test_a_number_on_the_board_opens_exactly_that_many_records(lifted: object, supervisor: Someone) -> None:
    member("王秀兰")
    member("马小军", phone="13609162088")
    assert ">2</a>" in supervisor.get("/status/21").html
    assert supervisor.get("/status/21/members").total == 2
    for name in (
        "due",
        "employers",
        "received",
        "disputes",
        "hardship",
        "visits_due",
        "echoes_due",
        "overdue",
    ):
        supervisor.get(f"/status/2/{name}")


def test_a_silent_unit_has_no_data_and_is_never_green(supervisor: Someone) -> None:
    assert "从来没有上报" in supervisor.get("/status/")


def test_the_rules_can_be_read_by_everybody_who_works_by_them(worker: Someone, supervisor: Someone) -> None:
    for somebody in (worker, supervisor):
        assert "怎么亮灯" in somebody.get("/status/rules")


def test_the_trend_stands_alone_and_as_a_part_of_the_board(supervisor: Someone) -> None:
    assert "每周收到" in supervisor.get("/status/2/trend")
    part = supervisor.get("/status/2/trend", headers={"HX-Request": "true", "HX-Target": "trend"})
    assert part.html.strip().startswith('<div class="two')
