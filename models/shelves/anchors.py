"""Anchors: what of a listener's a shelf is about, and how it is found among the candidates."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import Feature, Float32s

ENOUGH: Final = 3
"""Candidates that an artist or a playlist must have, to be worth a shelf."""
_SLOTS: Final = 1024
"""Of a hash table of groups; there are at most 200 candidates."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Float64s = npt.NDArray[np.float64]


class Anchor(IntEnum):
    """What a shelf is about; its name stands in the title."""

    NOTHING = 0
    LAST_PLAY = 1  # the item played last
    FAVOURITE = 2  # the artist who has most to offer, by what the listener played for long
    FANS_OF = 3  # the artist whose fans play most of what the listener has not heard
    FOLLOWED = 4  # the artists whom the listener follows
    MOMENT = 5  # the part of the day, on workdays or weekends
    EDITORIAL = 6  # the editors' playlist that holds most of what fits
    PLACE = 7  # the country or language of the listener


ANCHORS: Final = len(Anchor)


class About(NamedTuple):
    """What is known of the listener beside the candidates; positions are those of the catalogue, int32."""

    last_played: int
    """The item played last, -1 if none was."""
    moment: int
    """The part of the day, on a workday or a weekend; -1 before the first event."""
    banned: Int64s
    """Keys of items that must not come."""
    chosen: Int32s
    """Artists that the listener chose at the start."""
    followed: Int32s
    """Artists whom the listener follows."""
    locales: Int32s
    """The listener's country and language."""
    shares: Float64s
    """Of each group of taste in what the listener plays, float64; zeros where rows need not follow them."""


class Pool(NamedTuple):
    """What the catalogue says of n candidates; -1 is nothing."""

    keys: Int64s
    artists: Int32s
    explained: Bools
    """Whether an item that was played explains each."""
    explaining: Int32s
    """The artist of that item."""
    editorial: Int32s
    """The playlist of editors that holds each."""
    locale: Int32s
    """Country and language of each, n x 2."""
    in_top: Bools
    skip_chances: Float64s
    """How likely a play of each would be a skip."""
    groups: Int64s
    """The group of taste of each, where rows follow the listener's shares."""


@compiled
def find_anchors(features: Float32s, pool: Pool, order: Int64s, about: About) -> Int64s:
    """Find the anchor of each kind, -1 where there is none: a position among items, artists and so on.

    `order` (int64, n) lists the candidates, best first.
    """
    found, count = np.full(ANCHORS, -1, np.int64), features.shape[1]
    unheard, high = np.zeros(count, np.float32), np.zeros(count, np.float32)
    for place in range(count):
        item = order[place]
        high[item] = 1.0 / (10.0 + place)
        if pool.artists[item] != pool.explaining[item]:
            unheard[item] = features[Feature.UNHEARD, item]
    found[Anchor.NOTHING] = 0
    found[Anchor.LAST_PLAY] = about.last_played
    found[Anchor.FAVOURITE] = find_heaviest(pool.artists, features[Feature.ARTIST_LASTING])
    found[Anchor.FANS_OF] = find_heaviest(pool.explaining, unheard)
    found[Anchor.FOLLOWED] = about.followed[0] if len(about.followed) else -1
    found[Anchor.MOMENT] = about.moment
    found[Anchor.EDITORIAL] = find_heaviest(pool.editorial, high)
    found[Anchor.PLACE] = about.locales[0] if len(about.locales) else -1
    return found


@compiled
def find_heaviest(groups: Int32s, weights: Float32s) -> int:
    """The heaviest group with at least `ENOUGH` members of a weight above zero, -1 where there is none.

    `groups` (int32, n) are those of n members, -1 for none; of equal ones the one with the first member
    leads.

    >>> find_heaviest(np.array([7, 5, 7, 5, 7, 5], np.int32), np.array([1, 1, 1, 1, 1, 2], np.float32))
    5
    """
    slots = np.full(_SLOTS, -1, np.int32)
    totals, counts = np.zeros(_SLOTS, np.float32), np.zeros(_SLOTS, np.int64)
    best, most = -1, np.float32(0)
    for member in range(len(groups)):
        if groups[member] >= 0 and weights[member] > 0:
            slot = _slot_of(slots, groups[member])
            totals[slot] += weights[member]
            counts[slot] += 1
    for member in range(len(groups)):
        if groups[member] >= 0:
            slot = _slot_of(slots, groups[member])
            if counts[slot] >= ENOUGH and totals[slot] > most:
                best, most = groups[member], totals[slot]
    return best


@compiled
def _slot_of(slots: Int32s, group: int) -> int:
    """Where a group stands in an open hash table, which it enters if it is new."""
    slot = (group * 0x9E3779B1) % _SLOTS
    while slots[slot] != group:
        if slots[slot] < 0:
            slots[slot] = group
        else:
            slot = (slot + 1) % _SLOTS
    return slot
