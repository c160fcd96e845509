"""What a shelf is: a title, a query that says what may stand on it, and how it is drawn.

Shelves are data, so that one compiled pass reads all their queries: a slate asks eight of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import FEATURES, Feature
from models.slate import Because

ROW_PLACES: Final = 10
ROW_FEWEST: Final = 3
"""A shelf with fewer items is not worth a title."""
ROW_TEMPERATURE: Final = 0.5
"""How freely shelves explore: the best candidate is drawn before one that scores half a point less
(log-odds) in 73 of 100 slates."""

Float32s = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]


class Fact(IntEnum):
    """What a query may ask beside features: numbers that compare a candidate with others."""

    IN_TOP = FEATURES  # 1 where it is among the most played items of all
    RARE = FEATURES + 1  # 1 where it is in the less popular half of the candidates


class Condition(NamedTuple):
    """A feature or fact from `least` to `most`, both included."""

    of: Feature | Fact
    least: float
    most: float


Query = Sequence[Sequence[Condition]]
"""All of these, where each is any of its conditions; without one, everything."""


def above_zero(of: Feature | Fact) -> Condition:
    """Hold where a source found something."""
    return Condition(of, float(np.finfo(np.float32).smallest_subnormal), np.inf)


def zero(of: Feature | Fact) -> Condition:
    """Hold where there is nothing of it."""
    return Condition(of, 0.0, 0.0)


def at_least(of: Feature | Fact, least: float) -> Condition:
    """Hold from a number on."""
    return Condition(of, least, np.inf)


@dataclass(frozen=True, slots=True)
class ShelfKind:
    """A kind of shelf. Adding one is one file and its test.

    `id` stands in slates and is stable for ever. `{played}` in `title` is the title of the item played last;
    without one, or where nothing was played yet, the shelf is left out. `because` is the reason for every
    item, which refers to the item played last if the title does; without it each has the strongest evidence
    for itself. A row of `places` is drawn, with scores divided by `temperature`, and left out with fewer
    than `fewest`.
    """

    id: str
    title: str
    query: Query = ()
    because: Because | None = None
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    @property
    def follows_play(self) -> bool:
        """Whether it is about the item played last."""
        return "{played}" in self.title


class Conditions(NamedTuple):
    """The conditions of several shelves, one row each, in the order of shelves and clauses."""

    shelf: npt.NDArray[np.int64]
    clause: npt.NDArray[np.int64]
    of: npt.NDArray[np.int64]
    least: Float32s
    most: Float32s


def list_conditions(shelves: Sequence[ShelfKind]) -> Conditions:
    """Write the queries of shelves as arrays."""
    rows = [
        (shelf, clause, condition)
        for shelf, kind in enumerate(shelves)
        for clause, conditions in enumerate(kind.query)
        for condition in conditions
    ]
    return Conditions(
        np.array([shelf for shelf, _, _ in rows], np.int64),
        np.array([clause for _, clause, _ in rows], np.int64),
        np.array([condition.of for _, _, condition in rows], np.int64),
        np.array([condition.least for _, _, condition in rows], np.float32),
        np.array([condition.most for _, _, condition in rows], np.float32),
    )


@compiled
def find_eligible(features: Float32s, facts: Float32s, conditions: Conditions, shelves: int) -> Bools:
    """Ask each shelf of each of n candidates whether it may stand there: bool, shelves x n."""
    count = features.shape[1]
    eligible = np.ones((shelves, count), np.bool_)
    holds = np.zeros(count, np.bool_)
    for row in range(len(conditions.of)):
        of = conditions.of[row]
        values = features[of] if of < len(features) else facts[of - len(features)]
        for item in range(count):
            holds[item] |= conditions.least[row] <= values[item] <= conditions.most[row]
        last = row + 1 == len(conditions.of)
        shelf, clause = conditions.shelf[row], conditions.clause[row]
        if last or conditions.shelf[row + 1] != shelf or conditions.clause[row + 1] != clause:
            for item in range(count):
                eligible[shelf, item] &= holds[item]
                holds[item] = False
    return eligible


@compiled
def state_facts(features: Float32s, in_top: Bools) -> Float32s:
    """The facts of n candidates, of which `in_top` (bool, n) are among the most played: float32, 2 x n."""
    facts = np.zeros((2, features.shape[1]), np.float32)
    popularity = features[Feature.POPULARITY]
    if len(popularity) > 1:
        middle = len(popularity) // 2
        median = np.partition(popularity, middle)[middle]
        for item in range(len(popularity)):
            facts[0, item] = in_top[item]
            facts[1, item] = popularity[item] <= median
    return facts
