"""The pages as a browser asks for them: over a socket, from the product's server, which serves the floor as well.

The servers are threads of this process and the browser is another process, so the CPU of this process is what an
answer costs the server: the parsing, the threads and the socket are paid by the floor too, as they would be.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from waitress.server import create_server

from tests.bench.client import Answer, Question, answer_all

Site = Callable[[dict[str, Any], Callable[..., Any]], Any]
_browsers: list[Any] = []


class Unexpected(AssertionError):
    """A page did not answer as it should: what was measured would mean nothing."""


@contextmanager
def browsing() -> Iterator[None]:
    """While a browser is there to ask."""
    spawn = get_context("spawn")
    here, there = spawn.Pipe()
    browser = spawn.Process(target=answer_all, args=(there,), daemon=True)
    browser.start()
    _browsers.append(here)
    try:
        yield
    finally:
        _browsers.remove(here)
        here.send(None)
        browser.join()


@cache
def port_of(site: Site) -> int:
    """Where a site is served, with the settings of `flask serve`."""
    server: Any = create_server(site, host="127.0.0.1", port=0, threads=8, ident=None)
    Thread(target=server.run, daemon=True).start()
    return int(server.effective_port)


@dataclass(frozen=True)
class Request:
    """A request ready to be sent; called, it gives the body of the answer."""

    question: Question

    def __call__(self) -> bytes:
        (answer,) = ask([self], bodies=True)
        return answer[1]


def ask(requests: Sequence[Request], bodies: bool = False) -> list[Answer]:
    """Ask one after the other. Raises Unexpected unless each answer is a page or a redirect after a change."""
    (browser,) = _browsers
    browser.send(([request.question for request in requests], bodies))
    answers: list[Answer] = browser.recv()
    for request, (status, body) in zip(requests, answers, strict=True):
        if status not in (200, 302, 303):
            raise Unexpected(f"{request.question[2]}: {status} {body[:300].decode(errors='replace')}")
    return answers


class Browser:
    """Somebody signed in to a site: the product or the floor."""

    def __init__(self, site: Site, cookie: str, token: str = "") -> None:
        self.port, self.cookie, self.token = port_of(site), cookie, token

    def get(self, address: str, **headers: str) -> Request:
        return self._request("GET", address, b"", headers)

    def post(self, address: str, fields: dict[str, str], **headers: str) -> Request:
        body = urlencode({"csrf_token": self.csrf(), **fields}).encode()
        kind = {"content_type": "application/x-www-form-urlencoded"}
        return self._request("POST", address, body, kind | headers)

    def csrf(self) -> str:
        if not self.token:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/me")().decode())
            assert found, "a page without a form token"
            self.token = found[1]
        return self.token

    def _request(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Request:
        told = {name.replace("_", "-"): text for name, text in headers.items()}
        return Request((self.port, method, address, {"Cookie": f"gu={self.cookie}"} | told, body))
