"""A real browser before a real server: Chromium and the demo on a base that is thrown away."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "qianfoshan-2026-liulin"
CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser")  # the first spares the suite a tenth
PHONE: ViewportSize = {"width": 390, "height": 844}

Sit = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        missing = "Chromium is not installed: nothing was looked at in a browser"
        (pytest.fail if os.environ.get("GRIDUNION_REQUIRE") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the site answers."""
    home = tmp_path_factory.mktemp("browser") / "var"
    environ = os.environ | {"GRIDUNION_HOME": str(home), "GRIDUNION_DEMO_PASSWORD": PASSWORD}
    for name in ("DATABASE_URL", "GRIDUNION_KEYS", "GRIDUNION_ENV"):
        environ.pop(name, None)
    command = [sys.executable, "-m", "tests.browser.server"]
    with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        port = server.stdout.readline().strip()
        assert port, "the server did not start"
        yield f"http://127.0.0.1:{port}"
        server.terminate()


@pytest.fixture(scope="session")
def seats(browser: Browser, address: str) -> Callable[[str], Any]:
    """What the browser of somebody who signed in remembers; they sign in once."""
    known: dict[str, Any] = {"": None}

    def seat(login: str) -> Any:
        if login not in known:
            context = browser.new_context(base_url=address, viewport=PHONE)
            enter(context.new_page(), login)
            known[login] = context.storage_state()
            context.close()
        return known[login]

    return seat


def enter(page: Page, login: str) -> None:
    """Sign in as people do."""
    page.goto("/login")
    page.get_by_label("手机号或账号").fill(login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(lambda url: "/login" not in url)


@pytest.fixture
def sit(browser: Browser, address: str, seats: Callable[[str], Any]) -> Iterator[Sit]:
    """Sit somebody down before the site, with a phone unless said otherwise. What the browser complains of fails."""
    opened: list[BrowserContext] = []
    faults: list[str] = []

    def down(login: str = "", **options: Any) -> Page:
        how = {"viewport": PHONE, "locale": "zh-CN", "storage_state": seats(login)} | options
        context = browser.new_context(base_url=address, **how)
        context.set_default_timeout(10_000)
        opened.append(context)
        page = context.new_page()
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield down
    for context in opened:
        context.close()
    assert not faults, faults


# What is no fault: a form that came back to be corrected, and a request given up because somebody went on.
HARMLESS = ("status of 422", "htmx:sendAbort", "htmx:afterRequest")


def is_fault(said: ConsoleMessage) -> bool:
    return said.type in ("error", "warning") and not any(words in said.text for words in HARMLESS)
