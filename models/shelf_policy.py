"""The policy of shelves: what each is expected to pay here and now, and how freely it is chosen by that.

Expected are: what the shelf's file says, what all listeners in such a situation made of it beyond that
(linear arms, pooled), and what this listener did (`OwnShelves`). By Plackett-Luce on that expectation every
choice has an exact probability: Thompson sampling would need hundreds of draws to say one
(docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.compiled import compiled
from models.contexts import PARTS
from models.own_shelves import Float32s, Float64s, Int32s, OwnShelves, lean_own
from models.page import Leanings
from models.shelf_model import Int64s, ShelfWeights, surplus_of
from models.shelves.kind import ShelfKind
from models.situation import Steps

TEMPERATURE: Final = 0.08
"""How freely shelves are chosen: one that is expected to pay .08 more comes first in 73 of 100 slates."""
FLOOR: Final = 0.05
"""Of the choices, this share takes no notice of what is expected."""
POLICIES: Final = ("live", "everybody", "fixed-order")
"""The one that draws; the same without what is the listener's own; and what the files of shelves say."""


class ShelfPolicy:
    """Says what shelves are expected to pay, for one list of `kinds`."""

    def __init__(self, kinds: Sequence[ShelfKind]) -> None:
        self._arms = np.array([kind.arm for kind in kinds], np.int64)
        self._expected = np.array([kind.expected for kind in kinds], np.float64)
        self.expected = dict(zip(self._arms.tolist(), self._expected.tolist(), strict=True))
        """What is expected of each arm before anything is learned of it."""

    def lean(
        self,
        weights: ShelfWeights,
        own: OwnShelves,
        situation: Steps,
        *,
        part_of_week: int,
        exploration: float,
    ) -> Leanings:
        """Say what each of `POLICIES` expects; `exploration` multiplies the temperature and the floor."""
        scores = _expect(
            self._arms,
            self._expected,
            weights.arms,
            weights.means,
            situation,
            own.arms,
            own.sums,
            part_of_week % PARTS,
        )
        temperature, floor = TEMPERATURE * exploration, min(1.0, FLOOR * exploration)
        return Leanings(scores, np.full(len(POLICIES), temperature), np.full(len(POLICIES), floor))


@compiled
def _expect(
    arms: Int64s,
    expected: Float64s,
    learned: Int64s,
    means: Float64s,
    situation: Steps,
    own: Int32s,
    sums: Float32s,
    part: int,
) -> Float64s:
    """What each of `POLICIES` expects of n arms: float64, 3 x n."""
    scores = np.empty((3, len(arms)), np.float64)
    scores[2] = expected
    scores[1] = expected + surplus_of(arms, learned, means, situation)
    scores[0] = scores[1] + lean_own(arms, own, sums, part)
    return scores
