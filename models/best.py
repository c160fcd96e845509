"""The best of many: which scores are highest, and who comes first by one of them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

PLACES: Final = 8
"""Candidates whose place by a source is told to the ranker; further down it only adds noise."""
Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


@compiled
def choose_best(
    scores: Float32s, keys: npt.NDArray[np.int64], items: Int32s, in_ring: int, most: int
) -> npt.NDArray[np.int64]:
    """The places of the best `most` scores above -inf: among the first `in_ring` as they stand, then by key.

    Among equal scores the first in that order are taken. `keys` are those of catalogue positions, `items`
    the position of each score.

    >>> keys, items = np.array([6, 7, 8, 9]), np.array([3, 2, 1, 0], np.int32)
    >>> choose_best(np.array([1, 5, 5, 5], np.float32), keys, items, 2, 2).tolist()
    [1, 3]
    """
    least = np.float32(-np.inf)
    if len(scores) > most:
        least = np.partition(scores, len(scores) - most)[len(scores) - most]
    places = np.flatnonzero((scores >= least) & (scores > -np.inf))
    within = np.searchsorted(places, in_ring)
    outside = places[within:]
    places[within:] = outside[np.argsort(keys[items[outside]])]
    surplus = len(places) - most
    kept, equals = 0, np.count_nonzero(scores[places] == least)
    for place in places:
        equals -= scores[place] == least
        if scores[place] > least or equals >= surplus:
            places[kept] = place
            kept += 1
    return places[:kept]


@compiled
def reserve_unheard(
    chosen: npt.NDArray[np.int64],
    scores: Float32s,
    keys: npt.NDArray[np.int64],
    items: Int32s,
    in_ring: int,
    reserved: int,
) -> npt.NDArray[np.int64]:
    """Of what `choose_best` chose, give up the worst in the ring until `reserved` are not in it.

    Where there are not so many, all of them come; the order is that of `choose_best`, as are the arguments.

    >>> keys, items = np.arange(5), np.arange(5, dtype=np.int32)
    >>> scores = np.array([5, 4, 3, 2, 1], np.float32)
    >>> reserve_unheard(np.array([0, 1, 2]), scores, keys, items, 3, 1).tolist()
    [0, 1, 3]
    """
    within = int(np.searchsorted(chosen, in_ring))
    if len(chosen) - within >= min(reserved, len(scores) - in_ring):
        return chosen
    unheard = in_ring + choose_best(scores[in_ring:], keys, items[in_ring:], 0, reserved)
    heard = chosen[:within]
    kept = choose_best(scores[heard], keys, items[heard], within, len(chosen) - len(unheard))
    return np.concatenate((heard[kept], unheard))


@compiled
def place_best(values: Float32s, shares: Float32s) -> None:
    """Give the eight largest values above zero 1 / their place, the others 0; of equal ones the first leads.

    >>> shares = np.empty(3, np.float32)
    >>> place_best(np.array([0, 5, 9], np.float32), shares)
    >>> shares.tolist()
    [0.0, 0.5, 1.0]
    """
    best = np.full(PLACES, -1, np.int32)
    shares[:] = 0
    for item in range(len(values)):
        place = PLACES
        while place > 0 and values[item] > (values[best[place - 1]] if best[place - 1] >= 0 else 0):
            place -= 1
        for lower in range(PLACES - 1, place, -1):
            best[lower] = best[lower - 1]
        if place < PLACES:
            best[place] = item
    for place in range(PLACES):
        if best[place] >= 0:
            shares[best[place]] = 1 / (place + 1)
