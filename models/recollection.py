"""Recollection: what the last eight plays of an item, or of an artist, say of the next one.

It changes when the item is played, not when somebody asks, and so is kept beside the plays.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

RECALLED_PLAYS: Final = 8
"""Last plays that speak of an item or artist; and plays before each of them that speak of its mood."""
USUAL: Final = 0.3
"""Share of skips among the plays of a listener of whom nothing is known."""
MOOD_STEP: Final = 0.3
"""How far a play moves the mood before the next one."""

Bools = npt.NDArray[np.bool_]
Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Uint8s = npt.NDArray[np.uint8]


def _moods() -> Float64s:
    """The mood after each run of eight plays, whose skips are the bits that are set, the last one lowest."""
    skips = np.arange(1 << RECALLED_PLAYS)[:, None] >> np.arange(RECALLED_PLAYS) & 1
    kept = 1.0 - MOOD_STEP
    moods: Float64s = USUAL * kept**RECALLED_PLAYS + (
        skips * MOOD_STEP * kept ** np.arange(RECALLED_PLAYS)
    ).sum(axis=1)
    return moods


_MOODS: Final = _moods()


class Recollections(NamedTuple):
    """What is recalled of each item or artist, by its number."""

    surprise: Float32s
    """Skips beyond what the mood of the time explains, a play, -1 to 1."""
    played: Int32s
    """The last play of 30 seconds or more among the last eight, -1 for none."""
    skipped: Int32s
    """The last shorter one."""


@compiled
def recollect(
    found: Recollections, number: int, newest: int, good: Bools, skips: Uint8s, earlier: Int32s
) -> None:
    """Recall one item or artist whose last play is `newest`, in place.

    `good`, `skips` and `earlier` are those of `PlayIndex`; `earlier` chains the plays of the same one. The
    surprise is the mean of skips less moods, damped by two; the mood of a play is the share of skips among
    the eight plays before it, the last ones counting most.
    """
    played, skipped, total, counted, play = -1, -1, 0.0, 0, newest
    while play >= 0 and counted < RECALLED_PLAYS:
        total += (0.0 if good[play] else 1.0) - _MOODS[skips[play]]
        if good[play]:
            played = max(played, play)
        else:
            skipped = max(skipped, play)
        counted += 1
        play = earlier[play]
    found.surprise[number] = total / (counted + 2)
    found.played[number], found.skipped[number] = played, skipped
