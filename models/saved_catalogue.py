"""A catalogue as named arrays of plain numbers, checked when they are read back: what a snapshot holds.

Votes and vectors are made anew only where enough has changed, so all of it is saved as it stands: who goes
on from what was saved makes what would have been made without a stop.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from models.catalogue import ARTIST_TOP, TOP, Catalogue
from models.errors import CorruptState
from models.factors import FACTORS
from models.item_space import DIMENSIONS
from models.items import SUCCESSORS
from models.names import Names
from models.neighbourhoods import Neighbourhoods
from models.row_pool import CLASSES

VERSION: Final = 1
ROOM: Final = 1.04
"""A catalogue is given room for so many times the items that it has."""

Array = npt.NDArray[np.generic]
Number = TypeVar("Number", bound=np.generic)
Read = Callable[[str], Array]
"""Gives the array of a name; raises `CorruptState` where there is none."""

_ITEMS: Final[dict[str, tuple[type[np.generic], tuple[int, ...]]]] = {
    "popularity": (np.float64, ()),
    "artist": (np.int32, ()),
    "listed": (np.bool_, ()),
    "in_top": (np.bool_, ()),
    "plays": (np.uint32, ()),
    "skips": (np.uint32, ()),
    "vectors": (np.int8, (DIMENSIONS,)),
    "successors": (np.int32, (SUCCESSORS,)),
    "shares": (np.uint16, (SUCCESSORS,)),
}
_NEIGHBOURHOODS: Final[dict[str, tuple[type[np.generic], tuple[int, ...]]]] = {
    "voice": (np.float32, ()),
    "mass": (np.float32, ()),
    "told": (np.float32, ()),
    "standing": (np.float32, ()),
    "factors": (np.int8, (FACTORS,)),
    "lengths": (np.float32, ()),
}
_ROWS: Final = ("start", "size", "room")


def save_catalogue(catalogue: Catalogue) -> dict[str, Array]:
    """Say what a catalogue holds, by name, without copying its large arrays.

    Until they are written nothing may be applied to it. New positions may be given meanwhile, also in
    another thread: they are left out.
    """
    count, near = len(catalogue), catalogue.neighbours
    artists, links = len(catalogue.artist_names), near.rows.links
    saved: dict[str, Array] = {
        "counts": np.array([VERSION, catalogue.version, catalogue.artists_version, count, artists]),
        "keys": catalogue.keys[:count],
        "artist_top": catalogue.artist_top[:artists],
        "top": catalogue.top,
        "changes": links.changes[:count],
        "free": links.free,
        "slots": near.rows.slots,
    }
    saved |= {name: getattr(catalogue, name)[:count] for name in _ITEMS}
    saved |= {name: getattr(near, name)[:count] for name in _NEIGHBOURHOODS}
    saved |= {name: getattr(links, name)[:, :count] for name in _ROWS}
    ids = Names.of(catalogue.ids[:count])
    texts = (
        ("ids", ids, count),
        ("titles", catalogue.titles, count),
        ("artist_names", catalogue.artist_names, artists),
    )
    for kind, names, many in texts:
        block, starts, sizes = names.saved(many)
        saved |= {f"{kind}.bytes": block, f"{kind}.starts": starts, f"{kind}.sizes": sizes}
    return saved


def restore_catalogue(read: Read) -> Catalogue:
    """Make the catalogue that was saved, equal in everything that a request or an update reads.

    Raises:
        CorruptState: an array is of another type or shape, a number is not finite, or a position is none.
    """
    counts = _read(read, "counts", np.int64, (5,))
    version, updates, artists_version, count, artists = counts.tolist()
    if version != VERSION:
        raise CorruptState(f"catalogue of version {version}, expected {VERSION}")
    catalogue = Catalogue(room=max(1024, int(ROOM * count)))
    positions = catalogue.positions_of(_read(read, "keys", np.int64, (count,)))
    if len(catalogue) != count or (positions != np.arange(count)).any():
        raise CorruptState("catalogue with a key twice")
    catalogue.ids[:] = _names(read, "ids", count)
    catalogue.titles = _names(read, "titles", count)
    for name in _names(read, "artist_names", artists):
        catalogue.artist_position(name)
    catalogue.artist_top[:artists] = _positions(read, "artist_top", (artists, ARTIST_TOP), count)
    catalogue.top[:] = _positions(read, "top", (TOP,), count)
    bounds = {"artist": artists, "successors": count}
    for name, (kind, shape) in _ITEMS.items():
        array = _read(read, name, kind, (count, *shape), below=bounds.get(name))
        getattr(catalogue, name)[:count] = array
    _restore_neighbourhoods(read, catalogue.neighbours, count)
    catalogue.version, catalogue.artists_version = updates, artists_version
    return catalogue


def _restore_neighbourhoods(read: Read, near: Neighbourhoods, count: int) -> None:
    for name, (kind, shape) in _NEIGHBOURHOODS.items():
        getattr(near, name)[:count] = _read(read, name, kind, (count, *shape))
    slots = _read(read, "slots", np.int32, (-1, 3))
    rows = near.rows.links._replace(
        start=_read(read, "start", np.int32, (2, count)),
        size=_read(read, "size", np.int16, (2, count)),
        room=_read(read, "room", np.int16, (2, count)),
        changes=_read(read, "changes", np.int16, (count,)),
        free=_read(read, "free", np.int32, (CLASSES,)),
    )
    ends = rows.start.astype(np.int64) + rows.room
    if (rows.start < 0).any() or (rows.size > rows.room).any() or (ends > len(slots)).any():
        raise CorruptState("rows of neighbours outside of their pool")
    if not np.isfinite(slots.view(np.float32)[:, 1:]).all() or (slots[:, 0] >= max(count, len(slots))).any():
        raise CorruptState("a neighbour that is none")
    near.rows.restore(rows, slots)


def _names(read: Read, kind: str, count: int) -> Names:
    return Names.restored(
        _read(read, f"{kind}.bytes", np.uint8, (-1,)),
        _read(read, f"{kind}.starts", np.int64, (count,)),
        _read(read, f"{kind}.sizes", np.uint16, (count,)),
    )


def _positions(read: Read, name: str, shape: tuple[int, ...], count: int) -> npt.NDArray[np.int32]:
    return _read(read, name, np.int32, shape, below=count)


def _read(
    read: Read, name: str, kind: type[Number], shape: tuple[int, ...], *, below: int | None = None
) -> npt.NDArray[Number]:
    """Read an array of that type and shape (-1: any length), of finite numbers; of positions, all `below`."""
    array = read(name)
    if array.dtype != np.dtype(kind) or not _fits(array.shape, shape):
        raise CorruptState(f"{name}: {array.dtype} {array.shape}, expected {np.dtype(kind)} {shape}")
    numbers = array.astype(kind, copy=False)
    if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
        raise CorruptState(f"{name} with a number that is not finite")
    if below is not None and numbers.size and (int(numbers.min()) < -1 or int(numbers.max()) >= below):
        raise CorruptState(f"{name} with a position that is none")
    return numbers


def _fits(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(found) == len(wanted) and all(n in (-1, m) for m, n in zip(found, wanted, strict=True))
