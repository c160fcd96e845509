"""How somebody looks at a home screen: from the top, from the left, with less and less attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import exp
from typing import Final, NamedTuple

from models.listeners.draws import Draws

SCROLLS: Final = 0.65
"""The chance of going on to the next row after one that was looked at."""
PASSES: Final = 0.9
"""The same after a row whose title and first items promised nothing that was wanted."""
IN_SIGHT: Final = 3
"""How many items of a row are seen without looking at it: as many as Deezer's app shows of a carousel."""
SKIMS: Final = 0.85
"""The chance of looking at the next item of a row as well."""
TEMPERATURE: Final = 0.35
"""How far from the best somebody presses, in log-odds of enjoyment."""


class Row(NamedTuple):
    """A shelf as it is seen: its id and the ids of its items, from the left."""

    shelf: str
    items: Sequence[str]


class Screen(NamedTuple):
    """What is on the home screen: the id of the recommendation and its rows, from the top."""

    recommendation: str = ""
    rows: Sequence[Row] = ()


class Pressed(NamedTuple):
    """The place of an item on a screen: row and position, from 0."""

    row: int
    position: int


def look_at(screen: Screen, draws: Draws, *, wanted: Callable[[str], bool]) -> list[Sequence[str]]:
    """Give the items that are seen in each row, nothing for rows passed over, up to the last one looked at.

    A cascade, down the rows and along each of them, as people read lists (Craswell et al., "An
    Experimental Comparison of Click Position-Bias Models", WSDM 2008). A row none of whose first items
    is `wanted` is passed over.
    """
    seen: list[Sequence[str]] = []
    for row in screen.rows:
        count = int(any(wanted(item) for item in row.items[:IN_SIGHT]))
        while 0 < count < len(row.items) and draws.uniform() < SKIMS:
            count += 1
        seen.append(row.items[:count])
        if draws.uniform() >= (SCROLLS if count else PASSES):
            break
    return seen


def press(
    seen: Sequence[Sequence[str]], draws: Draws, *, attraction: Callable[[str], float | None], own: float
) -> Pressed | None:
    """Press what attracts, in log-odds of enjoyment, or nothing, which attracts by `own`: a softmax.

    What has no attraction (None) is passed over.
    """
    places: list[Pressed] = []
    weights: list[float] = []
    for row, items in enumerate(seen):
        for position, item in enumerate(items):
            attracts = attraction(item)
            if attracts is not None:
                places.append(Pressed(row, position))
                weights.append(exp(attracts / TEMPERATURE))
    left = draws.uniform() * (sum(weights) + exp(own / TEMPERATURE))
    for place, weight in zip(places, weights, strict=True):
        left -= weight
        if left < 0.0:
            return place
    return None
