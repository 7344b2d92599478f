"""Pairs that may be one person, the page on which two files become one, and the way back."""

from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from wtforms import HiddenField

from gridunion import audit, settings
from gridunion.db import db
from gridunion.fields import Form
from gridunion.members.carrying import told_of
from gridunion.members.membership import STANDINGS
from gridunion.members.merge_fields import FIELDS, alike_fields, choices
from gridunion.members.merging import Merge, NotMerged, why_apart
from gridunion.members.models import Person
from gridunion.members.spans import Span, one_line
from gridunion.members.suspect_list import MOST, count, pair_of, pairs
from gridunion.members.twins import words
from gridunion.members.views import bp
from gridunion.rights import allow
from gridunion.web import edited, find, go, page, say, viewer


class MergeForm(Form):
    """Which versions of the two files its reader saw; the choices have names of their own."""

    other_version = HiddenField("")

    @property
    def taken(self) -> set[str]:
        """The fields that shall come from the other file."""
        return {name for name in FIELDS if request.form.get(f"from_{name}") == "other"}

    def show(self, kept: Person, other: Person) -> None:
        self.row_version.data, self.other_version.data = str(kept.version), str(other.version)


@bp.get("/suspects")
@allow("merge members")
def suspects() -> Response:
    rows, after = pairs(request.args.get("after", ""))
    return page("members/suspects.html", rows=rows, after=after, total=count(), most=MOST)


@bp.get("/<uuid:uid>/merge/<uuid:other_uid>")
@allow("merge members")
def merge(uid: UUID, other_uid: UUID) -> Response:
    """Both files side by side. The first address names the one that stays."""
    kept, other = find(Person, uid), find(Person, other_uid)
    if kept is other:
        return go(url_for("members.show", uid=kept.uid))
    form = MergeForm(formdata=None)
    form.show(kept, other)
    return _side_by_side(kept, other, form)


def _side_by_side(kept: Person, other: Person, form: MergeForm, status: int = 200) -> Response:
    pair, taken = pair_of(kept, other), form.taken if status != 200 else None
    return page(
        "members/merge.html", status, kept=kept, other=other, form=form, choices=choices(kept, other, taken),
        same=alike_fields(kept, other), moves=_moves(other), joined=_joined(kept, other), pair=pair,
        reasons=words(pair.reasons) if pair else [], changed=status == 409, standings=STANDINGS,
        why_not=why_apart(kept, other),
        days=settings.value("merge.undo.days", kept.unit.path),
    )  # fmt: skip


def _moves(other: Person) -> list[tuple[object, int]]:
    """What goes along, as far as the viewer may know of it."""
    spans = [(_("会籍记录"), len(other.memberships))]
    return [(said, n) for said, n in [*((it.words, count) for it, count in told_of(other)), *spans] if n]


def _joined(*people: Person) -> object:
    """The day of joining that will hold."""
    spans = [Span(it.id, it.status, it.from_on, it.until_on) for one in people for it in one.memberships]
    days = [piece.from_on for piece in one_line(spans)[0] if piece.status == "active"]
    return min(days, default=None)


@bp.post("/<uuid:uid>/merge/<uuid:other_uid>")
@allow("merge members")
def make_one(uid: UUID, other_uid: UUID) -> Response:
    kept, other, form = find(Person, uid), find(Person, other_uid), MergeForm()
    if kept is other:
        raise NotMerged(_("这两份档案已经是一份了。"))
    if edited(kept, form) or form.other_version.data != str(other.version):
        form.show(kept, other)
        return _side_by_side(kept, other, form, 409)
    Merge.of(kept, other, form.taken, viewer())
    say(_("已合并成一份：%(name)s", name=kept.name), undo=url_for("members.undo_merge", uid=other.uid))
    return go(url_for("members.show", uid=kept.uid))


@bp.post("/<uuid:uid>/merge/<uuid:other_uid>/dismissal")
@allow("merge members")
def dismiss(uid: UUID, other_uid: UUID) -> Response:
    """They are two people."""
    one, other = find(Person, uid), find(Person, other_uid)
    pair = pair_of(one, other)
    if pair is None:
        raise NotMerged(_("这两份档案已经不在疑似重复里了。"))
    if pair.state == "open":
        pair.dismiss(viewer().name)
        for person in (one, other):
            audit.note("two people", person)
    say(_("记下了，不是同一个人：%(one)s、%(other)s", one=one.name, other=other.name))
    return go(url_for("members.suspects"))


@bp.get("/<uuid:uid>/merge")
@allow("merge members")
def merged(uid: UUID) -> Response:
    """What became of a file that was merged, and whether that can be undone."""
    found = _merge_of(uid)
    if found is None:
        return go(url_for("members.show", uid=find(Person, uid).uid))
    loser = db.session.get_one(Person, found.loser_id)
    return page(
        "members/merged.html", merge=found, loser=loser, kept=find(Person, uid), why_not=found.why_not()
    )


@bp.post("/<uuid:uid>/merge/undo")
@allow("merge members")
def undo_merge(uid: UUID) -> Response:
    found = _merge_of(uid)
    if found is None:
        find(Person, uid)
        raise NotMerged(_("这份档案没有合并，或合并已经撤销了。"))
    loser = found.undo(viewer())
    say(_("合并已撤销，又是两份档案：%(name)s", name=loser.name))
    return go(url_for("members.show", uid=loser.uid))


def _merge_of(uid: UUID) -> Merge | None:
    """The merge that ended a file."""
    loser = db.session.scalars(select(Person).where(Person.uid == uid)).one_or_none()
    if loser is None:
        return None
    found = select(Merge).where(Merge.loser_id == loser.id, Merge.undone_at.is_(None))
    return db.session.scalars(found.order_by(Merge.id.desc()).limit(1)).one_or_none()
