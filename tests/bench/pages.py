"""The product's pages as a browser asks for them, answered in this process: no sockets, no compression."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

Site = Callable[[dict[str, Any], Callable[..., Any]], Any]


class Browser:
    """Somebody signed in to a WSGI site: the product's or the floor's."""

    def __init__(self, site: Site, cookie: str, token: str = "") -> None:
        self.site, self.cookie, self.token = site, cookie, token

    def get(self, address: str, **headers: str) -> Callable[[], bytes]:
        environ = self._environ("GET", address, b"", headers)
        return lambda: answer(self.site, environ)

    def post(self, address: str, fields: dict[str, str], **headers: str) -> Callable[[], bytes]:
        body = urlencode({"csrf_token": self.csrf(), **fields}).encode()
        environ = self._environ("POST", address, body, headers)
        return lambda: answer(self.site, environ, body)

    def csrf(self) -> str:
        if not self.token:
            page = self.get("/me")().decode()
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found, "a page without a form token"
            self.token = found[1]
        return self.token

    def _environ(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
        path, _, query = address.partition("?")
        return {
            "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "8000", "HTTP_HOST": "127.0.0.1:8000",
            "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": f"gu={self.cookie}",
            "CONTENT_TYPE": "application/x-www-form-urlencoded", "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http", "wsgi.input": BytesIO(), "wsgi.errors": BytesIO(),
            "wsgi.multithread": True, "wsgi.multiprocess": False, "wsgi.run_once": False,
            **{f"HTTP_{name.upper()}": text for name, text in headers.items()},
        }  # fmt: skip


class Unexpected(AssertionError):
    """A page did not answer as it should: what was measured would mean nothing."""


def answer(site: Site, environ: dict[str, Any], body: bytes = b"") -> bytes:
    """The body of an answer. Raises Unexpected unless it is a page or a redirect after a change."""
    said: list[str] = []

    def start(status: str, _headers: Any, _problem: Any = None) -> None:
        said.append(status)

    chunks = site({**environ, "wsgi.input": BytesIO(body)}, start)
    try:
        whole = b"".join(chunks)
    finally:
        getattr(chunks, "close", lambda: None)()
    if said[0][:3] not in ("200", "303"):
        raise Unexpected(f"{environ['PATH_INFO']}: {said[0]} {whole[:300].decode(errors='replace')}")
    return whole
