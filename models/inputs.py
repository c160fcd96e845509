"""The inputs of a slate, gathered from a listener, the catalogue and the models."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from models.candidates import BEST
from models.catalogue import Catalogue
from models.chance import seed_of
from models.compiled import compiled
from models.composition import Drawn, Inputs, Knobs, Names, Scored
from models.contexts import PARTS_OF_WEEK
from models.diet.diet import Diet
from models.diet.groups import assign, find_groups
from models.locales import find_chosen
from models.profile import Profile
from models.ranker import Ranking
from models.sampling import Bools, FloatArray, IndexArray
from models.shelf_policy import ShelfPolicy
from models.shelves.anchors import About, Anchor, Int64s, Pool
from models.situation import describe_situation
from models.skips import predict_skips
from models.sources.scan import Int32s
from models.state import ListenerState
from models.trainer import ModelWeights

_NOBODY: IndexArray = np.zeros(0, np.int32)
_NO_GROUPS: Int64s = np.zeros(BEST, np.int64)
_NO_SHARES: FloatArray = np.zeros(1, np.float64)


def gather_inputs(
    listener: ListenerState,
    ranking: Ranking,
    *,
    catalogue: Catalogue,
    weights: ModelWeights,
    policy: ShelfPolicy,
    knobs: Knobs,
    partition: int,
) -> tuple[Inputs, npt.NDArray[np.int8]]:
    """Gather what the slate of a listener follows from, and describe the situation (int8, SITUATION)."""
    candidates, profile = ranking.candidates, listener.profile
    part_of_week = profile.contexts.part_of_week
    situation = describe_situation(
        candidates.features, profile.tastes[1], profile.skip_rate, profile.plays, part_of_week
    )
    leanings = policy.lean(
        weights.shelves,
        listener.memory.own,
        situation,
        part_of_week=part_of_week,
        exploration=knobs.exploration,
    )
    pooled = _gather_pool(
        candidates.positions,
        candidates.because,
        candidates.buckets,
        weights.skips.weights,
        catalogue.keys,
        catalogue.artist,
        catalogue.editorial.of,
        catalogue.locales.of,
        catalogue.in_top,
    )
    groups, shares = _NO_GROUPS[: len(candidates.positions)], _NO_SHARES
    if knobs.calibration > 0:
        found = find_groups(listener.history.index, listener.history.good, catalogue.vectors)
        groups, shares = assign(candidates.positions, found.centres, catalogue.vectors), found.shares
    scored = Scored(
        candidates.features, ranking.hidden, ranking.scores, weights.ranker.numbers, profile.own.terms
    )
    about = _about(listener, profile, catalogue, part_of_week, shares)
    seed = np.uint64(seed_of(listener.user, partition=partition, offset=listener.offset))
    return Inputs(scored, Pool(*pooled, groups), about, leanings, knobs, seed), situation


def loosen(knobs: Knobs, diet: Diet) -> Knobs:
    """Turn exploration up for a listener whose diet has become narrow, while it is."""
    factor = diet.exploration
    if factor == 1.0:
        return knobs
    discovery, exploration = knobs.discovery + math.log(factor), knobs.exploration * factor
    return knobs._replace(discovery=discovery, exploration=exploration)


def name_items(drawn: Drawn, ranking: Ranking, catalogue: Catalogue) -> Names:
    """Say what the items of a page, what explains them, and the anchors are called."""
    ids, candidates, items = catalogue.ids, ranking.candidates, drawn.page.items
    return Names(
        [ids[position] for position in candidates.positions[items].tolist()],
        [ids[position] if position >= 0 else "" for position in candidates.because[items].tolist()],
        _name_anchors(drawn.anchors.tolist(), catalogue),
    )


def _name_anchors(anchors: list[int], catalogue: Catalogue) -> list[str]:
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


def _about(
    listener: ListenerState,
    profile: Profile,
    catalogue: Catalogue,
    part_of_week: int,
    shares: FloatArray,
) -> About:
    artists = catalogue.artists
    chosen = find_chosen(profile.choices, artists, catalogue.locales)
    return About(
        last_played=listener.history.last_played(),
        moment=part_of_week,
        banned=np.array(profile.banned, np.int64),
        chosen=chosen.artists,
        followed=artists.find(profile.followed) if profile.followed else _NOBODY,
        locales=chosen.locales,
        shares=shares,
    )


@compiled
def _gather_pool(
    positions: Int32s,
    because: Int32s,
    buckets: Int32s,
    skip_weights: FloatArray,
    keys: Int64s,
    artists: IndexArray,
    editorial: IndexArray,
    locale: IndexArray,
    in_top: Bools,
) -> tuple[Int64s, Int32s, Bools, Int32s, Int32s, Int32s, Bools, FloatArray]:
    """The fields of `Pool`."""
    explaining = np.full(len(positions), -1, np.int32)
    for item in range(len(positions)):
        if because[item] >= 0:
            explaining[item] = artists[because[item]]
    return (
        keys[positions],
        artists[positions],
        because >= 0,
        explaining,
        editorial[positions],
        locale[positions],
        in_top[positions],
        predict_skips(buckets, skip_weights),
    )
