"""What every request passes on its way in and out: the cookie, the origin, the token, the headers.

The cookie is a random 256-bit id and nothing else; the database knows only its hash. The CSRF token is derived
from it, so a page needs no stored state before somebody signs in.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, abort, g, request, session
from flask.sessions import SecureCookieSession, SessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from gridunion.config import Config
from gridunion.db import keyring

SAFE = {"GET", "HEAD", "OPTIONS"}
MOST_BYTES = 1024 * 1024  # of a body, where a view does not say otherwise
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; worker-src 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=(self)",
    "Cache-Control": "no-store",
    "Vary": "HX-Request, Cookie",
}


class Token(SecureCookieSession):
    """The session as Flask's extensions know it; all that persists of it is the random id."""

    def __init__(self, token: str, known: bool) -> None:
        self.token, self.known, self.seconds = token, known, None
        super().__init__({"csrf_token": hmac.digest(keyring().secret, token.encode(), "sha256").hex()})
        self.modified = False

    def renew(self, seconds: int | None = None) -> str:
        """A new id, for the moment rights change hands; returns it. `seconds` lets it outlive the browser."""
        fresh = Token(secrets.token_urlsafe(32), known=False)
        self.token, self.known, self.seconds = fresh.token, False, seconds  # type: ignore[assignment]
        self.update(fresh)
        g.pop("form_token", None)  # made from the old id
        return self.token


class TokenCookie(SessionInterface):
    """Hands the random id to the browser and takes it back."""

    def open_session(self, app: Flask, request: Request) -> Token:
        token = request.cookies.get(app.config["SESSION_COOKIE_NAME"], "")
        known = len(token) == 43
        return Token(token if known else secrets.token_urlsafe(32), known)

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        if session.known or not session.accessed or request.endpoint in ("static", "desk.healthz"):
            return
        response.set_cookie(
            app.config["SESSION_COOKIE_NAME"],
            session.token,
            max_age=session.seconds,
            secure=app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )


class Forms(CSRFProtect):  # type: ignore[misc]
    """Lets a change in only with the token of this browser. A page holds it behind a mask of its own, so that
    what is always the same cannot be guessed from the length of compressed pages."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        app.jinja_env.globals["csrf_token"] = form_token
        app.context_processor(lambda: {"csrf_token": form_token})

    def protect(self, apply_exemptions: bool = False) -> None:
        if request.method in SAFE or not request.endpoint:
            return
        if not _is_ours(self._get_csrf_token() or ""):
            raise CSRFError


def form_token() -> str:
    """The token the forms of a page send back: a mask, and the token behind it."""
    if "form_token" not in g:
        g.form_token = urlsafe_b64encode(masked(_true_token())).decode()
    return str(g.form_token)


def masked(secret: bytes) -> bytes:
    """32 bytes a page holds again and again, each time behind another mask: the mask, and what is behind it."""
    mask = secrets.token_bytes(32)
    return mask + _behind(mask, secret)


def _is_ours(given: str) -> bool:
    try:
        sent = urlsafe_b64decode(given)
    except ValueError:
        return False
    return len(sent) == 64 and hmac.compare_digest(_behind(sent[:32], sent[32:]), _true_token())


def _true_token() -> bytes:
    return bytes.fromhex(session["csrf_token"])


def _behind(mask: bytes, token: bytes) -> bytes:
    return (int.from_bytes(mask) ^ int.from_bytes(token)).to_bytes(32)


def digest(token: str) -> str:
    """What the database keeps of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def guard_doors(app: Flask, config: Config) -> None:
    app.session_interface = TokenCookie()
    app.config.update(
        SESSION_COOKIE_NAME="__Host-gu" if config.production else "gu",
        SESSION_COOKIE_SECURE=config.production,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=400,
        TRUSTED_HOSTS=_hosts(config),
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
    )
    if config.proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, config.proxies, config.proxies)  # type: ignore[method-assign]
    app.before_request(_limit_body)
    app.before_request(_refuse_foreign)
    app.before_request(_refuse_nul)
    Forms(app)
    app.after_request(_put_headers)


def _hosts(config: Config) -> list[str]:
    public = urlsplit(config.public_url).hostname or ""
    return [public] if config.production else [public, "127.0.0.1", "localhost"]


def _limit_body() -> None:
    view = g.view
    request.max_content_length = getattr(view, "most_bytes", MOST_BYTES)


def _refuse_foreign() -> None:
    """A change may come only from our own pages. (Browsers send Origin: null under no-referrer.)"""
    if request.method in SAFE:
        return
    origin = request.headers.get("Origin", "null")
    if origin != "null" and urlsplit(origin).netloc != request.host:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        abort(403)


def _refuse_nul() -> None:
    """No address of ours holds one, and PostgreSQL cannot compare with it. (`next` is looked at by safe_next.)"""
    if request.args and any("\0" in said for name, said in request.args.items() if name != "next"):
        abort(400)


def _put_headers(response: Response) -> Response:
    for name, text in HEADERS.items():
        response.headers.setdefault(name, text)
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response


def token_of_request() -> str:
    return str(session.token)  # type: ignore[attr-defined]


_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")


def safe_next(target: str | None) -> str | None:
    """The path to go on to, if it certainly lies on this site."""
    if not target or len(target) > 500 or target[0] != "/" or target[1:2] in ("/", "\\"):
        return None
    if _UNSAFE.search(target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc or "//" in parts.path else target
