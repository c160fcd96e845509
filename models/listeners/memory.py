"""What somebody heard lately: the source of repeats and of habitual successions."""

from __future__ import annotations

from array import array
from typing import Final

from models.listeners.draws import Draws

CAPACITY: Final = 512
"""How many plays somebody remembers at least, once there were as many; 4 bytes each."""

_JUST_HEARD: Final = 8
_TOO_SOON: Final = 40


class Memory:
    """The last `CAPACITY` to twice as many plays, oldest first."""

    __slots__ = ("_plays",)

    def __init__(self) -> None:
        self._plays = array("i")

    def __contains__(self, index: int) -> bool:
        return index in self._plays

    def remember(self, index: int) -> None:
        """Add a play of the item at `index`."""
        self._plays.append(index)
        # Cutting in halves keeps the cost of forgetting constant for each play.
        if len(self._plays) >= 2 * CAPACITY:
            del self._plays[:CAPACITY]

    def follower(self, index: int) -> int | None:
        """Recall what was played after the item, unless it was heard again too lately.

        A habit goes by the oldest occasion, so it is stable.
        """
        try:
            follower = self._plays[self._plays.index(index) + 1]
        except (ValueError, IndexError):
            return None
        return None if follower in self._plays[-_TOO_SOON:] else follower

    def rotation(self, draws: Draws) -> int | None:
        """Recall a play of the last `CAPACITY`, the newer the likelier, None where memory is shorter.

        So a log begins with more that is new, and repeats grow with it, as in real logs.
        """
        # The density falls with the square root of age; an item played often comes again sooner than that.
        age = _JUST_HEARD + int((CAPACITY - _JUST_HEARD) * draws.uniform() ** 2)
        return self._plays[-age] if age <= len(self._plays) else None
