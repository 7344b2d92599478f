"""Django's admin over the same people: what one would take off the shelf instead.

It works on a copy of the base with Django's own tables beside ours, as durable as ours, behind the same server. It
shows twenty people of the same cell, in the same order, and stores a person. It knows no consent, no trail, no
receipts, no figures and no search row.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import django
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from tests.bench.bases import Base
from tests.bench.cases import name, phone
from tests.bench.measure import Call, Thing, same
from tests.bench.pages import Request, port_of

DURABLE = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000"
OWN = ("admin", "auth", "contenttypes", "sessions", "messages")
LAYERS = (
    "django.middleware.security.SecurityMiddleware", "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)  # fmt: skip
SEEN_BY_TEMPLATES = (
    "django.template.context_processors.request",
    "django.contrib.auth.context_processors.auth",
    "django.contrib.messages.context_processors.messages",
)


class Shelf(AppConfig):
    name, label, default_auto_field = "tests.bench", "bench", "django.db.models.BigAutoField"


class Urls:
    """The addresses of the site: the admin's, once Django is set up."""

    urlpatterns: list[Any] = []


CELL = """
SELECT p.unit_id FROM posting p JOIN account a ON a.id = p.account_id WHERE a.login = 'worker'"""


@contextmanager
def admin(base: Base) -> Iterator["Admin"]:
    """The admin on a copy of a base, for the worker's cell."""
    (unit_id,) = base.one(CELL)
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "copy.db"
        base.raw.execute("VACUUM INTO ?", (str(file),))
        _set_up(file)
        yield Admin(unit_id)


def _set_up(file: Path) -> None:
    database = {
        "ENGINE": "django.db.backends.sqlite3", "NAME": str(file),
        "OPTIONS": {"init_command": DURABLE, "transaction_mode": "IMMEDIATE"},
    }  # fmt: skip
    templates = {
        "BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True,
        "OPTIONS": {"context_processors": list(SEEN_BY_TEMPLATES)},
    }  # fmt: skip
    settings.configure(
        SECRET_KEY=token_hex(16), ALLOWED_HOSTS=["*"], DATABASES={"default": database}, TEMPLATES=[templates],
        INSTALLED_APPS=[*(f"django.contrib.{name}" for name in OWN), "tests.bench.admin.Shelf"],
        MIDDLEWARE=list(LAYERS), ROOT_URLCONF=Urls, STATIC_URL="/static/", USE_TZ=True, TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
    )  # fmt: skip
    django.setup()
    call_command("migrate", verbosity=0)


class Admin:
    """What a signed-in superuser asks of it."""

    def __init__(self, unit_id: int) -> None:
        _offer_people(unit_id)
        self.port, self.token = port_of(get_wsgi_application()), token_hex(16)
        self.cookie = f"sessionid={_signed_in()}; csrftoken={self.token}"

    @property
    def things(self) -> dict[str, Thing]:
        found = [
            Thing("admin list", same(self._ask("GET", b"")), 5),
            Thing("admin register", self._register, 8),
        ]
        return {thing.name: thing for thing in found}

    def _register(self) -> Call:
        """Somebody new."""
        form = {"name": name(), "phone": phone(), "key_group": "courier", "status": "applied",
                "csrfmiddlewaretoken": self.token}  # fmt: skip
        return self._ask("POST", urlencode(form).encode(), "add/")

    def _ask(self, method: str, body: bytes, page: str = "") -> Request:
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        return Request((self.port, method, f"/admin/bench/person/{page}", headers, body))


def _signed_in() -> str:
    from django.contrib.auth.models import User  # noqa: PLC0415 - models can be had only now
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415

    user = User.objects.create_superuser("worker", password=token_hex(8))
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store["_auth_user_backend"] = "django.contrib.auth.backends.ModelBackend"
    store["_auth_user_hash"] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def _offer_people(cell: int) -> None:
    """The people of a cell, with the columns our own list shows and the fields our own form asks for."""
    from django.contrib import admin  # noqa: PLC0415
    from django.db import models  # noqa: PLC0415
    from django.urls import path  # noqa: PLC0415

    def now() -> datetime:
        return datetime.now(UTC)

    def own(**options: Any) -> Any:
        return {"editable": False} | options

    class Person(models.Model):
        uid = models.CharField(max_length=32, **own(default=lambda: uuid4().hex))
        unit_id = models.BigIntegerField(**own(default=cell))
        version = models.IntegerField(**own(default=1))
        recorded_at = models.DateTimeField(**own(default=now))
        name = models.CharField(max_length=60)
        reading = models.CharField(max_length=120, **own(default=""))
        initials = models.CharField(max_length=20, **own(default=""))
        phone = models.CharField(max_length=20)
        key_group = models.CharField(max_length=20, blank=True)
        work_status = models.CharField(max_length=20, **own(null=True))
        hardship_class = models.CharField(max_length=20, **own(null=True))
        status = models.CharField(max_length=20)
        seen_at = models.DateTimeField(**own(default=now))
        share_birthday = models.BooleanField(**own(default=False))
        new_form = models.BooleanField(**own(default=True))

        class Meta:
            app_label, db_table, managed = "bench", "person", False
            ordering = ("seen_at", "id")

    class People(admin.ModelAdmin):  # type: ignore[type-arg]
        list_display = ("name", "phone", "key_group", "work_status", "hardship_class", "status", "seen_at")
        list_filter, search_fields, list_per_page = ("key_group", "status"), ("name", "phone"), 20

        def get_queryset(self, request: Any) -> Any:
            return super().get_queryset(request).filter(unit_id=cell, status="active")

    apps.clear_cache()
    admin.site.register(Person, People)
    Urls.urlpatterns.append(path("admin/", admin.site.urls))
