"""A slate made again from what it followed from, and what every score in it is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.composition import (
    SKIP_AVERSION,
    Drawn,
    Inputs,
    Names,
    Plan,
    Scored,
    draw_slate,
    name_slate,
    plan_shelves,
    settle_scores,
)
from models.explanation import Explanation
from models.features import ITEM_FEATURES, Feature, Float32s
from models.network import HIDDEN, MOMENTS, UNITS, add_terms, score_items
from models.page import DEPTH, odds_of
from models.sampling import Bools, FloatArray
from models.shelves.openings import find_open
from models.shelves.reasons import REFERS, add_up_reasons
from models.slate import Slate


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """A slate made again, and its n candidates accounted for, by their places among the candidates.

    A score is `ranked`, the ranker's, with the listener's word at the start, and `discovery`, less `penalty`
    for a likely skip, and `calibration` for the listener's proportions (all of them n). Of `ranked`, each
    feature adds `added` (float32, ITEM_FEATURES x n) beyond its mean over the candidates, and what speaks of
    each reason together `reasons` (float32, REASONS x n). `order` (int64, n) lists the candidates, best
    first; `eligible` (bool, shelves x n) says which may stand on which shelf, before those above it took
    theirs.
    """

    slate: Slate
    drawn: Drawn
    scores: FloatArray
    ranked: Float32s
    discovery: FloatArray
    penalty: FloatArray
    calibration: FloatArray
    added: Float32s
    reasons: Float32s
    order: npt.NDArray[np.int64]
    eligible: Bools


class Standing(NamedTuple):
    """How a candidate stood when a shelf was drawn.

    `place` is its place, from 1, among the `left` that might stand there, best first; 0 where it might not:
    the shelf asks for something else, or it stands further up. `chance` is that of being drawn first.
    """

    shelf: str
    place: int
    left: int
    chance: float


def rebuild(explanation: Explanation) -> Slate:
    """Make the slate again, bit for bit."""
    inputs, plan = _inputs(explanation), plan_shelves(explanation.kinds)
    return _name(explanation, plan, draw_slate(inputs, plan))


def account(explanation: Explanation) -> Account:
    """Make the slate again, and say what its scores are made of."""
    inputs, plan = _inputs(explanation), plan_shelves(explanation.kinds)
    drawn = draw_slate(inputs, plan)
    scored, pool, features = inputs.scored, inputs.pool, inputs.scored.features
    scores = settle_scores(scored, pool, inputs.about, inputs.knobs)
    order = np.argsort(-scores, kind="mergesort")
    _, eligible = find_open(features, pool, inputs.about, order, plan.anchors, plan.conditions)
    terms, everyone = add_terms(scored.numbers, scored.own), np.arange(len(scores))
    discovery = inputs.knobs.discovery * features[Feature.UNHEARD].astype(np.float64)
    penalty = SKIP_AVERSION * pool.skip_chances
    return Account(
        slate=_name(explanation, plan, drawn),
        drawn=drawn,
        scores=scores,
        ranked=scored.scores,
        discovery=discovery,
        penalty=penalty,
        calibration=scores - (scored.scores + discovery - penalty),
        added=_add_up_features(scored, terms),
        reasons=add_up_reasons(features, scored.hidden, everyone, scored.numbers, terms),
        order=order,
        eligible=eligible,
    )


def stand(explanation: Explanation, made: Account, item: int) -> list[Standing]:
    """Say how a candidate stood when each shelf of the slate was drawn, from top to bottom."""
    page, plan = made.drawn.page, plan_shelves(explanation.kinds)
    free, standings, start = np.ones(len(made.scores), np.bool_), [], 0
    temperatures = plan.rules.temperatures * explanation.knobs.exploration
    for row, count in zip(page.rows.tolist(), page.counts.tolist(), strict=True):
        left = [one for one in made.order.tolist() if free[one] and made.eligible[row, one]]
        place, chance = left.index(item) + 1 if item in left else 0, 0.0
        if 0 < place <= DEPTH:
            drawable = made.scores[left[:DEPTH]]
            chance = float(odds_of(drawable, temperatures[row], plan.rules.floors[row])[place - 1])
        standings.append(Standing(plan.kinds[row].id, place, len(left), chance))
        free[page.items[start : start + count]] = False
        start += count
    return standings


def _inputs(explanation: Explanation) -> Inputs:
    """Rank the candidates again."""
    features, numbers, own = explanation.features, explanation.numbers, explanation.own
    scores, hidden = score_items(features, numbers, own)
    scored = Scored(features, hidden, scores + explanation.odds, numbers, own)
    knobs, seed = explanation.knobs, explanation.seed
    return Inputs(scored, explanation.pool, explanation.about, explanation.leanings, knobs, seed)


def _name(explanation: Explanation, plan: Plan, drawn: Drawn) -> Slate:
    """Name what is shown."""
    known, shown = explanation.names, drawn.page.items.tolist()
    refers = REFERS[drawn.reasons].tolist()
    names = Names(
        [known.items[item] for item in shown],
        [known.explaining[item] if so else "" for item, so in zip(shown, refers, strict=True)],
        known.anchors,
    )
    return name_slate(drawn, plan, names, situation=explanation.situation, versions=explanation.versions)


def _add_up_features(scored: Scored, terms: Float32s) -> Float32s:
    """What each feature adds to each score beyond that of a usual item: float32, ITEM_FEATURES x n.

    Rectified units are linear around an item, as `models.shelves.reasons` says.
    """
    units = scored.numbers[UNITS:MOMENTS].reshape(HIDDEN, ITEM_FEATURES)
    active = (scored.hidden > 0) * terms[ITEM_FEATURES:, None]
    acting = terms[:ITEM_FEATURES, None] + units.T @ active
    features = scored.features[:ITEM_FEATURES]
    usual = features.sum(axis=1, keepdims=True) / np.float32(max(1, features.shape[1]))
    added: Float32s = (acting * (features - usual)).astype(np.float32)
    return added
