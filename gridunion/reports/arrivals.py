"""Reports that come from another installation: whose are taken in, and taking one in."""

from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from sqlalchemy import select

from gridunion import signing
from gridunion.db import db
from gridunion.fields import Cleaned, Form, ValidationError, needed
from gridunion.reports.models import ANSWER
from gridunion.reports.month import Month
from gridunion.reports.travel import MOST_BYTES, Refused, Sender, take_in
from gridunion.reports.views import bp
from gridunion.rights import allow
from gridunion.units.forms import UnitCode
from gridunion.web import find, go, page, say, takes, viewer


class ArrivalForm(Form):
    file = FileField(lazy_gettext("选月报文件"))


class SenderForm(Form):
    unit = UnitCode(lazy_gettext("是谁的（单位编码）"), validators=[needed(lazy_gettext("请填单位编码"))])
    key = Cleaned(lazy_gettext("公钥"), validators=[needed(lazy_gettext("请填对方的公钥"))])

    def validate_key(self, field: Cleaned) -> None:
        if field.data and not signing.is_key(field.data):
            raise ValidationError(_("这不是公钥，应是 44 个字符，请对照对方的“我的公钥”"))
        if field.data and db.session.scalar(select(Sender.id).where(Sender.key == field.data)):
            raise ValidationError(_("这把公钥已经登记过"))


@bp.get("/arrivals")
@allow(ANSWER)
def arrivals() -> Response:
    return _arrivals(ArrivalForm(formdata=None))


def _arrivals(form: ArrivalForm, status: int = 200) -> Response:
    return page("reports/arrivals.html", status, form=form, senders=_senders())


def _senders() -> list[Sender]:
    return list(db.session.scalars(select(Sender).order_by(Sender.id)))


@bp.post("/arrivals")
@takes(MOST_BYTES + 2**14)
@allow(ANSWER)
def arrive() -> Response:
    """Take in a report somebody brought as a file."""
    form, file = ArrivalForm(), request.files.get("file")
    form.submitted()
    data = file.read(MOST_BYTES + 1) if file else b""
    try:
        if form.errors or len(data) > MOST_BYTES or not data:
            raise Refused(_("请选一份月报文件，最大 1 MB"))
        report = take_in(data)
    except Refused as problem:
        form.file.errors = [str(problem)]
        return _arrivals(form, 422)
    month = Month(report.month)
    say(_("已收到：%(place)s %(month)s，第 %(n)s 版", place=report.unit.name, month=month, n=report.edition))
    return go(url_for(".show", code=report.unit.code, month=month))


@bp.get("/senders")
@allow("manage settings")
def senders() -> Response:
    return _sender_page(SenderForm(formdata=None))


def _sender_page(form: SenderForm, status: int = 200) -> Response:
    return page("reports/senders.html", status, form=form, senders=_senders(), key=signing.public_key())


@bp.post("/senders")
@allow("manage settings")
def add_sender() -> Response:
    form = SenderForm()
    if not form.submitted() or form.unit.unit is None:
        return _sender_page(form, 422)
    db.session.add(Sender(unit=form.unit.unit, key=form.key.data, added_by_id=viewer().account_id))
    say(_("已登记：收%(place)s的月报", place=form.unit.unit.name))
    return go(url_for(".senders"))


@bp.post("/senders/<uuid:uid>/delete")
@allow("manage settings")
def drop_sender(uid: UUID) -> Response:
    """Take in nothing more from somebody; what was taken in stays."""
    sender = find(Sender, uid)
    db.session.delete(sender)
    say(_("不再收%(place)s的月报", place=sender.unit.name), kind="warn")
    return go(url_for(".senders"))
