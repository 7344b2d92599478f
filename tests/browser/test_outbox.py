"""What a phone without a line holds back: nothing is lost, nothing doubled, and nobody else reads it (T14)."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    Response,
    Route,
    expect,
)

from tests.browser.conftest import HARMLESS, PHONE, enter
from tests.browser.test_pages import AXE, SMALL, VIOLATIONS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NEW = "/members/new"
# What a bad line makes a browser complain of; anything else is a fault.
BAD_LINE = (
    *HARMLESS,
    "net::ERR_",
    "htmx:sendError",
    "status of 401",
    "status of 503",
    "Response Status Error Code 503",
)
DUMP = """async () => {
  const base = await new Promise(done => {
    const asked = indexedDB.open("gridunion");
    asked.onsuccess = () => done(asked.result);
  });
  const text = it => it instanceof ArrayBuffer || ArrayBuffer.isView(it)
    ? new TextDecoder("latin1").decode(it) + new TextDecoder().decode(it)
    : it && typeof it === "object" ? Object.entries(it).map(([name, of]) => name + "=" + text(of)).join(";")
    : String(it);
  const all = name => new Promise(done => {
    base.transaction(name).objectStore(name).getAll().onsuccess = e => done(e.target.result);
  });
  const names = [...base.objectStoreNames], rows = await Promise.all(names.map(all));
  base.close();
  return { counts: Object.fromEntries(names.map((name, i) => [name, rows[i].length])),
    text: text(rows) + JSON.stringify(localStorage) + JSON.stringify(sessionStorage) };
}"""
# Change what stands in the store of entries: HOW says what becomes of each `row` of `items`.
CHANGE = """() => new Promise(done => {
  indexedDB.open("gridunion").onsuccess = e => {
    const base = e.target.result, act = base.transaction(["items"], "readwrite"), items = act.objectStore("items");
    items.getAll().onsuccess = e => e.target.result.forEach(row => { HOW });
    act.oncomplete = () => { base.close(); done(); };
  };
})"""


@pytest.fixture
def phone(browser: Browser, address: str) -> Iterator[Callable[..., BrowserContext]]:
    """A phone nobody has used yet, with somebody signed in."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def of(login: str = "neighbor", **options: Any) -> BrowserContext:
        context = browser.new_context(base_url=address, viewport=PHONE, locale="zh-CN", **options)
        context.set_default_timeout(10_000)
        opened.append(context)
        context.on("weberror", lambda error: faults.append(str(error.error)))
        context.on("console", lambda said: faults.append(said.text) if _is_fault(said) else None)
        if login:
            enter(context.new_page(), login)
        return context

    yield of
    for context in opened:
        context.close()
    assert not faults, faults


def _is_fault(said: ConsoleMessage) -> bool:
    return said.type == "error" and not any(words in said.text for words in BAD_LINE)


def _bar(page: Page) -> Locator:
    return page.locator("#outbox > .flash")


def _tick(page: Page, words: str) -> None:
    """Surely: a message about the line may move the page under the finger."""
    page.locator("label.opt", has_text=words).locator("input").evaluate("it => it.click()")


def _register(page: Page, name: str, phone: str) -> None:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("手机号").fill(phone)
    _tick(page, "网约送餐员")
    page.get_by_label("单位或平台").fill("快到家配送站")
    _tick(page, "本人同意工会登记")
    page.get_by_role("button", name="提交入会申请").click()


def _complain(page: Page, category: str, text: str) -> None:
    page.get_by_label("谁反映的").fill("史小燕")
    _tick(page, category)
    page.get_by_label("怎么回事").fill(text)
    page.get_by_role("button", name="提交诉求").click()


def _found(page: Page, words: str) -> int:
    page.goto("/members/")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("heading", name=re.compile("找到|没有找到"))).to_be_visible()
    return page.locator("#list").get_by_role("link", name=words, exact=True).count()


