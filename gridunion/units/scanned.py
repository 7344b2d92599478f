"""Posters: the sheet of a unit, and the unit whose poster somebody scanned, for pages without an account."""

from typing import Any

from flask import Response
from sqlalchemy import select
from werkzeug.exceptions import NotFound
from wtforms import SelectField

from gridunion.db import db
from gridunion.fields import NOT_LISTED, SelectChoice, ValidationError
from gridunion.qr import drawn, outside
from gridunion.tree import Unit
from gridunion.units.models import closed
from gridunion.web import page

POSTED_IN = ("community_union", "cell")


class Place(SelectField):
    """One of the cells of a community, or none when somebody is not sure. The form holds them in `cells`."""

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in form.cells:
            raise ValidationError(str(NOT_LISTED))

    def offer(self, unit: Unit, unsure: Any) -> dict[str, Unit]:
        """The cells below a community, and the unit itself for who is not sure."""
        below = [] if unit.is_cell else unit.children()
        self.choices = [SelectChoice("", unsure), *(SelectChoice(cell.uid.hex, cell.name) for cell in below)]
        return {cell.uid.hex: cell for cell in below} | {"": unit}


def scanned(code: str, kinds: tuple[str, ...] = POSTED_IN) -> Unit:
    """The unit of a poster, or the one that took its place: what was printed stays good. Raises NotFound."""
    unit = db.session.scalars(select(Unit).where(Unit.code == code, Unit.kind.in_(kinds))).one_or_none()
    while unit is not None and closed(unit):
        unit = unit.replaced_by
    if unit is None:
        raise NotFound
    return unit


def poster(template: str, unit: Unit, path: str) -> Response:
    """The sheet to hang up for a unit, with the code of an address."""
    address = outside(path)
    union = unit.lineage()[-2] if unit.is_cell else None  # a public name, though a worker stands below it
    return page(template, place=unit, union=union, address=address, code=drawn(address))


def union_of(unit: Unit) -> Unit:
    """The community union a cell belongs to."""
    return unit.parent if unit.is_cell and unit.parent else unit


def community(code: str) -> Unit:
    """A community in the viewer's branches. Raises NotFound."""
    here = select(Unit).where(Unit.code == code, Unit.kind == "community_union")
    if (unit := db.session.scalars(here).one_or_none()) is None:
        raise NotFound
    return unit
