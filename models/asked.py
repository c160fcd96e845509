"""What a slate is asked of: ranked candidates, what the catalogue says of them, and how the listener stands.

Everything that the compiled passes read is put into one value, so that they follow each other without a way
through Python, which would cost as much as what they do.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from models.candidates import BEST
from models.catalogue import Catalogue
from models.chance import seed_of
from models.composition import Knobs, Scored
from models.diet.diet import Diet
from models.diet.groups import assign, find_groups
from models.features import Float32s
from models.locales import find_chosen
from models.profile import Profile
from models.ranker import Ranking
from models.sampling import Bools, FloatArray, IndexArray
from models.shelf_policy import Learned, Offer
from models.shelves.anchors import About, Int64s
from models.sources.scan import Int32s
from models.state import ListenerState
from models.trainer import ModelWeights

_NO_KEYS: Final[Int64s] = np.zeros(0, np.int64)
_NOBODY: Final[IndexArray] = np.zeros(0, np.int32)
_NO_GROUPS: Final[Int64s] = np.zeros(BEST, np.int64)
_NO_SHARES: Final[FloatArray] = np.zeros(1, np.float64)


class Known(NamedTuple):
    """What the catalogue says of the item at each position; see `Pool`."""

    keys: Int64s
    artists: IndexArray
    editorial: IndexArray
    locale: IndexArray
    in_top: Bools


class Asked(NamedTuple):
    """What the slate of a listener is asked of; `positions`, `because` and `buckets` are `Candidates`'.

    `groups` (int64, at least n) are the groups of taste of n candidates, `skip_weights` (float64) weigh their
    buckets, and `taste` (float32, 64), `skip_rate` and `plays` stand in the profile.
    """

    scored: Scored
    positions: Int32s
    because: Int32s
    buckets: Int32s
    groups: Int64s
    skip_weights: FloatArray
    known: Known
    about: About
    offer: Offer
    learned: Learned
    taste: Float32s
    skip_rate: float
    plays: int
    knobs: Knobs
    seed: np.uint64


def ask(
    listener: ListenerState,
    ranking: Ranking,
    *,
    catalogue: Catalogue,
    weights: ModelWeights,
    offer: Offer,
    knobs: Knobs,
    partition: int,
) -> Asked:
    """Put together what the slate of a listener is asked of."""
    candidates, profile, own = ranking.candidates, listener.profile, listener.memory.own
    groups, shares = _NO_GROUPS, _NO_SHARES
    if knobs.calibration > 0:
        found = find_groups(listener.history.index, listener.history.good, catalogue.vectors)
        groups, shares = assign(candidates.positions, found.centres, catalogue.vectors), found.shares
    numbers, terms = weights.ranker.numbers, profile.own.terms
    return Asked(
        Scored(candidates.features, ranking.hidden, ranking.scores, numbers, terms),
        candidates.positions,
        candidates.because,
        candidates.buckets,
        groups,
        weights.skips.weights,
        Known(
            catalogue.keys,
            catalogue.artist,
            catalogue.editorial.of,
            catalogue.locales.of,
            catalogue.in_top,
        ),
        _about(listener, profile, catalogue, shares),
        offer,
        Learned(weights.shelves.arms, weights.shelves.means, own.arms, own.sums),
        profile.tastes[1],
        profile.skip_rate,
        profile.plays,
        knobs,
        np.uint64(seed_of(listener.user, partition=partition, offset=listener.offset)),
    )


def loosen(knobs: Knobs, diet: Diet) -> Knobs:
    """Turn exploration up for a listener whose diet has become narrow, while it is."""
    factor = diet.exploration
    if factor == 1.0:
        return knobs
    discovery, exploration = knobs.discovery + math.log(factor), knobs.exploration * factor
    return knobs._replace(discovery=discovery, exploration=exploration)


def _about(listener: ListenerState, profile: Profile, catalogue: Catalogue, shares: FloatArray) -> About:
    artists = catalogue.artists
    chosen = find_chosen(profile.choices, artists, catalogue.locales)
    return About(
        last_played=listener.history.last_played(),
        moment=profile.contexts.part_of_week,
        banned=np.array(profile.banned, np.int64) if profile.banned else _NO_KEYS,
        chosen=chosen.artists,
        followed=artists.find(profile.followed) if profile.followed else _NOBODY,
        locales=chosen.locales,
        shares=shares,
    )
