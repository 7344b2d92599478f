"""Three days' work in a real browser at phone size: the worker's, the leader's, the supervisor's."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Sit, enter

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STREET, COMMUNITY, CELL = "汉中路街道工会联合会", "明珠社区工会", "明珠社区第3网格"


@pytest.mark.parametrize(
    ("name", "initials", "phone", "scripted"),
    [("谷雨晴", "gyq", "13991672081", True), ("鲁一帆", "lyf", "13991675634", False)],
    ids=["with JavaScript", "without JavaScript"],
)
def test_three_days_of_work_go_from_hand_to_hand(
    sit: Sit, name: str, initials: str, phone: str, scripted: bool
) -> None:
    worker, leader, supervisor = (sit(java_script_enabled=scripted) for _ in range(3))
    for page, login in ((worker, "worker"), (leader, "leader"), (supervisor, "supervisor")):
        enter(page, login)
    members = _members_of_the_cell(supervisor)

    expect(worker.get_by_role("heading", name="今日")).to_be_visible()
    _register(worker, name, phone)
    _is_asked_about_a_double(worker, name, phone)
    for words in (name, initials, phone[-4:]):
        _find(worker, words, name)
    _visit_in_four_taps_and_raise_a_complaint(worker, name)

    _assign_to_the_worker_of_the_cell(leader, name)
    _let_in(leader, name)

    _work_on_the_case(worker, name)

    _confirm(leader, name)
    _call_back(leader, name)

    assert _members_of_the_cell(supervisor) == members + 1


def test_every_number_of_the_street_opens_as_many_records_as_it_says(sit: Sit) -> None:
    supervisor = sit("supervisor")
    for said, address in _numbers(supervisor):
        listed = re.search(r'data-total="(\d+)"', supervisor.request.get(address).text())
        assert listed, f"{address} lists nothing"
        assert int(listed[1]) == said, address


def _register(worker: Page, name: str, phone: str) -> None:
    worker.get_by_role("link", name="记一笔").click()
    worker.get_by_role("link", name="登记会员").click()
    _fill_in(worker, name, phone)
    _press(worker, "提交入会申请")
    expect(_said(worker)).to_contain_text(f"已登记：{name}")


def _fill_in(worker: Page, name: str, phone: str) -> None:
    worker.get_by_label("姓名").fill(name)
    worker.get_by_label("手机号").fill(phone)
    _tap(worker, "网约送餐员")
    worker.get_by_label("单位或平台").fill("快到家配送站")
    _tap(worker, "本人同意工会登记")


def _is_asked_about_a_double(worker: Page, name: str, phone: str) -> None:
    """Somebody with the same name and phone is known: the form comes back with the question and all that was typed."""
    worker.goto("/members/new")
    _fill_in(worker, name, phone)
    _press(worker, "提交入会申请")
    known = worker.locator("#dup").get_by_role("link", name="去看")
    expect(known).to_be_visible()
    expect(worker.locator("#errsum")).to_be_visible()
    expect(worker.get_by_label("单位或平台")).to_have_value("快到家配送站")
    known.click()
    expect(worker.get_by_role("heading", level=1)).to_contain_text(name)


def _find(worker: Page, words: str, name: str) -> None:
    worker.goto("/members/")
    worker.get_by_role("searchbox").fill(words)
    worker.get_by_role("searchbox").press("Enter")
    expect(worker.get_by_role("heading", name="找到")).to_be_visible()
    worker.locator("#list").get_by_role("link", name=name, exact=True).click()
    expect(worker.get_by_role("heading", level=1)).to_contain_text(name)


def _visit_in_four_taps_and_raise_a_complaint(worker: Page, name: str) -> None:
    worker.get_by_role("link", name="记走访").click()
    _tap(worker, "见到本人")
    _tap(worker, "有诉求")
    if not worker.get_by_label("怎么回事").is_visible():  # only a script unfolds it for who ticks
        worker.get_by_text("登记诉求").click()
    _tap(worker, "拖欠工资")
    worker.get_by_label("怎么回事").fill("九月的配送费还没发，站长说再等等。")
    _press(worker, "保存走访")
    expect(_said(worker)).to_contain_text(f"已记下：{name}")
    expect(_said(worker)).to_contain_text("已收下")


def _assign_to_the_worker_of_the_cell(leader: Page, name: str) -> None:
    leader.goto("/inbox?show=assign")
    row = _row(leader, name)
    expect(row.get_by_label("派给").locator("option:checked")).to_have_text(
        re.compile(r"^周素琴（手上 \d+ 件）")
    )
    row.get_by_role("button", name="派单").click()
    expect(_said(leader)).to_contain_text("已派给周素琴")


def _let_in(leader: Page, name: str) -> None:
    leader.goto("/inbox?show=applied")
    _row(leader, name).get_by_role("button", name="通过").click()
    expect(_said(leader)).to_contain_text("已通过")


def _work_on_the_case(worker: Page, name: str) -> None:
    worker.goto("/complaints/")
    worker.get_by_role("link", name=re.compile(f"^{name}")).click()
    case = worker.url
    _take_a_step(worker, case, "记进展", "进展已记下", {"办到哪一步": "站长答应周五前把配送费补上。"})
    _take_a_step(
        worker,
        case,
        "给本人回音",
        "回音已记下",
        {"告诉了本人什么": "站长答应周五前补发，到账再打电话。"},
        "打电话",
    )
    sums = {"一共欠多少钱（元）": "2360", "追回多少钱（元）": "2,360.00"}
    words = {"结果": "配送费 2360 元已经补发到账。"} | sums
    _take_a_step(worker, case, "办结", "已办结", words, "解决了", "当面给看")


def _take_a_step(worker: Page, case: str, step: str, done: str, words: dict[str, str], *tiles: str) -> None:
    worker.goto(case)
    link = worker.get_by_role("link", name=step, exact=True)
    if not link.is_visible():
        worker.get_by_text("其他操作").click()
    link.click()
    for label, text in words.items():
        worker.get_by_label(label).fill(text)
    for tile in tiles:
        _tap(worker, tile)
    _press(worker, step)
    expect(_said(worker)).to_contain_text(done)


def _confirm(leader: Page, name: str) -> None:
    leader.goto("/inbox?show=confirm")
    _row(leader, name).get_by_role("button", name="确认").click()
    expect(_said(leader)).to_contain_text("结果已确认")


def _call_back(leader: Page, name: str) -> None:
    leader.goto("/inbox?show=call")
    _row(leader, name).get_by_role("link", name="回访").click()
    _tap(leader, "满意")
    _press(leader, "回访")
    expect(_said(leader)).to_contain_text("回访已记下")


def _members_of_the_cell(supervisor: Page) -> int:
    """Down from the street, by tapping, to the members of the cell; the number is that of the list behind it."""
    supervisor.goto("/")
    expect(supervisor.get_by_role("heading", level=1)).to_contain_text(STREET)
    for place in (COMMUNITY, CELL):
        supervisor.locator("main").get_by_role("link", name=place, exact=True).click()
        expect(supervisor.get_by_role("heading", level=1)).to_contain_text(place)
    number = supervisor.get_by_role("link", name=re.compile(r"^\d+ 人$"))
    said = _first_number(number)
    number.click()
    expect(supervisor.locator("[data-total]").first).to_have_attribute("data-total", str(said))
    return said


def _numbers(supervisor: Page) -> list[tuple[int, str]]:
    """Every number that is a link on the street's page, its community's and its cell's, with its address."""
    found = []
    supervisor.goto("/")
    for place in (COMMUNITY, CELL, ""):
        links = supervisor.locator("main a[href*='/status/']:visible").filter(has_text=re.compile(r"^\s*\d+"))
        found += [(_first_number(link), link.get_attribute("href") or "") for link in links.all()]
        if place:
            supervisor.locator("main").get_by_role("link", name=place, exact=True).click()
            expect(supervisor.get_by_role("heading", level=1)).to_contain_text(place)
    assert len(found) > 20
    return found


def _first_number(link: Locator) -> int:
    found = re.search(r"\d+", link.text_content() or "")
    assert found
    return int(found[0])


def _tap(page: Page, words: str) -> None:
    page.locator("label.opt", has_text=words).first.click()


def _press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words).click()


def _row(page: Page, name: str) -> Locator:
    return page.locator("li", has_text=name)


def _said(page: Page) -> Locator:
    return page.locator("#flash .flash")
