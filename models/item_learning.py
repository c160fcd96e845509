"""From signals to item statistics: each row changes the item that it speaks of, once."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from models.bounded_rows import add_neighbour, add_successor
from models.compiled import compiled
from models.item_space import add_signature
from models.items import NEIGHBOUR_HALF_LIFE_SECONDS, StateRows
from models.signals import SignalBlock, SignalKind

POPULARITY_HALF_LIFE_SECONDS: Final = 7 * 86_400.0


def apply_signals(
    states: StateRows, places: npt.NDArray[np.int64], block: SignalBlock, *, offset: int, after: int
) -> None:
    """Learn in place a block stored at `offset`; its row r speaks of state `places[r]`.

    Two fences make each row count once. States that include `offset` already (a changelog was cut in the
    middle) stay as they are; rows up to `after`, the last offset of the block's source partition that was
    learned here, are passed over (a block was sent again, perhaps cut differently).
    """
    rows = block.rows
    _apply(
        rows["other"].astype(np.int64),
        rows["kind"].astype(np.int64),
        rows["weight"].astype(np.float64),
        rows["at"].astype(np.float64),
        (rows["offset"] > after) & (states["offset"][places] < offset),
        places,
        states["updates"],
        states["plays"],
        states["skips"],
        states["likes"],
        states["popularity"],
        states["vector"],
        states["successors"],
        states["weights"],
        states["audience"],
        states["mass"],
        states["discussed"],
        states["neighbours"],
        states["strengths"],
    )
    states["offset"][places] = np.maximum(states["offset"][places], offset)


@compiled
def _apply(
    other: npt.NDArray[np.int64],
    kind: npt.NDArray[np.int64],
    weight: npt.NDArray[np.float64],
    at: npt.NDArray[np.float64],
    fresh: npt.NDArray[np.bool_],
    places: npt.NDArray[np.int64],
    updates: npt.NDArray[np.uint32],
    plays: npt.NDArray[np.uint32],
    skips: npt.NDArray[np.uint32],
    likes: npt.NDArray[np.int32],
    popularity: npt.NDArray[np.float64],
    vector: npt.NDArray[np.int32],
    successors: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float32],
    audience: npt.NDArray[np.float64],
    mass: npt.NDArray[np.float64],
    discussed: npt.NDArray[np.uint32],
    neighbours: npt.NDArray[np.int64],
    strengths: npt.NDArray[np.float32],
) -> None:
    for row in range(len(other)):
        if not fresh[row]:
            continue
        place = places[row]
        updates[place] += 1
        if kind[row] == SignalKind.PLAYED:
            plays[place] += 1
            popularity[place] = _add_decayed(popularity[place], at[row])
        elif kind[row] == SignalKind.SKIPPED:
            skips[place] += 1
        elif kind[row] == SignalKind.LIKED:
            likes[place] += int(weight[row])
        elif kind[row] == SignalKind.FOLLOWED_BY:
            add_successor(successors[place], weights[place], other[row], weight[row])
        elif kind[row] == SignalKind.DISCOVERED:
            # Written as a sum in place it would add to the sum as it was before it was halved.
            worth = _weigh(audience, mass, discussed, strengths, place, at[row])
            audience[place] += worth
            mass[place] += worth * weight[row]
        elif kind[row] == SignalKind.NEIGHBOUR:
            worth = _weigh(audience, mass, discussed, strengths, place, at[row])
            add_neighbour(neighbours[place], strengths[place], other[row], worth * weight[row])
        else:
            add_signature(vector[place], other[row], int(weight[row]))


@compiled
def _add_decayed(log_count: float, at_seconds: float) -> float:
    """Add one to a count kept as log2(count) + time / half-life: its order never changes with time."""
    newest = at_seconds / POPULARITY_HALF_LIFE_SECONDS
    older, newer = min(log_count, newest), max(log_count, newest)
    return newer + math.log2(1.0 + 2.0 ** max(older - newer, -60.0))


@compiled
def _weigh(
    audience: npt.NDArray[np.float64],
    mass: npt.NDArray[np.float64],
    discussed: npt.NDArray[np.uint32],
    strengths: npt.NDArray[np.float32],
    place: int,
    at_seconds: float,
) -> float:
    """Say what evidence of that time counts beside the rest: from 1 to 2, less where it is late.

    Forward decay (Cormode et al. 2009): everything is kept as of the day when the newest half-life began, the
    same for all items. Only when the next one begins is what is older halved, which rounds nothing.
    """
    newest = discussed[place] // NEIGHBOUR_HALF_LIFE_SECONDS
    begun = at_seconds // NEIGHBOUR_HALF_LIFE_SECONDS
    if begun > newest:
        left = 2.0 ** (newest - begun)
        audience[place] *= left
        mass[place] *= left
        strengths[place] *= np.float32(left)
        newest = begun
    discussed[place] = max(discussed[place], at_seconds)
    return float(2.0 ** (at_seconds / NEIGHBOUR_HALF_LIFE_SECONDS - newest))
