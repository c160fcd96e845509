"""What may stand on a shelf: conditions on features, and on facts that compare candidates with each other.

Queries are data, so that one compiled pass asks those of all shelves.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import FEATURES, Feature

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


class Conditions(NamedTuple):
    """The conditions of several queries, one row each, in the order of shelves and clauses."""

    shelf: npt.NDArray[np.int64]
    clause: npt.NDArray[np.int64]
    of: npt.NDArray[np.int64]
    least: Float32s
    most: Float32s


def list_conditions(queries: Sequence[Query]) -> Conditions:
    """Write queries, one a shelf, as arrays."""
    rows = [
        (shelf, clause, condition)
        for shelf, query in enumerate(queries)
        for clause, conditions in enumerate(query)
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
        least, most = conditions.least[row], conditions.most[row]
        for item in range(count):
            holds[item] |= (values[item] >= least) & (values[item] <= most)
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
