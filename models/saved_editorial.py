"""The editors' playlists as named arrays, and back: a part of a saved catalogue."""

from __future__ import annotations

import numpy as np

from models.editorial import MOST_HELD, MOST_PLAYLISTS, Editorial, Held
from models.errors import CorruptState
from models.names import Names
from models.saved_arrays import Array, Read, read_array, read_names, save_names


def save_editorial(editorial: Editorial) -> dict[str, Array]:
    """Say which playlists are known: by place id, title and time, and all items one after the other."""
    held = editorial.held.values()
    saved: dict[str, Array] = {
        "editorial.at": np.array([one.at for one in held], np.float64),
        "editorial.sizes": np.array([len(one.positions) for one in held], np.int32),
        "editorial.items": np.concatenate([np.zeros(0, np.int32), *(one.positions for one in held)]),
    }
    saved |= save_names("editorial.ids", Names.of(list(editorial.held)), len(held))
    return saved | save_names("editorial.titles", Names.of([one.title for one in held]), len(held))


def restore_editorial(read: Read, editorial: Editorial, count: int) -> None:
    """Give an empty one what was saved, for a catalogue of `count` positions.

    Raises:
        CorruptState: an array is of another type or shape, a playlist too large or twice, a position none.
    """
    at = read_array(read, "editorial.at", np.float64, (-1,))
    sizes = read_array(read, "editorial.sizes", np.int32, (len(at),))
    items = read_array(read, "editorial.items", np.int32, (-1,), below=count)
    ids, titles = (read_names(read, f"editorial.{name}", len(at)) for name in ("ids", "titles"))
    within = len(at) <= MOST_PLAYLISTS and ((sizes >= 0) & (sizes <= MOST_HELD)).all()
    if not within or sizes.sum() != len(items) or (items < 0).any() or len(set(ids)) < len(at):
        raise CorruptState("playlists of editors that are none")
    pieces = np.split(items, np.cumsum(sizes)[:-1])
    for playlist, title, since, positions in zip(ids, titles, at.tolist(), pieces, strict=False):
        editorial.held[playlist] = Held(title, since, positions.copy())
    editorial.settle()