def _dump(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(DUMP)
    return found


def _change(page: Page, how: str) -> None:
    page.evaluate(CHANGE.replace("HOW", how))


def _leave(page: Page) -> None:
    page.goto("/me")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/login**")


def test_typed_without_a_line_it_is_sent_once_when_there_is_one(phone: Callable[..., BrowserContext]) -> None:
    line = phone()
    page = line.pages[0]
    page.goto(NEW)
    line.set_offline(True)
    _register(page, "齐文彬", "13991677101")
    expect(_bar(page)).to_contain_text("没有网络，1 条记录存在手机里")
    expect(_bar(page)).to_be_focused()
    expect(page.locator("#live")).to_contain_text("1 条记录存在手机里")
    expect(page.get_by_label("姓名")).to_have_value("")
    _register(page, "齐文秀", "13991677102")
    expect(_bar(page)).to_contain_text("2 条记录")
    page.get_by_text("看是哪几条").click()
    expect(page.locator("#outbox li")).to_have_count(2)
    expect(page.locator("#outbox li").first).to_contain_text("登记会员 齐文彬")
    page.evaluate(AXE)
    assert (page.evaluate(VIOLATIONS), page.evaluate(SMALL)) == ([], [])
    kept = _dump(page)
    assert kept["counts"] == {"items": 2, "bodies": 2}
    for canary in ("齐文", "1399167710", "快到家", "网约", "csrf", "outbox-to"):
        assert canary not in kept["text"], canary
    line.set_offline(False)
    expect(_bar(page)).to_contain_text("补传好了 2 条")
    expect(page.locator("#outbox li").first).to_contain_text("已传")
    assert _dump(page)["counts"] == {"items": 0, "bodies": 0}
    assert (_found(page, "齐文彬"), _found(page, "齐文秀")) == (1, 1)
    expect(page.locator("#outbox")).to_be_hidden()


def test_an_answer_that_was_lost_and_two_tabs_make_one_record(
    phone: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    line = phone()
    page, other = line.pages[0], line.new_page()
    stored: list[str] = []

    def lose(route: Route) -> None:
        stored.append(route.fetch().headers["hx-redirect"])
        route.abort()

    def heard(answer: Response) -> None:
        if answer.request.method == "POST" and answer.url.endswith("/complaints/new"):
            stored.append(answer.headers["hx-redirect"])

    picture = tmp_path / "现场.png"
    page.goto("/complaints/new")
    page.locator("h1").screenshot(path=picture)
    page.get_by_label("加照片").set_input_files(picture)
    expect(page.locator(".chip-dash")).to_contain_text("已选 1 张")
    page.route("**/complaints/new", lose)
    _complain(page, "拖欠工资", "十月的保洁费没发，\n说了三次。")
    expect(_bar(page)).to_contain_text("1 条记录存在手机里，还没传")
    assert len(stored) == 1, "it was stored, and nobody heard of it"
    assert "保洁费" not in _dump(page)["text"]
    page.unroute("**/complaints/new")
    line.on("response", heard)
    for tab in (page, other):
        tab.goto("/today", wait_until="commit")
    for tab in (page, other):
        tab.wait_for_load_state("networkidle")
        expect(tab.locator("#outbox li", has_text="待传")).to_have_count(0)
    assert len(stored) > 1 and len(set(stored)) == 1, "every answer leads to the one record"
    assert _dump(page)["counts"] == {"items": 0, "bodies": 0}


def test_neither_a_fault_nor_a_lost_session_nor_another_user_loses_or_reads_it(
    phone: Callable[..., BrowserContext], browser: Browser, address: str
) -> None:
    line = phone()
    page = line.pages[0]
    page.goto(NEW)
    page.route(
        f"**{NEW}",
        lambda route: (
            route.fulfill(status=503, body="") if route.request.method == "POST" else route.continue_()
        ),
    )
    _register(page, "齐文光", "13991677103")
    expect(_bar(page)).to_contain_text("1 条记录存在手机里，还没传")
    page.reload()
    expect(_bar(page)).to_contain_text("1 条记录存在手机里，还没传")
    page.unroute(f"**{NEW}")
    # The session ends elsewhere: the cookie stays, and opens nothing.
    elsewhere = browser.new_context(base_url=address, storage_state=line.storage_state()).new_page()
    page.route(f"**{NEW}", lambda route: route.abort())
    page.goto("/today")
    expect(_bar(page)).to_contain_text("1 条记录")
    _leave(elsewhere)
    elsewhere.context.close()
    page.unroute(f"**{NEW}")
    page.get_by_role("button", name="补传").click()
    expect(_bar(page)).to_contain_text("重新登录后补传")
    # Somebody else takes the phone.
    enter(page, "leader2")
    expect(page.locator("#outbox")).to_be_hidden()
    page.goto(NEW)
    page.wait_for_load_state("networkidle")
    kept = _dump(page)
    assert kept["counts"] == {"items": 1, "bodies": 1} and "齐文光" not in page.content() + kept["text"]
    line.set_offline(True)
    _register(page, "齐文月", "13991677105")
    expect(_bar(page)).to_contain_text("没有网络，1 条记录")
    line.set_offline(False)
    expect(_bar(page)).to_contain_text("补传好了 1 条")
    _leave(page)
    kept = _dump(page)
    assert kept["counts"] == {"items": 1, "bodies": 1}, "leaving wipes nobody's entries"
    assert "齐文光" not in page.content() + kept["text"]
    with page.expect_response(lambda it: it.url.endswith(NEW) and it.request.method == "POST") as sent:
        enter(page, "neighbor")
    assert sent.value.headers["receipt"]
    expect(_bar(page)).to_contain_text("补传好了 1 条")
    assert _found(page, "齐文光") == 1
    _leave(page)
    assert "told-" not in json.dumps(page.evaluate("({...localStorage})")), "nothing waits: all is cleared"


def test_what_the_union_refuses_is_put_right_by_its_owner_or_thrown_away(
    phone: Callable[..., BrowserContext],
) -> None:
    line = phone()
    page = line.pages[0]
    page.goto(NEW)
    line.set_offline(True)
    _register(page, "齐文海", "1399167")
    expect(_bar(page)).to_contain_text("1 条记录")
    _register(page, "齐文江", "1399168")
    expect(_bar(page)).to_contain_text("2 条记录")
    with page.expect_response("**/unsent") as told:
        line.set_offline(False)
    assert told.value.status == 204
    rows = page.locator("#outbox li")
    expect(rows.filter(has_text="没收下")).to_have_count(2)
    page.goto("/me")
    expect(page.locator("#leave")).to_contain_text("手机里还有 2 条没传")
    page.once("dialog", lambda asked: asked.accept())
    rows.filter(has_text="齐文江").get_by_role("button", name="删掉").click()
    expect(rows).to_have_count(1)
    with page.expect_navigation():
        rows.get_by_role("button", name="打开改").click()
    expect(page.locator("#errsum")).to_contain_text("手机号")
    expect(page.get_by_label("姓名")).to_have_value("齐文海")
    page.get_by_label("手机号").fill("13991677104")
    with page.expect_navigation():
        page.get_by_role("button", name="提交入会申请").click()
    expect(page.locator("#flash")).to_contain_text("已登记：齐文海")
    expect(page.locator("#outbox")).to_be_hidden()
    assert _dump(page)["counts"] == {"items": 0, "bodies": 0}


def test_what_a_phone_never_keeps(phone: Callable[..., BrowserContext]) -> None:
    line = phone()
    page = line.pages[0]
    page.goto("/complaints/new")
    line.set_offline(True)
    _complain(page, "性骚扰", "组长堵在更衣室门口。")
    expect(page.locator("#flash")).to_contain_text("保密的诉求不存在手机里")
    expect(page.get_by_label("怎么回事")).to_have_value("组长堵在更衣室门口。")
    assert _dump(page)["counts"] == {"items": 0, "bodies": 0}
    _tick(page, "拖欠工资")
    page.locator("#flash").get_by_role("button", name="再试一次").click()
    expect(_bar(page)).to_contain_text("1 条记录")
    _change(page, "for (let n = 0; n < 49; n++) items.put({...row, key: 'k' + n, no: 422})")
    _complain(page, "拖欠工资", "第五十一条")
    expect(page.locator("#flash")).to_contain_text("已经存满 50 条")
    assert _dump(page)["counts"]["items"] == 50
    _change(page, "row.key[0] === 'k' ? items.delete(row.key) : items.put({...row, at: row.at - 50 * 36e5})")
    page.route("**/complaints/new", lambda it: it.abort() if it.request.method == "POST" else it.continue_())
    line.set_offline(False)
    page.reload()
    page.get_by_text("看是哪几条").click()
    expect(page.locator("#outbox li")).to_contain_text("快过 72 小时")
    _change(page, "items.put({...row, at: row.at - 23 * 36e5})")
    page.reload()
    expect(page.locator("#outbox li")).to_contain_text("过了 72 小时，已删")
    assert _dump(page)["counts"] == {"items": 1, "bodies": 0}
    page.get_by_role("button", name="删掉").click()
    expect(page.locator("#outbox")).to_be_hidden()
