"""How pages look and speak: language, theme, text size, static addresses, and what every template knows."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, g, has_request_context, redirect, request, url_for
from flask_babel import Babel, format_date, gettext
from flask_compress import Compress
from flask_login import current_user

from gridunion import clock, money, settings
from gridunion.config import ROOT
from gridunion.doors import safe_next
from gridunion.identity import mask_id
from gridunion.menu import menu_of
from gridunion.names import mask_name
from gridunion.once import sender
from gridunion.phones import mask_phone, show_phone
from gridunion.receipts import receipt_by_uid
from gridunion.rights import PUBLIC, allow
from gridunion.text import read_uid
from gridunion.web import new_key, viewer
from gridunion.words import SAID, Words, english

YEAR = 365 * 24 * 3600
CHOICES = {"size": ("", "l", "xl"), "theme": ("", "light", "dark"), "lang": ("zh-CN", "en")}


@dataclass(frozen=True)
class Look:
    """What the reader chose: text size, theme, language."""

    size: str
    theme: str
    lang: str


@dataclass(frozen=True)
class Flash:
    """What was just stored, for the page after it."""

    text: str
    kind: str
    undo_url: str
    undo_label: str = ""
    then_words: str = ""
    then_url: str = ""


def dress(app: Flask) -> None:
    """Teach an app the house's look."""
    babel = Babel(app, default_locale="zh_Hans_CN", locale_selector=locale, default_timezone="Asia/Shanghai",
                  default_translation_directories=str(ROOT / "gridunion" / "translations"))  # fmt: skip
    babel.domain_instance = Words()
    app.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"], COMPRESS_BR_LEVEL=4, COMPRESS_LEVEL=5, COMPRESS_MIN_SIZE=400
    )
    Compress(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        static_url=static_url, icons_url=static_url("icons.svg"), clock=clock, new_key=new_key,
        label=settings.label, labels=settings.labels, choices=settings.choices, mask_phone=mask_phone,
        show_phone=show_phone, mask_id=mask_id, mask_name=mask_name,
    )  # fmt: skip
    app.jinja_env.filters.update(
        day=day,
        moment=moment,
        ago=ago,
        hm=hm,
        weekday=weekday,
        nth=nth,
        whole_day=whole_day,
        yuan=money.words,
    )
    app.context_processor(_known_everywhere)
    app.jinja_env.globals.update(SAID, url_for=address)
    app.jinja_env.know_parts()  # type: ignore[attr-defined]
    app.add_url_rule("/look", "look", choose)


@lru_cache(4000)
def _address(endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def address(endpoint: str, **values: Any) -> str:
    """url_for, remembered: an address of ours is the same in every request."""
    return _address(endpoint, tuple(values.items()))


def locale() -> str:
    return "en" if english() else "zh_Hans_CN"


def look() -> Look:
    """The reader's choices, from cookies; nothing else is accepted."""
    found: Look | None = g.get("look")
    if found is None:
        found = g.look = Look(*(_chosen(name) for name in CHOICES))
    return found


def _chosen(name: str) -> str:
    asked = request.cookies.get(name, "") if has_request_context() else ""  # commands speak Chinese
    return asked if asked in CHOICES[name] else CHOICES[name][0]


@allow(PUBLIC)
def choose() -> Response:
    """Remember a choice of look in a cookie and go back."""
    response = redirect(safe_next(request.args.get("next")) or "/", 303)
    for name, allowed in CHOICES.items():
        if request.args.get(name) in allowed:
            response.set_cookie(name, request.args[name], max_age=YEAR, samesite="Lax", httponly=True)
    return response  # type: ignore[return-value]


@cache
def static_url(name: str) -> str:
    """The address of a static file; it changes when the file does, so browsers may keep it a year."""
    body = Path(ROOT / "static" / name).read_bytes()
    return f"/static/{name}?v={hashlib.sha256(body).hexdigest()[:10]}"


def _known_everywhere() -> dict[str, Any]:
    here = safe_next(request.full_path.rstrip("?")) or "/"
    known: dict[str, Any] = {"look": look(), "here": here, "flash": None, "menu": (), "viewer": None}
    if g.get("eyes") is not None and current_user.is_authenticated:
        who = viewer()
        known |= {"viewer": who, "menu": menu_of(who)}
    if request.args.get("r"):
        known["flash"] = _flash(request.args["r"])
    return known


def _flash(said: str) -> Flash | None:
    uid = read_uid(said)
    receipt = receipt_by_uid(sender(), uid) if uid else None
    if not receipt or not receipt.message:
        return None
    return Flash(receipt.message, receipt.kind, receipt.undo, "", receipt.then_words, receipt.then)


def day(when: date | datetime | None) -> str:
    """11月19日; with the year when it is another one. English: 19 Nov."""
    if when is None:
        return ""
    on = clock.local(when).date() if isinstance(when, datetime) else when
    if english():
        return format_date(on, "d MMM" if on.year == clock.today().year else "d MMM yyyy")
    return (
        f"{on.month}月{on.day}日" if on.year == clock.today().year else f"{on.year}年{on.month}月{on.day}日"
    )


def whole_day(on: date) -> str:
    """2026年11月19日, as it stands under a letter. English: 19 November 2026."""
    return format_date(on, "d MMMM yyyy") if english() else f"{on.year}年{on.month}月{on.day}日"


def nth(when: date | datetime) -> str:
    """18 日, of a day not far off. English needs the month: 18 Nov."""
    on = clock.local(when).date() if isinstance(when, datetime) else when
    return day(on) if english() else f"{on.day} 日"


def hm(when: datetime) -> str:
    """17:30, in Shanghai."""
    at = clock.local(when)
    return f"{at.hour:02}:{at.minute:02}"


def moment(when: datetime | None) -> str:
    """11月19日 17:30."""
    return f"{day(when)} {hm(when)}" if when else ""


def weekday(on: date | None = None) -> str:
    return format_date(on or clock.today(), "EEE" if english() else "EEEE")


def ago(when: datetime | None) -> str:
    """今天 10:40, 昨天 16:22, 17 天前."""
    if when is None:
        return gettext("从来没有")
    days = (clock.today() - clock.local(when).date()).days
    if days <= 0:
        return gettext("今天 %(time)s", time=hm(when))
    if days == 1:
        return gettext("昨天 %(time)s", time=hm(when))
    return gettext("%(days)s 天前", days=days)
