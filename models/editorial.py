"""Editorial: which playlist of the editors holds each item, for a shelf of what they put together."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.growth import longer
from models.playlists import Playlist, PlaylistKind

MOST_PLAYLISTS: Final = 4_096
"""Playlists of editors that are known; later ones are passed over."""
IN_NONE: Final = -1

Int32s = npt.NDArray[np.int32]


class Editorial:
    """The editors' playlists: `titles` by number, and `of` (int32, n) by catalogue position, -1 for none.

    Of several playlists that hold an item, the one that came last counts.
    """

    def __init__(self, *, room: int) -> None:
        self.titles: list[str] = []
        self.of = np.full(room, IN_NONE, np.int32)
        self._numbers: dict[str, int] = {}

    def make_room(self, room: int) -> None:
        """Give as many positions a place; new ones are in none."""
        self.of = longer(self.of, room, blank=IN_NONE)

    def apply(self, playlist: Playlist, positions: Int32s) -> None:
        """Take in what a playlist holds now, at catalogue positions; those of listeners are passed over."""
        number = self._numbers.get(playlist.id, len(self.titles))
        if playlist.kind is not PlaylistKind.EDITORIAL or number >= MOST_PLAYLISTS:
            return
        if number == len(self.titles):
            self._numbers[playlist.id] = number
            self.titles.append(playlist.title)
        self.titles[number] = playlist.title
        self.of[self.of == number] = IN_NONE
        self.of[positions] = number
