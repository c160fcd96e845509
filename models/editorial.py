"""Editorial: which playlist of the editors holds each item, for a shelf of what they put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import numpy as np
import numpy.typing as npt

from models.events import keys_of
from models.growth import longer
from models.playlists import Deleted, Playlist, PlaylistKind

MOST_PLAYLISTS: Final = 4_096
"""Playlists of editors that are known; the one that changed longest ago makes room."""
MOST_HELD: Final = 1_000
"""Items of each that are known, from its beginning: a shelf shows ten. Together at most 16 MB."""
IN_NONE: Final = -1

Int32s = npt.NDArray[np.int32]
Find = Callable[[npt.NDArray[np.int64]], Int32s]
"""Gives the catalogue positions of keys."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """What is known of a playlist since `at` (Unix seconds): its title and positions (int32)."""

    title: str
    at: float
    positions: Int32s


class Editorial:
    """The editors' playlists: `titles` by number, and `of` (int32, n) by catalogue position, -1 for none.

    Of several playlists that hold an item the one that changed last counts, of equally new ones the one with
    the lowest id: however playlists were cut, and in whatever order they came, the same result stands here.
    """

    def __init__(self, *, room: int) -> None:
        self.titles: list[str] = []
        self.of = np.full(room, IN_NONE, np.int32)
        self.held: dict[str, Held] = {}
        """What is known, by id; `settle` makes the others of it."""

    def make_room(self, room: int) -> None:
        """Give as many positions a place; new ones are in none."""
        self.of = longer(self.of, room, blank=IN_NONE)

    def apply(self, changes: Sequence[Playlist | Deleted], find: Find) -> int:
        """Take in what playlists hold now, the last of each; returns how many of the editors' changed.

        One that is deleted, holds nothing any more or has become a listener's own is taken away.
        """
        changed = 0
        for change in {change.id: change for change in changes}.values():
            if isinstance(change, Playlist) and change.kind is PlaylistKind.EDITORIAL and change.items:
                positions = find(keys_of(change.items[:MOST_HELD]))
                self.held[change.id] = Held(change.title, change.at, positions)
                changed += 1
            else:
                changed += self.remove(change.id)
        if changed:
            self.settle()
        return changed

    def remove(self, playlist: str) -> bool:
        """Forget a playlist, by its id, until it settles; returns whether it was known."""
        return self.held.pop(playlist, None) is not None

    def settle(self) -> None:
        """Number the playlists that are known, and say which of them holds each item."""
        # What counts is written last; of what is too much, that which counts least is forgotten.
        by_id = sorted(self.held.items(), key=itemgetter(0), reverse=True)
        self.held = dict(sorted(by_id, key=lambda item: item[1].at)[-MOST_PLAYLISTS:])
        self.titles = [held.title for held in self.held.values()]
        self.of.fill(IN_NONE)
        for number, held in enumerate(self.held.values()):
            self.of[held.positions] = number
