"""网格图: where the tiles of a map lie. Schematic: a column and a row for each unit within the one above it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped

from gridunion import clock
from gridunion.db import Record, db, personal, public
from gridunion.rights import Viewer
from gridunion.tree import Scoped, Unit

COLUMNS = 6  # of a map at most, so that a phone can show it
FILLED = 4  # columns of a map nobody arranged
MOST_ROWS = 40

Spot = tuple[int, int]
"""Column and row, both from 1."""


class MapTile(Scoped, Record):
    """Where somebody put the tile of a unit on the map of the unit above it."""

    __tablename__ = "map_tile"
    __table_args__ = (Index("ix_map_tile_unit_id", "unit_id", unique=True),)

    across: Mapped[int] = public()
    down: Mapped[int] = public()
    placed_at: Mapped[datetime] = public(default=clock.now)
    placed_by: Mapped[str] = personal(String(40))

    @property
    def spot(self) -> Spot:
        return self.across, self.down

    def lie(self, spot: Spot, by: str) -> None:
        (self.across, self.down), self.placed_at, self.placed_by = spot, clock.now(), by


def tiles_of(unit_ids: Iterable[int]) -> dict[int, MapTile]:
    """The tiles somebody put in place, by the number of the unit."""
    found = select(MapTile).where(MapTile.unit_id.in_(list(unit_ids)))
    return {tile.unit_id: tile for tile in db.session.scalars(found)}


def laid_out(unit_ids: Sequence[int], put: dict[int, MapTile]) -> dict[int, Spot]:
    """A spot for each unit, and no two on one: where it was put, as long as nothing lies there already (a unit may
    have come from another map), else the next free one in the order given."""
    spots: dict[int, Spot] = {}
    for number in unit_ids:
        if number in put and put[number].spot not in spots.values():
            spots[number] = put[number].spot
    taken = set(spots.values())
    free = (spot for spot in _reading_order() if spot not in taken)
    return {number: spots.get(number) or next(free) for number in unit_ids}


def _reading_order() -> Iterator[Spot]:
    return ((column, row) for row in count(1) for column in range(1, FILLED + 1))


def move(above: Unit, unit_ids: Sequence[int], moved: int, to: Spot, by: Viewer) -> None:
    """Put one tile of a map somewhere; the tile that lies there takes its old place, and all others stay where they
    are seen. Inside write()."""
    db.session.execute(select(Unit.id).where(Unit.id == above.id).with_for_update())  # one hand at a time
    put = tiles_of(unit_ids)
    before = laid_out(unit_ids, put)
    other = next((number for number, spot in before.items() if spot == to), moved)
    for number, spot in (before | {other: before[moved], moved: to}).items():
        tile = put.get(number)
        if tile is None:
            tile = MapTile(unit_id=number)
            db.session.add(tile)
        if tile.spot != spot:
            tile.lie(spot, by.name)
