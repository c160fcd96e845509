"""The inputs of a slate, gathered from what it is asked of, and the slate that is drawn from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.asked import Asked, Known, ask
from models.catalogue import Catalogue
from models.compiled import compiled
from models.composition import Drawn, Inputs, Knobs, Names, Plan, draw
from models.contexts import PARTS_OF_WEEK
from models.page import Page, Rules
from models.ranker import Ranking
from models.sampling import FloatArray
from models.shelf_policy import ShelfPolicy, lean
from models.shelves.anchors import Anchor, Int64s, Pool
from models.shelves.query import Conditions
from models.shelves.reasons import REFERS
from models.situation import Steps, describe_situation
from models.skips import predict_skips
from models.sources.scan import Int32s
from models.state import ListenerState
from models.trainer import ModelWeights

_Columns = tuple[
    Int64s,
    FloatArray,
    FloatArray,
    Int64s,
    Int64s,
    FloatArray,
    Int64s,
    Int64s,
    FloatArray,
    Int64s,
    Int32s,
    npt.NDArray[np.float32],
]


def gather_inputs(
    listener: ListenerState,
    ranking: Ranking,
    *,
    catalogue: Catalogue,
    weights: ModelWeights,
    policy: ShelfPolicy,
    knobs: Knobs,
    partition: int,
) -> tuple[Inputs, Steps]:
    """Gather what the slate of a listener follows from, and describe the situation (int8, SITUATION)."""
    asked = ask(
        listener,
        ranking,
        catalogue=catalogue,
        weights=weights,
        offer=policy.offer,
        knobs=knobs,
        partition=partition,
    )
    return gather_asked(asked)


def gather_asked(asked: Asked) -> tuple[Inputs, Steps]:
    """`gather_inputs`, of what is asked."""
    inputs, situation = _gather(asked)
    # A plain int comes back; the next pass would take a small one for another kind than a large one.
    return inputs._replace(seed=asked.seed), situation


def draw_asked(asked: Asked, plan: Plan) -> tuple[Drawn, Steps, Int32s, Int32s]:
    """Draw the slate that the gathered inputs give.

    Also returned are the situation (int8, SITUATION), and by place on the page the catalogue positions
    (int32) of the items, and of what the reasons refer to, -1 where they refer to nothing.
    """
    columns, situation, positions, explaining = _draw_asked(
        asked, plan.arms, plan.anchors, plan.rules, plan.conditions
    )
    return Drawn(Page(*columns[:6]), *columns[6:]), situation, positions, explaining


def name_items(drawn: Drawn, positions: Int32s, explaining: Int32s, catalogue: Catalogue) -> Names:
    """Say what the items of a page, what explains them, and the anchors are called."""
    ids = catalogue.ids
    return Names(
        [ids[position] for position in positions.tolist()],
        [ids[position] if position >= 0 else "" for position in explaining.tolist()],
        name_anchors(drawn.anchors.tolist(), catalogue),
    )


def name_anchors(anchors: Sequence[int], catalogue: Catalogue) -> list[str]:
    """Say what the anchors are called, empty where there is none."""
    names = [""] * len(anchors)
    last_played, moment = anchors[Anchor.LAST_PLAY], anchors[Anchor.MOMENT]
    if last_played >= 0:
        names[Anchor.LAST_PLAY] = catalogue.title(last_played)
    if moment >= 0:
        names[Anchor.MOMENT] = PARTS_OF_WEEK[moment]
    for anchor in (Anchor.FAVOURITE, Anchor.FANS_OF):
        if anchors[anchor] >= 0:
            names[anchor] = catalogue.artists.names[anchors[anchor]]
    if anchors[Anchor.EDITORIAL] >= 0:
        names[Anchor.EDITORIAL] = catalogue.editorial.titles[anchors[Anchor.EDITORIAL]]
    return names


@compiled
def _gather(asked: Asked) -> tuple[Inputs, Steps]:
    about, knobs = asked.about, asked.knobs
    situation = describe_situation(
        asked.scored.features, asked.taste, asked.skip_rate, asked.plays, about.moment
    )
    leanings = lean(asked.offer, asked.learned, situation, about.moment, knobs.exploration)
    pool = _gather_pool(asked, asked.known)
    return Inputs(asked.scored, pool, about, leanings, knobs, asked.seed), situation


@compiled
def _gather_pool(asked: Asked, known: Known) -> Pool:
    positions, because = asked.positions, asked.because
    explaining = np.full(len(positions), -1, np.int32)
    for item in range(len(positions)):
        if because[item] >= 0:
            explaining[item] = known.artists[because[item]]
    return Pool(
        known.keys[positions],
        known.artists[positions],
        because >= 0,
        explaining,
        known.editorial[positions],
        known.locale[positions],
        known.in_top[positions],
        predict_skips(asked.buckets, asked.skip_weights),
        asked.groups[: len(positions)],
    )


@compiled
def _draw_asked(
    asked: Asked, arms: Int64s, anchors: Int64s, rules: Rules, conditions: Conditions
) -> tuple[_Columns, Steps, Int32s, Int32s]:
    """Gather and draw; arrays alone go back to Python, which takes long over what holds them by name."""
    inputs, situation = _gather(asked)
    drawn = draw(inputs, arms, anchors, rules, conditions)
    page = drawn.page
    explaining = np.full(len(page.items), -1, np.int32)
    for place in range(len(page.items)):
        if REFERS[drawn.reasons[place]]:
            explaining[place] = asked.because[page.items[place]]
    columns = (
        page.rows,
        page.odds,
        page.values,
        page.counts,
        page.items,
        page.propensities,
        drawn.reasons,
        drawn.sources,
        drawn.scores,
        drawn.anchors,
        drawn.arms,
        drawn.numbers,
    )
    return columns, situation, asked.positions[page.items], explaining
