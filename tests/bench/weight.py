"""How many bytes a phone gets, compressed as the site sends them to a browser that takes brotli."""

import re

from gridunion.look import static_url
from tests.bench.pages import Browser

PACKED = {"accept_encoding": "br, gzip"}


def first_load(browser: Browser) -> int:
    """The page of signing in, and every file it asks for."""
    page = browser.get("/login")().decode()
    files = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
    return sum(len(browser.get(address, **PACKED)()) for address in ("/login", *sorted(files)))


def own_script(browser: Browser) -> int:
    """That of every page, and that of the staff's pages."""
    return sum(len(browser.get(static_url(name), **PACKED)()) for name in ("app.js", "outbox.js"))


def page(browser: Browser, address: str) -> int:
    return len(browser.get(address, **PACKED)())


def fragment(browser: Browser, address: str, target: str) -> int:
    return len(browser.get(address, hx_request="true", hx_target=target, **PACKED)())
