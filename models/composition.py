"""From ranked candidates to a slate: shelf after shelf, no item twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.chance import draw_uniforms
from models.compiled import compiled
from models.events import ItemKey
from models.features import SOURCE_NAMES, Feature, Float32s, sources_of
from models.ranker import Ranking
from models.sampling import POLICY, Bools, FloatArray, IndexArray, Rules, draw_rows
from models.shelves.kind import ShelfKind
from models.shelves.query import Conditions, find_eligible, list_conditions, state_facts
from models.shelves.reasons import REASONS, REFERRING, weigh_reasons
from models.skips import SkipWeights, predict_skips
from models.slate import Shelf, Slate

MOST_SHELVES: Final = 6
"""What a home screen shows; shelves further down the list stand in where others have nothing to say."""
SKIP_AVERSION: Final = 0.5
"""Log-odds that a certain skip costs."""
DEPTH: Final = 60
"""Candidates, best first, that a shelf draws from; the rest is too unlikely to be worth the time."""

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The shelves of a slate, as compiled passes read them."""

    kinds: tuple[ShelfKind, ...]
    follows_play: Bools
    rules: Rules
    conditions: Conditions


class Drawn(NamedTuple):
    """What stands on the shelves, one after the other: n items, and how many belong to each shelf."""

    marks: Int64s
    """4 x n: positions of the items, and of those that the reasons refer to, -1 for none; then places in
    `REASONS` and in `SOURCE_NAMES`."""
    odds: FloatArray
    """2 x n: scores and propensities."""
    counts: Int64s


def plan_shelves(kinds: Sequence[ShelfKind]) -> Plan:
    """Lay out shelves, which come in this order."""
    rules = Rules(
        places=np.array([kind.places for kind in kinds], np.int64),
        temperatures=np.array([kind.temperature for kind in kinds], np.float64),
        floors=np.array([kind.floor for kind in kinds], np.float64),
        fewest=np.array([kind.fewest for kind in kinds], np.int64),
        caps=np.array([kind.artist_cap for kind in kinds], np.int64),
    )
    follows_play = np.array([kind.follows_play for kind in kinds], np.bool_)
    return Plan(tuple(kinds), follows_play, rules, list_conditions([kind.query for kind in kinds]))


def compose_slate(
    ranking: Ranking,
    catalogue: Catalogue,
    plan: Plan,
    *,
    last_played: int,
    banned: Sequence[ItemKey],
    chosen: IndexArray,
    skips: SkipWeights,
    discovery: float,
    seed: int,
    ranker_version: int,
) -> Slate:
    """Draw each shelf from what the shelves before it left; what the listener banned never comes.

    What will likely be skipped, by the weights `skips`, is moved down: the chance of a skip, times
    `SKIP_AVERSION`, is taken off the score. Rows that explore still draw it now and then. `discovery` is
    added to the score of what the listener has not heard: log-odds, 0 leaves the odds as they were learned.

    A shelf depends on those before it only: with fewer behind it, it is the same. `last_played` is the
    position of the item played last, -1 if none was, `chosen` (int32) the positions of chosen artists.
    """
    candidates = ranking.candidates
    drawn = Drawn(
        *_draw(
            candidates.positions,
            candidates.features,
            candidates.because,
            candidates.buckets,
            ranking.scores,
            skips.weights,
            discovery,
            catalogue.keys,
            catalogue.artist,
            catalogue.in_top,
            np.array(banned, np.int64),
            chosen,
            last_played >= 0,
            plan.follows_play,
            plan.rules,
            plan.conditions,
            np.uint64(seed),
        )
    )
    return Slate(
        shelves=tuple(_shelves(drawn, catalogue, plan, last_played)),
        policy=POLICY,
        ranker_version=ranker_version,
        skips_version=skips.version,
        catalogue_version=catalogue.version,
    )


def _shelves(drawn: Drawn, catalogue: Catalogue, plan: Plan, last_played: int) -> list[Shelf]:
    names = catalogue.ids
    positions, because, evidence, bits = drawn.marks.tolist()
    scores, propensities = drawn.odds.tolist()
    ids = [names[position] for position in positions]
    explaining = [names[position] if position >= 0 else "" for position in because]
    reasons = [REASONS[held] for held in evidence]
    sources = [SOURCE_NAMES[shown] for shown in bits]
    shelves, start = [], 0
    for kind, count in zip(plan.kinds, drawn.counts.tolist(), strict=True):
        if not count:
            continue
        place, start = slice(start, start + count), start + count
        title, played = kind.title, ""
        if kind.follows_play:
            title, played = title.format(played=catalogue.title(last_played)), names[last_played]
        why = reasons[place], explaining[place]
        if kind.because:
            why = [kind.because] * count, [played] * count
        columns = ids[place], scores[place], propensities[place], sources[place]
        shelves.append(Shelf(kind.id, title, *columns, *why))
    return shelves


@compiled
def _draw(
    positions: IndexArray,
    features: Float32s,
    because: IndexArray,
    buckets: IndexArray,
    ranked: Float32s,
    skip_weights: FloatArray,
    discovery: float,
    keys: Int64s,
    artists: IndexArray,
    in_top: Bools,
    banned: Int64s,
    chosen: IndexArray,
    played: bool,
    follows_play: Bools,
    rules: Rules,
    conditions: Conditions,
    seed: np.uint64,
) -> tuple[Int64s, FloatArray, Int64s]:
    """Draw all shelves in one pass; returns the columns of `Drawn`."""
    scores = np.empty(len(positions), np.float64)
    chances = predict_skips(buckets, skip_weights)
    for item in range(len(scores)):
        scores[item] = ranked[item] + discovery * features[Feature.UNHEARD, item]
        scores[item] -= SKIP_AVERSION * chances[item]
    order = np.argsort(-scores, kind="mergesort")
    facts = state_facts(features, in_top[positions])
    eligible = find_eligible(features, facts, conditions, len(follows_play))
    for shelf in range(len(follows_play)):
        if follows_play[shelf] and not played:
            eligible[shelf] = False
    for key in banned:
        for item in range(len(positions)):
            if keys[positions[item]] == key:
                eligible[:, item] = False
    uniforms = draw_uniforms(seed, rules.places.sum())
    rows, propensities, counts = draw_rows(
        scores, artists[positions], order, eligible, rules, MOST_SHELVES, DEPTH, uniforms
    )
    marks, odds = np.empty((4, len(rows)), np.int64), np.empty((2, len(rows)), np.float64)
    for place in range(len(rows)):
        row = rows[place]
        by_chosen = (chosen == artists[positions[row]]).any()
        reason = weigh_reasons(features, row, because[row] >= 0, by_chosen)
        marks[0, place], marks[1, place] = positions[row], because[row] if REFERRING[reason] else -1
        marks[2, place], marks[3, place] = reason, sources_of(features, row)
        odds[0, place], odds[1, place] = scores[row], propensities[place]
    return marks, odds, counts
