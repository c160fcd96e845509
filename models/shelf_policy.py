"""The policy of shelves: what each is expected to pay here and now, and how freely it is chosen by that.

Expected are: what the shelf's file says, what all listeners in such a situation made of it beyond that
(linear arms, pooled), and what this listener did (`OwnShelves`). By Plackett-Luce on that expectation every
choice has an exact probability: Thompson sampling would need hundreds of draws to say one
(docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.contexts import PARTS
from models.own_shelves import Float32s, Float64s, Int32s, lean_own
from models.page import Leanings
from models.shelf_model import Int64s, surplus_of
from models.shelves.kind import ShelfKind
from models.situation import Steps

TEMPERATURE: Final = 0.08
"""How freely shelves are chosen: one that is expected to pay .08 more comes first in 73 of 100 slates."""
FLOOR: Final = 0.05
"""Of the choices, this share takes no notice of what is expected."""
POLICIES: Final = ("live", "everybody", "fixed-order")
"""The one that draws; the same without what is the listener's own; and what the files of shelves say."""


class Offer(NamedTuple):
    """The shelves on offer, s of them: what the policy knows them by, and what their files expect of each."""

    arms: Int64s
    expected: Float64s


class ShelfPolicy:
    """What a list of `kinds` is expected to pay before anything is learned of it: as `offer`, and by arm."""

    def __init__(self, kinds: Sequence[ShelfKind]) -> None:
        arms, expected = [kind.arm for kind in kinds], [kind.expected for kind in kinds]
        self.offer = Offer(np.array(arms, np.int64), np.array(expected, np.float64))
        self.expected = dict(zip(arms, expected, strict=True))


class Learned(NamedTuple):
    """What is known of shelves: of all by `ShelfWeights`, and of the listener's own by `OwnShelves`."""

    arms: Int64s
    means: Float64s
    own: Int32s
    sums: Float32s


@compiled
def lean(offer: Offer, learned: Learned, situation: Steps, part_of_week: int, exploration: float) -> Leanings:
    """Say what each of `POLICIES` expects; `exploration` multiplies the temperature and the floor."""
    scores = np.empty((len(POLICIES), len(offer.arms)), np.float64)
    scores[2] = offer.expected
    scores[1] = offer.expected + surplus_of(offer.arms, learned.arms, learned.means, situation)
    scores[0] = scores[1] + lean_own(offer.arms, learned.own, learned.sums, part_of_week % PARTS)
    floor = min(1.0, FLOOR * exploration)
    return Leanings(scores, np.full(len(POLICIES), TEMPERATURE * exploration), np.full(len(POLICIES), floor))
