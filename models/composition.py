"""From ranked candidates to a slate: shelf after shelf, no item twice.

Everything that a slate follows from is gathered first (`Inputs`), so that it can be kept and the slate made
again, bit for bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.diet.calibration import calibrate_scores
from models.features import SOURCE_NAMES, Feature, Float32s, sources_of
from models.network import add_terms
from models.page import MOST_PLACES, POLICY, Leanings, Page, Rules, draw_page, sum_up
from models.sampling import FloatArray
from models.shelves.anchors import About, Pool
from models.shelves.kind import ShelfKind
from models.shelves.openings import find_open
from models.shelves.query import Conditions, is_among, list_conditions
from models.shelves.reasons import REASONS, add_up_reasons, choose_reason
from models.slate import Decision, Shelf, Slate, Versions

CALIBRATED: Final = 20
"""Places, best first, that follow the shares of a listener."""
SKIP_AVERSION: Final = 0.5
"""Log-odds that a certain skip costs."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The shelves on offer, as compiled passes read them."""

    kinds: tuple[ShelfKind, ...]
    arms: Int64s
    anchors: Int64s
    rules: Rules
    conditions: Conditions


class Knobs(NamedTuple):
    """What a deployment, or a listener's diet, chooses between what is known and what is new.

    `discovery` is added to the score of what the listener has not heard: log-odds, 0 leaves the odds as they
    were learned. `exploration` multiplies the temperature of every row: 1 leaves it as its shelf says.
    `calibration`, in [0, 1), makes rows follow the listener's shares of each group of taste: 0 does not.
    """

    discovery: float = 0.0
    exploration: float = 1.0
    calibration: float = 0.0


STEADY: Final = Knobs()
"""As it was learned, and as shelves say."""


class Scored(NamedTuple):
    """n candidates and what the ranker makes of them; `Ranking` says what each is."""

    features: Float32s
    hidden: Float32s
    scores: Float32s
    numbers: Float32s
    """Those of the network."""
    own: Float32s
    """The listener's own terms of it."""


class Inputs(NamedTuple):
    """All that a slate follows from, beside the shelves on offer and the names of items."""

    scored: Scored
    pool: Pool
    about: About
    leanings: Leanings
    knobs: Knobs
    seed: np.uint64


class Drawn(NamedTuple):
    """A page, what its n items stand there for (reasons by their places in `REASONS`), and the anchors.

    `arms` and `numbers` are those of the `Decision`.
    """

    page: Page
    reasons: Int64s
    sources: Int64s
    scores: FloatArray
    anchors: Int64s
    arms: Int32s
    numbers: Float32s


@dataclass(frozen=True, slots=True)
class Names:
    """What the n items of a page are called, what their reasons refer to (ids, or empty), and anchors."""

    items: Sequence[str]
    explaining: Sequence[str]
    anchors: Sequence[str]


def plan_shelves(kinds: Sequence[ShelfKind]) -> Plan:
    """Lay out shelves; pinned ones come in this order.

    Raises:
        ValueError: a shelf has more places than a row can have.
    """
    if any(kind.places > MOST_PLACES for kind in kinds):
        raise ValueError(f"a shelf has at most {MOST_PLACES} places")
    rules = Rules(
        places=np.array([kind.places for kind in kinds], np.int64),
        temperatures=np.array([kind.temperature for kind in kinds], np.float64),
        floors=np.array([kind.floor for kind in kinds], np.float64),
        fewest=np.array([kind.fewest for kind in kinds], np.int64),
        caps=np.array([kind.artist_cap for kind in kinds], np.int64),
        pinned=np.array([kind.pinned for kind in kinds], np.bool_),
    )
    anchors = np.array([kind.anchor for kind in kinds], np.int64)
    arms = np.array([kind.arm for kind in kinds], np.int64)
    return Plan(tuple(kinds), arms, anchors, rules, list_conditions([kind.query for kind in kinds]))


def draw_slate(inputs: Inputs, plan: Plan) -> Drawn:
    """Draw each shelf from what the shelves above it left; what the listener banned never comes.

    What will likely be skipped is moved down: the chance of a skip, times `SKIP_AVERSION`, is taken off the
    score. Rows that explore still draw it now and then.
    """
    return draw(inputs, plan.arms, plan.anchors, plan.rules, plan.conditions)


def name_slate(
    drawn: Drawn,
    plan: Plan,
    names: Names,
    *,
    situation: npt.NDArray[np.int8],
    versions: Versions,
) -> Slate:
    """Write a drawn slate out: ids, titles and reasons; `situation` is what the shelves were chosen by."""
    page, ids = drawn.page, names.items
    scores, propensities = drawn.scores.tolist(), page.propensities.tolist()
    sources = [SOURCE_NAMES[bits] for bits in drawn.sources.tolist()]
    reasons = [REASONS[reason] for reason in drawn.reasons.tolist()]
    explaining = names.explaining
    shelves, start = [], 0
    odds = page.odds[0].tolist()
    for place, (row, count) in enumerate(zip(page.rows.tolist(), page.counts.tolist(), strict=True)):
        some, start = slice(start, start + count), start + count
        kind = plan.kinds[row]
        title = kind.title.format(anchor=names.anchors[kind.anchor])
        columns = ids[some], scores[some], propensities[some], sources[some], reasons[some], explaining[some]
        shelves.append(Shelf(kind.id, title, *columns, propensity=odds[place], because=kind.because))
    decision = Decision(len(shelves), situation, drawn.arms, drawn.numbers, page.items)
    return Slate(tuple(shelves), POLICY, versions, decision)


@compiled
def settle_scores(scored: Scored, pool: Pool, about: About, knobs: Knobs) -> FloatArray:
    """The scores (float64, n) by which rows are drawn: the ranker's, with knobs, skips and proportions."""
    scores = np.empty(len(scored.scores), np.float64)
    for item in range(len(scores)):
        scores[item] = scored.scores[item] + knobs.discovery * scored.features[Feature.UNHEARD, item]
        scores[item] -= SKIP_AVERSION * pool.skip_chances[item]
    return calibrate_scores(scores, pool.groups, about.shares, CALIBRATED, knobs.calibration)


@compiled
def draw(inputs: Inputs, arms: Int64s, anchored: Int64s, rules: Rules, conditions: Conditions) -> Drawn:
    """`draw_slate`, of the fields of a `Plan`."""
    scored, pool, about, leanings, knobs, seed = inputs
    features = scored.features
    scores = settle_scores(scored, pool, about, knobs)
    order = np.argsort(-scores, kind="mergesort")
    anchors, eligible = find_open(features, pool, about, order, anchored, conditions)
    temperatures = rules.temperatures * knobs.exploration
    page = draw_page(scores, pool.artists, order, eligible, rules, temperatures, leanings, seed)
    terms, shown = add_terms(scored.numbers, scored.own), len(page.items)
    added = add_up_reasons(features, scored.hidden, page.items, scored.numbers, terms)
    reasons, sources = np.empty(shown, np.int64), np.empty(shown, np.int64)
    for place in range(shown):
        item = page.items[place]
        by_chosen = is_among(pool.artists[item], about.chosen)
        reasons[place] = choose_reason(
            added[:, place], features[Feature.UNHEARD, item] == 0, pool.explained[item], by_chosen
        )
        sources[place] = sources_of(features, item)
    chosen, numbers = sum_up(page, leanings.scores, arms)
    return Drawn(page, reasons, sources, scores[page.items], anchors, chosen, numbers)
