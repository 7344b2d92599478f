"""The README's pictures, taken anew: python -m tests.browser.pictures"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.browser.conftest import PASSWORD, PHONE, ROOT, enter

HERE = Path(__file__).parent / "pictures"
SCREEN: ViewportSize = {"width": 1280, "height": 800}
TAKEN = {"today": ("worker", PHONE), "board": ("supervisor", SCREEN)}


def main() -> None:
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        environ = os.environ | {"GRIDUNION_HOME": f"{home}/var", "GRIDUNION_DEMO_PASSWORD": PASSWORD}
        command = [sys.executable, "-m", "tests.browser.server"]
        with subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            address = f"http://127.0.0.1:{server.stdout.readline().strip()}"
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            for name, (login, size) in TAKEN.items():
                _take(browser, address, name, login, size)
            browser.close()
            server.terminate()


def _take(browser: Browser, address: str, name: str, login: str, size: ViewportSize) -> None:
    context = browser.new_context(base_url=address, viewport=size, locale="zh-CN")
    page = context.new_page()
    enter(page, login)
    page.screenshot(path=HERE / f"{name}.png")
    context.close()


if __name__ == "__main__":
    main()
