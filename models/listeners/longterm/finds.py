"""Finds: new items that somebody begins to like, and comes back to until they are part of the rotation."""

from __future__ import annotations

from typing import Final

from models.listeners.draws import Draws

MOST: Final = 64
"""How many finds somebody keeps in mind; the oldest makes room."""
LEARNED: Final = 6
"""After so many times a find is known by heart, and comes back as everything known does."""

_DAY_SECONDS: Final = 86_400.0


class Finds:
    """The items somebody is getting to like: how often each was heard, and when it is due again.

    The pauses double: a day after the first time, two after the second. What is forgotten between two
    times of hearing grows more slowly each time (Ebbinghaus 1885), and liking grows with them (Zajonc,
    "Attitudinal Effects of Mere Exposure", 1968).
    """

    __slots__ = ("_due",)

    def __init__(self) -> None:
        self._due: dict[int, tuple[int, float]] = {}

    def __len__(self) -> int:
        return len(self._due)

    def __contains__(self, index: int) -> bool:
        return index in self._due

    def keep(self, index: int, *, at: float, draws: Draws) -> None:
        """Note that a find was heard, for the first time or again, at a Unix time."""
        times = self._due.pop(index, (0, at))[0] + 1
        if times == LEARNED:
            return
        self._due[index] = (times, at + _DAY_SECONDS * 2.0 ** (times - 1) * draws.log_uniform(0.5, 2.0))
        if len(self._due) > MOST:
            del self._due[next(iter(self._due))]

    def drop(self, index: int) -> None:
        """Lose interest in an item."""
        self._due.pop(index, None)

    def due(self, at: float) -> int | None:
        """Name the find that has been due for longest at a Unix time, None where none is."""
        index, when = min(
            ((index, when) for index, (_, when) in self._due.items()), key=lambda one: one[1], default=(0, at)
        )
        return index if when < at else None
