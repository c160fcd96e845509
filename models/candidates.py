"""Candidate generation: from a ring and a catalogue to the few hundred items worth ranking.

The pool is every item of the ring, what follows the session for everyone, the most played items of the
artists that go on from here, and what is popular. All sources speak, and the best 200 by the linear stage
of the ranker go to its second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.best import choose_best, place_best, reserve_unheard
from models.catalogue import Catalogue
from models.compiled import compiled, unlocked
from models.evidence import Evidence, fill_features, fill_moment
from models.factors import add_up_factors
from models.features import FEATURES, POOL_FEATURES, Feature
from models.history import History
from models.index_memory import PackedIndex
from models.item_arrays import ItemArrays
from models.likeness import compare_tastes, compare_with_heard
from models.locales import Chosen, find_chosen
from models.moment import read_moment
from models.onboarding import Choices
from models.proposals import add_items
from models.recall import weigh
from models.skip_buckets import speak_of_skips
from models.sources.artists import recall_artists
from models.sources.chosen import lead_chosen, propose_chosen
from models.sources.everyone import recall_followers
from models.sources.habits import recall_habits
from models.sources.neighbours import (
    VOICES,
    choose_voices,
    propose_neighbours,
    recall_neighbours,
    share_neighbours,
)
from models.sources.newcomers import propose_newcomers
from models.sources.popular import recall_popularity
from models.sources.scan import Float32s, Int32s, Plays, number_artists, scan_plays
from models.sources.sessions import recall_sessions
from models.sources.successors import recall_successors

BEST: Final = 200
"""Candidates that are ranked (decision 15)."""
RESERVED: Final = 40
"""Of them, those that are not in the ring, if so many are in the pool: what shelves can discover."""
RANKED: Final = np.array(
    [
        Feature.FIRST_ORDER,
        Feature.LONGEST_MATCH,
        Feature.EVERYONE_AFTER_CONTEXT,
        Feature.SESSIONS_NEAR,
        Feature.SESSIONS_BAG,
        Feature.NEIGHBOURS,
        Feature.VOTES,
    ],
    np.int64,
)
"""The features whose places are told, in the order of FIRST_ORDER_PLACE and those behind it."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """n proposed items: those of the ring, in the order of their first play, then the others by key.

    `positions` (int32, n) are catalogue positions of listed items, `features` (float32, FEATURES x n) the
    numbers that the ranker weighs, `recalled` (float32, n) the scores of the linear stage, `odds` (float32,
    n) what the listener's word at the start adds to the scores of both stages, `buckets` (int32, SPEAKING x
    n) what speaks for or against a skip of each, and `because` (int32, n) the position of the item in the
    session that best explains each, -1 if none does.
    """

    positions: Int32s
    features: Float32s
    recalled: Float32s
    odds: Float32s
    buckets: Int32s
    because: Int32s

    def place_of(self, position: int) -> int:
        """Find the candidate at a catalogue position, -1 if it is none."""
        return _find(self.positions, position)


def generate_candidates(
    history: History,
    *,
    tastes: Float32s,
    choices: Choices,
    catalogue: Catalogue,
    now_seconds: float,
    recall: Float32s,
) -> Candidates:
    """Propose at most 200 items as the next play of a listener, as known at `now_seconds` (Unix).

    `tastes` (float32, 4 x 64) holds vectors of length 1 or less, `choices` what the listener said at the
    start, `recall` (float32, POOL_FEATURES) the weights of the linear stage. Reads only; the order of the
    candidates depends on what history and catalogue hold, never on catalogue positions.
    """
    return Candidates(
        *_generate(
            history.plays(catalogue.artist, version=catalogue.artists_version),
            catalogue.arrays,
            find_chosen(choices, catalogue.artists, catalogue.locales),
            tastes,
            float(now_seconds),
            recall,
        )
    )


@unlocked
def _generate(
    indexed: PackedIndex,
    known: ItemArrays,
    said: Chosen,
    tastes: Float32s,
    now_seconds: float,
    recall: Float32s,
) -> tuple[Int32s, Float32s, Float32s, Float32s, Int32s, Int32s]:
    """Let all sources speak, without a way through Python that would cost as much as what they do."""
    plays = scan_plays(indexed)
    voices = choose_voices(plays, VOICES)
    speaking = propose_chosen(plays, voices, said, known)
    found = _hear_sources(plays, known, speaking, now_seconds)
    items = plays.items.value[: plays.items.known[0]]
    columns = fill_features(found)
    popularity = columns[Feature.POPULARITY]
    odds = lead_chosen(items, popularity, len(voices), len(speaking), said, known)
    scores = weigh(columns, recall) + odds
    scores[~known.listed[items]] = -np.inf
    chosen = choose_best(scores, known.keys, items, plays.in_ring, BEST)
    chosen = reserve_unheard(chosen, scores, known.keys, items, plays.in_ring, RESERVED)
    positions = items[chosen]
    features = np.empty((FEATURES, len(chosen)), np.float32)
    for feature in range(POOL_FEATURES):
        for candidate in range(len(chosen)):
            features[feature, candidate] = columns[feature, chosen[candidate]]
    compare_tastes(features, positions, known.vectors, tastes)
    compare_with_heard(features, positions, found.heard, known.neighbours)
    for ranked in range(len(RANKED)):
        place_best(features[RANKED[ranked]], features[Feature.FIRST_ORDER_PLACE + ranked])
    fill_moment(features, found.moment, found.successors.trust[0])
    buckets = speak_of_skips(plays, known, positions, now_seconds)
    return positions, features, scores[chosen], odds[chosen], buckets, _explain(found, chosen)


@compiled
def _hear_sources(plays: Plays, known: ItemArrays, voices: Int32s, now_seconds: float) -> Evidence:
    habits = recall_habits(plays, now_seconds)
    artists = recall_artists(plays, habits.month, habits.newest_age, now_seconds)
    near = recall_neighbours(plays, voices, known.neighbours)
    propose_neighbours(near, plays, known.keys, known.listed)
    heard = add_up_factors(plays.items.value[voices], known.neighbours.factors, known.neighbours.lengths)
    newcomers, instead = propose_newcomers(plays, heard, known)
    add_items(plays, artists, known)
    number_artists(plays.items, plays.artists, plays.artist_of, known.artist, plays.in_ring)
    room = plays.items.known[0]
    shares, votes, loudest = share_neighbours(near, plays)
    shares[newcomers] = instead
    return Evidence(
        plays,
        read_moment(plays),
        recall_successors(plays, room),
        recall_followers(plays, known.successors, known.shares, room),
        recall_sessions(plays, room, now_seconds),
        habits,
        artists,
        recall_popularity(plays.items.value[:room], known.popularity, known.top),
        shares,
        votes,
        loudest,
        heard,
    )


@compiled
def _find(positions: Int32s, position: int) -> int:
    for place in range(len(positions)):
        if positions[place] == position:
            return place
    return -1


@compiled
def _explain(found: Evidence, chosen: npt.NDArray[np.int64]) -> Int32s:
    """Find who speaks loudest for each: by what followed it here, by sessions, or for everyone."""
    because = np.full(len(chosen), -1, np.int32)
    for candidate in range(len(chosen)):
        number = found.successors.because[chosen[candidate]]
        if number < 0:
            number = found.sessions.because[chosen[candidate]]
        if number < 0:
            number = found.everyone.because[chosen[candidate]]
        if number < 0:
            number = found.neighbour[chosen[candidate]]
        if number >= 0:
            because[candidate] = found.plays.items.value[number]
    return because
