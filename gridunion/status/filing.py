"""档案完整: how complete the files of a branch are, and what is missing in them."""

from flask import Response, url_for

from gridunion.members.filters import EMPTY
from gridunion.members.real_name import FILE
from gridunion.rights import allow
from gridunion.status.files import files_below, files_of, missing
from gridunion.status.views import bp, crumbs
from gridunion.tree import Unit
from gridunion.web import find_unit, go, page, viewer


@bp.get("/files")
@allow("see members")
def own_files() -> Response:
    """Those of the unit one is posted to; of several, the first."""
    return go(url_for(".files", code=viewer().holding("see members")[0].code))


@bp.get("/<code>/files")
@allow("see members")
def files(code: str) -> Response:
    unit = find_unit(code)
    return page(
        "status/files.html", unit=unit, whole=files_of(unit), below=files_below(unit), lacking=_lacking(unit),
        words=EMPTY, columns=len(FILE), crumbs=crumbs(unit, "see members"), others=_others(unit),
    )  # fmt: skip


def _lacking(unit: Unit) -> list[tuple[str, int]]:
    """What is missing, where there are few enough to look at each of them."""
    return missing(unit) if unit.kind in ("cell", "community_union") else []


def _others(unit: Unit) -> list[tuple[str, None, str, bool]]:
    """The same page of one's other postings, as chips; none for most people."""
    held = viewer().holding("see members")
    if len(held) < 2:
        return []
    return [
        (place.name, None, url_for(".files", code=place.code), place.unit_id == unit.id) for place in held
    ]
