"""What is known of an item: its statistics in the item agent, and the item model that workers get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.errors import CorruptState
from models.item_space import DIMENSIONS, add_signature
from models.signals import SignalBlock, SignalKind

VERSION: Final = 1
SUCCESSORS: Final = 24
"""Slots in an item's row of successors."""
SUCCESSOR_DECAY: Final = 0.998
POPULARITY_HALF_LIFE_SECONDS: Final = 7 * 86_400.0
NEVER: Final = -1e18
"""Popularity (a logarithm) of what nobody has played."""

ITEM_STATE: Final = np.dtype(
    [
        ("version", "u1"),
        ("offset", "<i8"),  # of item-signals, included in this value
        ("updates", "<u4"),
        ("plays", "<u4"),
        ("skips", "<u4"),
        ("likes", "<i4"),
        ("popularity", "<f8"),
        ("vector", "<i4", (DIMENSIONS,)),
        ("successors", "<i8", (SUCCESSORS,)),
        ("weights", "<f4", (SUCCESSORS,)),
    ]
)
ITEM_MODEL: Final = np.dtype(
    [
        ("version", "u1"),
        ("updates", "<u4"),
        ("plays", "<u4"),
        ("skips", "<u4"),
        ("likes", "<i4"),
        ("popularity", "<f8"),
        ("vector", "<f2", (DIMENSIONS,)),
        ("successors", "<i8", (SUCCESSORS,)),
        ("shares", "<f4", (SUCCESSORS,)),
    ]
)
StateRows = npt.NDArray[np.void]
ModelRows = npt.NDArray[np.void]


def empty_states(count: int) -> StateRows:
    """Make `count` items that nothing is known of (dtype `ITEM_STATE`)."""
    states = np.zeros(count, ITEM_STATE)
    states["version"] = VERSION
    states["offset"] = -1
    states["popularity"] = NEVER
    return states


def load_states(values: Sequence[bytes | None]) -> tuple[StateRows, list[str]]:
    """Read stored items as (states of dtype `ITEM_STATE`, ids); empty ones where nothing is stored.

    Raises:
        CorruptState: a value has the wrong length or version, or a number that is not finite.
    """
    size = ITEM_STATE.itemsize
    blank = empty_states(1).tobytes()
    parts = [blank if value is None else value for value in values]
    if any(len(part) < size for part in parts):
        raise CorruptState("item state of a wrong length")
    states = np.frombuffer(b"".join(part[:size] for part in parts), ITEM_STATE).copy()
    if (states["version"] != VERSION).any():
        raise CorruptState("item state of an unknown version")
    if not (np.isfinite(states["popularity"]).all() and np.isfinite(states["weights"]).all()):
        raise CorruptState("item state with a number that is not finite")
    return states, [part[size:].decode() for part in parts]


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
            _add_successor(successors[place], weights[place], other[row], weight[row])
        else:
            add_signature(vector[place], other[row], int(weight[row]))


@compiled
def _add_decayed(log_count: float, at_seconds: float) -> float:
    """Add one to a count kept as log2(count) + time / half-life: its order never changes with time."""
    newest = at_seconds / POPULARITY_HALF_LIFE_SECONDS
    older, newer = min(log_count, newest), max(log_count, newest)
    return newer + math.log2(1.0 + 2.0 ** max(older - newer, -60.0))


@compiled
def _add_successor(
    row: npt.NDArray[np.int64], weights: npt.NDArray[np.float32], successor: int, weight: float
) -> None:
    """Strengthen one successor; when the row is full the weakest makes room."""
    chosen = 0
    for slot in range(len(row)):
        weights[slot] *= SUCCESSOR_DECAY
    for slot in range(len(row)):
        if row[slot] == successor and weights[slot] > 0:
            weights[slot] += weight
            return
        if weights[slot] < weights[chosen]:
            chosen = slot
    row[chosen] = successor
    weights[chosen] = weight


def item_models(states: StateRows) -> ModelRows:
    """Distil states (dtype `ITEM_STATE`) into what workers need (dtype `ITEM_MODEL`).

    Vectors become unit vectors in float16, successor weights become shares that add up to 1 (or stay 0).
    """
    models = np.zeros(len(states), ITEM_MODEL)
    for name in ("version", "updates", "plays", "skips", "likes", "popularity", "successors"):
        models[name] = states[name]
    vectors = states["vector"].astype(np.float64)
    lengths = np.sqrt((vectors * vectors).sum(axis=1, keepdims=True))
    models["vector"] = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    weights = states["weights"]
    totals = weights.sum(axis=1, keepdims=True)
    models["shares"] = np.divide(weights, totals, out=np.zeros_like(weights), where=totals > 0)
    return models


def decode_models(values: Sequence[bytes]) -> ModelRows:
    """Read item models that were written with `tobytes`, one row each.

    Raises:
        CorruptState: a length or version is wrong, or a number is not finite.
    """
    if any(len(value) != ITEM_MODEL.itemsize or value[0] != VERSION for value in values):
        raise CorruptState("item model of a wrong length or version")
    models = np.frombuffer(b"".join(values), ITEM_MODEL)
    if not all(np.isfinite(models[name]).all() for name in ("vector", "shares", "popularity")):
        raise CorruptState("item model with a number that is not finite")
    return models
