"""A catalogue as named arrays of plain numbers, checked when they are read back: what a snapshot holds.

Votes and vectors are made anew only where enough has changed, so all of it is saved as it stands: who goes
on from what was saved makes what would have been made without a stop. Only what content teaches is learned
anew, from the vectors as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from models.catalogue import TOP, Catalogue
from models.content import CONTENT_FEATURES, Content
from models.errors import CorruptState
from models.events import ItemKey
from models.factors import FACTORS
from models.item_space import DIMENSIONS
from models.items import SUCCESSORS
from models.locales import KINDS, key_of_locale
from models.most_played import GROUP_TOP, Groups
from models.names import Names
from models.neighbourhoods import Neighbourhoods
from models.onboarding import artist_key
from models.row_pool import CLASSES
from models.saved_arrays import Array, Read, read_array, read_names, save_names
from models.saved_editorial import restore_editorial, save_editorial

VERSION: Final = 2
ROOM: Final = 1.04
"""A catalogue is given room for so many times the items that it has."""

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
    "heard": (np.bool_, ()),
}
_ROWS: Final = ("start", "size", "room")


def save_catalogue(catalogue: Catalogue) -> dict[str, Array]:
    """Say what a catalogue holds, by name, without copying its large arrays.

    Until they are written nothing may be applied to it. New positions may be given meanwhile, also in
    another thread: they are left out.
    """
    count, near = len(catalogue), catalogue.neighbours
    links = near.rows.links
    saved: dict[str, Array] = {
        "counts": np.array([VERSION, catalogue.version, catalogue.artists_version, count]),
        "keys": catalogue.keys[:count],
        "top": catalogue.top,
        "locale": catalogue.locales.of[:count],
        "changes": links.changes[:count],
        "free": links.free,
        "slots": near.rows.slots,
    }
    saved |= {name: getattr(catalogue, name)[:count] for name in _ITEMS}
    saved |= {name: getattr(near, name)[:count] for name in _NEIGHBOURHOODS}
    saved |= {name: getattr(links, name)[:, :count] for name in _ROWS}
    saved |= save_names("ids", Names.of(catalogue.ids[:count]), count)
    saved |= save_names("titles", catalogue.titles, count)
    saved |= _save_groups("artists", catalogue.artists) | _save_groups("locales", catalogue.locales.groups)
    saved |= save_editorial(catalogue.editorial)
    return saved | _save_content(*catalogue.unplayed.kept())


def _save_groups(kind: str, groups: Groups) -> dict[str, Array]:
    count = len(groups.names)
    return save_names(kind, Names.of(groups.names), count) | {f"{kind}.top": groups.top[:count]}


def _save_content(items: npt.NDArray[np.int32], contents: list[Content]) -> dict[str, Array]:
    nothing = Content(np.zeros(0, np.int32), np.zeros(0, np.float32))
    return {
        "content.items": items,
        "content.sizes": np.array([len(one.places) for one in contents], np.int32),
        "content.places": np.concatenate([one.places for one in (nothing, *contents)]),
        "content.values": np.concatenate([one.values for one in (nothing, *contents)]),
    }


def restore_catalogue(read: Read) -> Catalogue:
    """Make the catalogue that was saved, equal in everything that a request or an update reads.

    Raises:
        CorruptState: an array is of another type or shape, a number is not finite, or a position is none.
    """
    version, updates, artists_version, count = read_array(read, "counts", np.int64, (4,)).tolist()
    if version != VERSION:
        raise CorruptState(f"catalogue of version {version}, expected {VERSION}")
    catalogue = Catalogue(room=max(1024, int(ROOM * count)))
    positions = catalogue.positions_of(read_array(read, "keys", np.int64, (count,)))
    if len(catalogue) != count or (positions != np.arange(count)).any():
        raise CorruptState("catalogue with a key twice")
    catalogue.ids[:] = read_names(read, "ids", count)
    catalogue.titles = read_names(read, "titles", count)
    artists = _restore_groups(read, "artists", catalogue.artists, artist_key, count)
    locales = _restore_groups(read, "locales", catalogue.locales.groups, key_of_locale, count)
    catalogue.top[:] = _positions(read, "top", (TOP,), count)
    bounds = {"artist": artists, "successors": count}
    for name, (kind, shape) in _ITEMS.items():
        array = read_array(read, name, kind, (count, *shape), below=bounds.get(name))
        getattr(catalogue, name)[:count] = array
    catalogue.locales.of[:count] = read_array(read, "locale", np.int32, (count, len(KINDS)), below=locales)
    _restore_neighbourhoods(read, catalogue.neighbours, count)
    restore_editorial(read, catalogue.editorial, count)
    _restore_content(read, catalogue, count)
    catalogue.version, catalogue.artists_version = updates, artists_version
    catalogue.total_plays = int(catalogue.plays.sum(dtype=np.int64))
    return catalogue


def _restore_groups(
    read: Read, kind: str, groups: Groups, key_of: Callable[[str], ItemKey], count: int
) -> int:
    """Add the groups that were saved to none; returns how many there are."""
    sizes = read(f"{kind}.sizes")
    for name in read_names(read, kind, len(sizes)):
        groups.add(key_of(name), name)
    if len(groups.names) != len(sizes):
        raise CorruptState(f"{kind} with a name twice")
    groups.top[: len(sizes)] = _positions(read, f"{kind}.top", (len(sizes), GROUP_TOP), count)
    return len(sizes)


def _restore_content(read: Read, catalogue: Catalogue, count: int) -> None:
    items = read_array(read, "content.items", np.int32, (-1,), below=count)
    sizes = read_array(read, "content.sizes", np.int32, (len(items),))
    places = read_array(read, "content.places", np.int32, (-1,), below=CONTENT_FEATURES)
    values = read_array(read, "content.values", np.float32, (len(places),))
    if (
        (items < 0).any()
        or (sizes < 0).any()
        or sizes.sum() != len(places)
        or len(np.unique(items)) < len(items)
    ):
        raise CorruptState("content of no item")
    ends = np.cumsum(sizes)
    contents = [
        Content(places[end - size : end], values[end - size : end])
        for size, end in zip(sizes.tolist(), ends.tolist(), strict=True)
    ]
    catalogue.unplayed.keep(items, contents, catalogue.plays, catalogue.neighbours)
    catalogue.unplayed.catch_up(catalogue.plays, catalogue.neighbours)


def _restore_neighbourhoods(read: Read, near: Neighbourhoods, count: int) -> None:
    for name, (kind, shape) in _NEIGHBOURHOODS.items():
        getattr(near, name)[:count] = read_array(read, name, kind, (count, *shape))
    slots = read_array(read, "slots", np.int32, (-1, 3))
    rows = near.rows.links._replace(
        start=read_array(read, "start", np.int32, (2, count)),
        size=read_array(read, "size", np.int16, (2, count)),
        room=read_array(read, "room", np.int16, (2, count)),
        changes=read_array(read, "changes", np.int16, (count,)),
        free=read_array(read, "free", np.int32, (CLASSES,)),
    )
    ends = rows.start.astype(np.int64) + rows.room
    if (rows.start < 0).any() or (rows.size > rows.room).any() or (ends > len(slots)).any():
        raise CorruptState("rows of neighbours outside of their pool")
    if not np.isfinite(slots.view(np.float32)[:, 1:]).all() or (slots[:, 0] >= max(count, len(slots))).any():
        raise CorruptState("a neighbour that is none")
    near.rows.restore(rows, slots)


def _positions(read: Read, name: str, shape: tuple[int, ...], count: int) -> npt.NDArray[np.int32]:
    return read_array(read, name, np.int32, shape, below=count)
