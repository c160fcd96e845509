"""What workers have learned of items, and whether others learned the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.bounded_rows import FREE
from models.items import StateRows, load_states

_COUNTS: Final = ("updates", "plays", "skips", "likes", "vector")
_ITEM: Final = b"item\0"


@dataclass(frozen=True, slots=True)
class Learned:
    """The statistics of items: states of dtype `ITEM_STATE`, in the order of their ids."""

    ids: tuple[str, ...]
    states: StateRows


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two agree; the greatest differences are shares of the greater one.

    Rows of neighbours are compared where they have a free slot on both sides, so that nobody ever made room.
    """

    items: int
    counts_equal: bool
    """Of plays, skips, likes, updates and the whole numbers of vectors; and the items are the same."""
    audience_difference: float
    rows_with_room: int
    neighbours_difference: float
    """1 where one names a neighbour that the other does not."""


def read_learned(changelog: Iterable[tuple[bytes, bytes | None]]) -> Learned:
    """Read the statistics of all items from records (key, value) of the changelog; the last one counts."""
    stored = {key: value for key, value in changelog if key.startswith(_ITEM)}
    states, ids = load_states([value for value in stored.values() if value is not None])
    order = sorted(range(len(ids)), key=ids.__getitem__)
    return Learned(tuple(ids[place] for place in order), states[order])


def compare_learned(one: Learned, other: Learned) -> Agreement:
    """Compare what was learned of the items that both know."""
    places = [{item: place for place, item in enumerate(learned.ids)} for learned in (one, other)]
    both = [item for item in one.ids if item in places[1]]
    ours, theirs = (
        learned.states[[of[item] for item in both]] for learned, of in zip((one, other), places, strict=True)
    )
    room = (ours["neighbours"] == FREE).any(axis=1) & (theirs["neighbours"] == FREE).any(axis=1)
    return Agreement(
        items=len(both),
        counts_equal=one.ids == other.ids and all((ours[name] == theirs[name]).all() for name in _COUNTS),
        audience_difference=_greatest(_difference(ours["audience"], theirs["audience"])),
        rows_with_room=int(room.sum()),
        neighbours_difference=_greatest(_row_differences(ours[room], theirs[room])),
    )


def _row_differences(ours: StateRows, theirs: StateRows) -> Iterator[float]:
    for one, other in zip(ours, theirs, strict=True):
        mine, its = _row(one), _row(other)
        if mine.keys() != its.keys():
            yield 1.0
        else:
            pairs = np.array([(strength, its[key]) for key, strength in mine.items()]).reshape(-1, 2)
            yield from _difference(pairs[:, 0], pairs[:, 1])


def _row(state: np.void) -> Mapping[int, float]:
    named = state["neighbours"] != FREE
    return dict(zip(state["neighbours"][named].tolist(), state["strengths"][named].tolist(), strict=True))


def _difference(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    greater = np.maximum(np.abs(one), np.abs(other))
    return np.divide(np.abs(one - other), greater, out=np.zeros_like(greater), where=greater > 0)


def _greatest(differences: Iterable[float]) -> float:
    return float(max(differences, default=0.0))
