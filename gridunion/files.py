"""Attachments: pictures rebuilt from their pixels, stored by content, written before the row that names them.

A file is fsynced, renamed into place and its folder fsynced; only then may a row be committed that points at
it, so a picture people were told is saved survives a power cut. Nothing is served as it was sent.
"""

import hashlib
import io
import os
import time
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid4

from flask import Response, current_app, request, send_file
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped
from werkzeug.datastructures import FileStorage

from gridunion.db import BigId, Record, db, internal, trusted
from gridunion.jobs import periodic
from gridunion.tree import Scoped

FORMATS = ("JPEG", "PNG", "WEBP")
MOST_BYTES = 8 * 1024 * 1024
MOST_PHOTOS = 3
MOST_SENT = MOST_PHOTOS * MOST_BYTES + 2 * 1024 * 1024  # the pictures, and the form around them
MOST_PIXELS = 40_000_000
UNWANTED = 24 * 60 * 60  # seconds
SIDE = 1600  # pixels of the longer side that is kept


class BadPicture(ValueError):
    """Not a picture we take; the text tells the user."""


class Pictures(NamedTuple):
    """What became of the pictures of a form: digest and bytes of each, or what is wrong with them."""

    kept: list[tuple[str, int]]
    fault: str = ""


class Attachment(Scoped, Record):
    """A picture that belongs to a record, which is named by its UUID."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_subject_uid", "subject_uid"),
        Index("ix_attachment_unit_id", "unit_id"),
    )

    subject_uid: Mapped[UUID] = internal()
    sha256: Mapped[str] = internal(String(64))
    size: Mapped[int] = internal()
    mime: Mapped[str] = internal(String(40))
    recorded_by_id: Mapped[int | None] = internal(BigId)


def rebuild(sent: FileStorage) -> bytes:
    """The picture as a fresh JPEG of at most 1600 pixels a side, nothing of the original file left.

    Raises BadPicture.
    """
    data = sent.stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise BadPicture(_("照片太大，每张不超过 8 MB"))
    try:
        picture = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise BadPicture(_("照片的像素太多，请用手机拍的原图"))
        return _redraw(picture)
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, SyntaxError) as problem:
        raise BadPicture(_("这个文件不是能打开的照片，请用 JPG、PNG 或 WebP")) from problem


def _redraw(picture: Image.Image) -> bytes:
    picture.draft("RGB", (SIDE, SIDE))
    upright = ImageOps.exif_transpose(picture).convert("RGB")
    upright.thumbnail((SIDE, SIDE))
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82)
    return out.getvalue()


def keep(data: bytes) -> str:
    """Store bytes under their SHA-256 so that they survive a power cut; returns the digest."""
    digest = hashlib.sha256(data).hexdigest()
    place = _place(digest)
    if place.exists():
        place.touch()  # it is wanted anew: `sweep` lets it be
    else:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = place.with_name(f"{uuid4().hex}.part")
        with fresh.open("xb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        fresh.rename(place)
        _sync_folder(place.parent)
    return digest


def store_pictures() -> Pictures:
    """Rebuild and store what was sent, before the transaction that will name it."""
    made, fault = rebuilt()
    return Pictures([(keep(data), len(data)) for data in made], fault)


def rebuilt() -> tuple[list[bytes], str]:
    """The pictures that were sent, rebuilt; or what is wrong with them."""
    sent = [file for file in request.files.getlist("photos") if file.filename]
    if len(sent) > MOST_PHOTOS:
        return [], gettext("最多 %(n)s 张照片", n=MOST_PHOTOS)
    try:
        return [_read(file) for file in sent], ""
    except BadPicture as problem:
        return [], str(problem)


def _read(file: FileStorage) -> bytes:
    data = rebuild(file)
    file.stream.seek(0)  # the receipt is made over the whole body
    return data


def attach(subject: Record, unit_id: int, pictures: list[tuple[str, int]], by: int | None) -> None:
    """Name stored pictures (digest, bytes) as belonging to a record."""
    for digest, size in pictures:
        found = Attachment(
            subject_uid=subject.uid, sha256=digest, size=size, mime="image/jpeg", recorded_by_id=by
        )
        found.unit_id = unit_id
        db.session.add(found)


def attachments_of(subject: Record) -> list[Attachment]:
    statement = select(Attachment).where(Attachment.subject_uid == subject.uid).order_by(Attachment.id)
    return list(db.session.scalars(statement))


def serve(found: Attachment) -> Response:
    """The picture, in a box of its own: it can neither run nor be embedded as anything else."""
    return boxed(send_file(_place(found.sha256), mimetype=found.mime, download_name=f"{found.uid.hex}.jpg"))


def boxed(response: Response) -> Response:
    """A picture on its way out: nothing runs it, nothing keeps it."""
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "no-store"
    return response


@periodic("sweep files", nightly=True)
def sweep() -> None:
    """Remove the pictures that no record names, a day after they were last wanted."""
    folders = [folder for folder in _home().iterdir() if folder.is_dir()] if _home().exists() else []
    for folder in folders:
        there = {place.name: place for place in folder.iterdir()}
        sums = Attachment.__table__.c.sha256
        named = set(trusted(select(sums).where(sums.in_(list(there)))).scalars())
        for name in there.keys() - named:
            if time.time() - there[name].stat().st_mtime > UNWANTED:
                there[name].unlink()


def _place(digest: str) -> Path:
    return _home() / digest[:2] / digest


def _home() -> Path:
    home: Path = current_app.extensions["gridunion.config"].home
    return home / "files"


def _sync_folder(folder: Path) -> None:
    for place in (folder, folder.parent):
        handle = os.open(place, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
