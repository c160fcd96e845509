"""Groups of taste: the few kinds of music that a listener plays, found in the vectors of what was played.

No catalogue says of every item what genre or mood it is; its vector says what it is played with. The plays of
a listener are clustered by that (spherical k-means, Dhillon and Modha 2001, from the plays that lie furthest
apart, Gonzalez 1985), and candidates fall into the nearest cluster. Nothing is kept of an item, nothing
between requests, and the groups are the listener's own: one who plays nothing but jazz has several.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.diet.measures import IndexArray
from models.item_space import StepArray, multiply

GROUPS: Final = 12
SAMPLE: Final = 128
"""Plays that are clustered, evenly spread over the ring's last `REACH` events."""
REACH: Final = 2_048
ROUNDS: Final = 2
"""Times that the centres are moved to the middle of what is theirs."""
ALIKE: Final = 15_240
"""Products of vectors in steps from which on two plays are one kind: a cosine of .945."""
UNPLACED: Final = GROUPS
"""The group of what has no vector yet."""
ALL_GROUPS: Final = GROUPS + 1

Int64s = npt.NDArray[np.int64]
Float64s = npt.NDArray[np.float64]
Centres = npt.NDArray[np.int16]
_LENGTH: Final = 4_096.0
"""Of the centres, in whole numbers: their products with vectors in steps stay below 2^26."""


class Groups(NamedTuple):
    """The groups of a listener: centres (int16, 12 x 64), and the share of each, UNPLACED last (float64, 13).

    Shares are zeros where nothing was played; a group that is not needed has share 0 and a centre of zeros.
    """

    centres: Centres
    shares: Float64s


@compiled
def find_groups(heard: IndexArray, good: npt.NDArray[np.bool_], vectors: StepArray) -> Groups:
    """Cluster what was played last: `heard` (int32) and `good` (bool) of the ring, oldest first.

    It depends on the order of plays and on the vectors only, never on positions.
    """
    sample = _spread(heard, good)
    centres = _far_apart(sample, vectors)
    for _ in range(ROUNDS):
        centres = _move(centres, sample, vectors)
    groups, shares = assign(sample, centres, vectors), np.zeros(ALL_GROUPS)
    for group in groups:
        shares[group] += 1.0
    return Groups(centres, shares / max(1, len(groups)))


@compiled
def assign(positions: IndexArray, centres: Centres, vectors: StepArray) -> Int64s:
    """The group (int64, n) of each of n items by the nearest centre, the first of equals."""
    groups = np.full(len(positions), UNPLACED, np.int64)
    for nth in range(len(positions)):
        nearest = np.int32(-(2**31) + 1)
        vector = vectors[positions[nth]]
        if vector.any():
            for group in range(len(centres)):
                product = multiply(centres[group], vector)
                if product > nearest and centres[group].any():
                    groups[nth], nearest = group, product
    return groups


@compiled
def _spread(heard: IndexArray, good: npt.NDArray[np.bool_]) -> IndexArray:
    """At most `SAMPLE` plays of 30 seconds or more, the newest first."""
    sample, count = np.empty(SAMPLE, np.int32), 0
    reach = min(len(heard), REACH)
    event, step = len(heard) - 1, max(1, reach // SAMPLE)
    while event >= len(heard) - reach and count < SAMPLE:
        if good[event]:
            sample[count] = heard[event]
            count += 1
        event -= step
    return sample[:count]


@compiled
def _far_apart(sample: IndexArray, vectors: StepArray) -> Centres:
    """Begin with the newest play, then take again and again what is least like all that was taken."""
    centres = np.zeros((GROUPS, vectors.shape[1]), np.int16)
    likest = np.full(len(sample), -(2**31) + 1, np.int32)
    chosen = 0
    for group in range(min(GROUPS, len(sample))):
        centres[group] = vectors[sample[chosen]]
        least = np.int32(2**31 - 1)
        following = -1
        for nth in range(len(sample)):
            likest[nth] = max(likest[nth], multiply(centres[group], vectors[sample[nth]]))
            if likest[nth] < least and vectors[sample[nth]].any():
                least, following = likest[nth], nth
        if following < 0 or least > ALIKE:
            break
        chosen = following
    return centres


@compiled
def _move(centres: Centres, sample: IndexArray, vectors: StepArray) -> Centres:
    """Move each centre to the direction of the sum of what is nearest to it."""
    sums = np.zeros((len(centres), vectors.shape[1]), np.int32)
    groups = assign(sample, centres, vectors)
    for nth in range(len(sample)):
        if groups[nth] != UNPLACED:
            for dimension in range(sums.shape[1]):
                sums[groups[nth], dimension] += vectors[sample[nth], dimension]
    moved = np.zeros(centres.shape, np.int16)
    for group in range(len(centres)):
        length = np.sqrt((sums[group].astype(np.float64) ** 2).sum())
        if length > 0.0:
            moved[group] = np.rint(sums[group] * (_LENGTH / length)).astype(np.int16)
    return moved
