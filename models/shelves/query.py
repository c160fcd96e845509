"""What may stand on a shelf: conditions on features, and on facts that compare candidates with each other.

Queries are data, so that one compiled pass asks those of all shelves.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import FEATURES, Feature, Float32s
from models.shelves.anchors import About, Anchor, Bools, Int32s, Int64s, Pool


class Fact(IntEnum):
    """What a query may ask beside features: how a candidate compares with others, or with an anchor."""

    IN_TOP = FEATURES  # 1 where it is among the most played items of all
    RARE = FEATURES + 1  # 1 where it is in the less popular half of the candidates
    BY_FAVOURITE = FEATURES + 2  # 1 where it is by the artist of Anchor.FAVOURITE
    FOR_FANS = FEATURES + 3  # 1 where it is unheard, and one by Anchor.FANS_OF explains it
    BY_FOLLOWED = FEATURES + 4  # 1 where it is by an artist whom the listener follows
    EDITORIAL = FEATURES + 5  # 1 where the playlist of Anchor.EDITORIAL holds it
    NEAR = FEATURES + 6  # 1 where its tags name the listener's country or language


FACTS: Final = len(Fact)


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
def state_facts(features: Float32s, pool: Pool, anchors: Int64s, about: About) -> Float32s:
    """The facts of n candidates: float32, facts x n."""
    count = features.shape[1]
    facts = np.zeros((FACTS, count), np.float32)
    median = np.float32(0)
    if count > 1:
        median = np.partition(features[Feature.POPULARITY], count // 2)[count // 2]
    for item in range(count):
        artist = pool.artists[item]
        facts[Fact.IN_TOP - FEATURES, item] = pool.in_top[item]
        facts[Fact.RARE - FEATURES, item] = count > 1 and features[Feature.POPULARITY, item] <= median
        facts[Fact.BY_FAVOURITE - FEATURES, item] = artist >= 0 and artist == anchors[Anchor.FAVOURITE]
        if features[Feature.UNHEARD, item] > 0 and artist != pool.explaining[item] >= 0:
            facts[Fact.FOR_FANS - FEATURES, item] = pool.explaining[item] == anchors[Anchor.FANS_OF]
        facts[Fact.BY_FOLLOWED - FEATURES, item] = is_among(artist, about.followed)
        facts[Fact.EDITORIAL - FEATURES, item] = pool.editorial[item] == anchors[Anchor.EDITORIAL] >= 0
        for locale in about.locales:
            if is_among(locale, pool.locale[item]):
                facts[Fact.NEAR - FEATURES, item] = 1
    return facts


@compiled
def is_among(one: int, some: Int32s) -> bool:
    """Whether a number is one of n (int32); `==` and `any` would allocate for every item."""
    found = False
    for other in some:
        found |= other == one
    return found
