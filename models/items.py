"""What is known of an item: its statistics in the item agent, and the item model that workers get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.errors import CorruptState
from models.item_space import DIMENSIONS

VERSION: Final = 4
SUCCESSORS: Final = 24
"""Slots in an item's row of successors."""
NEIGHBOURS: Final = 100
"""Slots in an item's row of neighbours."""
PUBLISHED_NEIGHBOURS: Final = 64
"""The strongest go to the workers."""
NEIGHBOUR_HALF_LIFE_SECONDS: Final = 365 * 86_400.0
NEVER: Final = -1e18
"""Popularity (a logarithm) of what nobody has played."""

ITEM_STATE: Final = np.dtype(
    [
        ("version", "u1"),
        ("offset", "<i8"),  # of item-signals, included in this value
        ("updates", "<u4"),
        ("told", "<u4"),  # updates that workers know of
        ("plays", "<u4"),
        ("skips", "<u4"),
        ("likes", "<i4"),
        ("popularity", "<f8"),
        ("vector", "<i4", (DIMENSIONS,)),
        ("successors", "<i8", (SUCCESSORS,)),
        ("weights", "<f4", (SUCCESSORS,)),
        ("audience", "<f8"),  # listeners, each counting half after a year
        ("mass", "<f8"),  # the same, each weighed as pairs are
        ("discussed", "<u4"),  # newest event that spoke of neighbours, Unix seconds
        ("neighbours", "<i8", (NEIGHBOURS,)),  # 0 where free
        ("strengths", "<f4", (NEIGHBOURS,)),  # with `audience` as of when the half-life of `discussed` began
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
        ("audience", "<f4"),
        ("mass", "<f4"),
        ("neighbours", "<i8", (PUBLISHED_NEIGHBOURS,)),
        ("strengths", "<f4", (PUBLISHED_NEIGHBOURS,)),  # 0 or less where nobody is to be named
    ]
)
_FINITE: Final = ("popularity", "vector", "shares", "audience", "mass", "strengths")
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
    if not all(
        np.isfinite(states[name]).all() for name in ("popularity", "weights", "audience", "mass", "strengths")
    ):
        raise CorruptState("item state with a number that is not finite")
    return states, [part[size:].decode() for part in parts]


def item_models(states: StateRows) -> ModelRows:
    """Distil states (dtype `ITEM_STATE`) into what workers need (dtype `ITEM_MODEL`).

    Vectors become unit vectors in float16, successor weights become shares that add up to 1 (or stay 0),
    and what fades is told as of the newest event that spoke of it.
    """
    models = np.zeros(len(states), ITEM_MODEL)
    for name in ("version", "updates", "plays", "skips", "likes", "popularity", "successors"):
        models[name] = states[name]
    units = np.zeros((len(states), DIMENSIONS), np.float64)
    _distil(
        states["vector"],
        units,
        states["weights"],
        models["shares"],
        states["discussed"],
        states["audience"],
        models["audience"],
        states["mass"],
        models["mass"],
        states["neighbours"],
        models["neighbours"],
        states["strengths"],
        models["strengths"],
    )
    models["vector"] = units
    return models


@compiled
def _distil(
    vectors: npt.NDArray[np.int32],
    units: npt.NDArray[np.float64],
    weights: npt.NDArray[np.float32],
    shares: npt.NDArray[np.float32],
    discussed: npt.NDArray[np.uint32],
    audience: npt.NDArray[np.float64],
    told_audience: npt.NDArray[np.float32],
    mass: npt.NDArray[np.float64],
    told_mass: npt.NDArray[np.float32],
    neighbours: npt.NDArray[np.int64],
    told_neighbours: npt.NDArray[np.int64],
    strengths: npt.NDArray[np.float32],
    told_strengths: npt.NDArray[np.float32],
) -> None:
    """Write what is worked out of n states, column by column, behind each column of them."""
    for row in range(len(vectors)):
        faded = 2.0 ** -(discussed[row] / NEIGHBOUR_HALF_LIFE_SECONDS % 1.0)
        told_audience[row], told_mass[row] = audience[row] * faded, mass[row] * faded
        _bring_to_length_1(vectors[row], units[row])
        _share_out(weights[row], shares[row])
        _name_strongest(
            neighbours[row], strengths[row], np.float32(faded), told_neighbours[row], told_strengths[row]
        )


@compiled
def _bring_to_length_1(vector: npt.NDArray[np.int32], unit: npt.NDArray[np.float64]) -> None:
    """Write a vector as a unit vector; one of length 0 stays so."""
    squares = 0.0
    for number in vector:
        squares += float(number) * float(number)
    if squares > 0:
        length = math.sqrt(squares)
        for place in range(len(vector)):
            unit[place] = vector[place] / length


@compiled
def _share_out(weights: npt.NDArray[np.float32], shares: npt.NDArray[np.float32]) -> None:
    """Write weights as shares of their sum, where that is above 0."""
    total = np.float32(0)
    for weight in weights:
        total += weight
    if total > 0:
        for place in range(len(weights)):
            shares[place] = weights[place] / total


@compiled
def _name_strongest(
    neighbours: npt.NDArray[np.int64],
    strengths: npt.NDArray[np.float32],
    faded: np.float32,
    named: npt.NDArray[np.int64],
    told: npt.NDArray[np.float32],
) -> None:
    """Write the strongest neighbours, and how strong they are by now."""
    weakest, count = np.float32(0), 0
    for strength in strengths:
        count += strength > 0
    if count > PUBLISHED_NEIGHBOURS:
        weakest = np.partition(strengths, NEIGHBOURS - PUBLISHED_NEIGHBOURS)[-PUBLISHED_NEIGHBOURS]
    place = 0
    for slot in range(NEIGHBOURS):
        if strengths[slot] > weakest:
            named[place], told[place] = neighbours[slot], strengths[slot] * faded
            place += 1
    # Of those that are as weak as the weakest there may be too many: the first of them follow the stronger.
    for slot in range(NEIGHBOURS if weakest > 0 else 0):
        if strengths[slot] == weakest and place < PUBLISHED_NEIGHBOURS:
            named[place], told[place] = neighbours[slot], strengths[slot] * faded
            place += 1


def decode_models(values: Sequence[bytes]) -> ModelRows:
    """Read item models that were written with `tobytes`, one row each.

    Raises:
        CorruptState: a length or version is wrong, or a number is not finite.
    """
    if any(len(value) != ITEM_MODEL.itemsize or value[0] != VERSION for value in values):
        raise CorruptState("item model of a wrong length or version")
    models = np.frombuffer(b"".join(values), ITEM_MODEL)
    if not all(np.isfinite(models[name]).all() for name in _FINITE):
        raise CorruptState("item model with a number that is not finite")
    return models
