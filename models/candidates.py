"""Candidate generation: from a ring and a catalogue to the few hundred items worth ranking.

The pool is every item of the ring, what follows the session for everyone, the most played items of the
artists that go on from here, and what is popular. All sources speak, and the best 300 by a fixed
linear score go to the ranker.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.compiled import compiled
from models.evidence import Evidence, fill_features
from models.features import Feature
from models.history import History
from models.moment import read_moment
from models.recall import RECALL_WEIGHTS
from models.sources.artists import Artists, recall_artists
from models.sources.everyone import recall_followers
from models.sources.habits import recall_habits
from models.sources.popular import recall_popularity
from models.sources.scan import (
    Bools,
    Float32s,
    Int32s,
    Int64s,
    Plays,
    give_number,
    number_artists,
    scan_plays,
)
from models.sources.sessions import recall_sessions
from models.sources.successors import recall_successors

BEST: Final = 300
"""Candidates that the ranker gets: it finds the next play among them as often as among all."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """n proposed items: those of the ring, newest first, then the others by key.

    `positions` (int32, n) are catalogue positions of listed items, `features` (float32, n x FEATURES) the
    numbers that the ranker weighs, and `because` (int32, n) the position of the item in the session that
    best explains each, -1 if none does.
    """

    positions: Int32s
    features: Float32s
    because: Int32s

    def take(self, rows: npt.NDArray[np.integer]) -> Candidates:
        """Choose rows, in the order given."""
        return Candidates(self.positions[rows], self.features[rows], self.because[rows])


def generate_candidates(
    history: History, *, tastes: Float32s, catalogue: Catalogue, now_seconds: float
) -> Candidates:
    """Propose at most 300 items as the next play of a listener, as known at `now_seconds` (Unix).

    `tastes` (float32, 3 x 64) holds unit or zero vectors. Reads only; the order of the candidates depends on
    what history and catalogue hold, never on catalogue positions.
    """
    items, columns, because, scores, in_ring = _hear_sources(
        *_plays_of(history),
        catalogue.artist,
        catalogue.popularity,
        catalogue.successors,
        catalogue.shares,
        catalogue.artist_top,
        catalogue.top,
        float(now_seconds),
        RECALL_WEIGHTS,
    )
    scores[~catalogue.listed[items]] = -np.inf
    chosen = choose_best(scores, catalogue.keys[items], in_ring=in_ring, most=BEST)
    positions, features = items[chosen], columns[:, chosen].T.copy()
    vectors = catalogue.vectors[positions].astype(np.float32, copy=False)
    features[:, Feature.TASTE_SESSION : Feature.TASTE_YEARS + 1] = vectors @ tastes.T
    return Candidates(positions, features, because[chosen])


def choose_best(scores: Float32s, keys: Int64s, *, in_ring: int, most: int) -> npt.NDArray[np.intp]:
    """The places of the best `most` scores above -inf: among the first `in_ring` as they stand, then by key.

    Among equal scores the first in that order are taken.

    >>> choose_best(np.array([1, 5, 5, 5], np.float32), np.array([9, 8, 7, 6]), in_ring=2, most=2).tolist()
    [1, 3]
    """
    least = np.float32(-np.inf)
    if len(scores) > most:
        least = np.partition(scores, len(scores) - most)[len(scores) - most]
    places = np.flatnonzero((scores >= least) & (scores > -np.inf))
    within = int(np.searchsorted(places, in_ring))
    outside = places[within:]
    places = np.concatenate((places[:within], outside[np.argsort(keys[outside])]))
    surplus = len(places) - most
    if surplus > 0:
        places = np.delete(places, np.flatnonzero(scores[places] == least)[-surplus:])
    return places


def _plays_of(history: History) -> tuple[Int32s, Int64s, Int32s, Bools]:
    is_play = history.is_play
    if is_play.all():
        return history.index, history.at, history.session, history.good
    return history.index[is_play], history.at[is_play], history.session[is_play], history.good[is_play]


@compiled
def _hear_sources(
    index: Int32s,
    at: Int64s,
    session: Int32s,
    good: Bools,
    artist_at: Int32s,
    popularity: npt.NDArray[np.float64],
    successors: Int32s,
    shares: Float32s,
    artist_top: Int32s,
    top: Int32s,
    now_seconds: float,
    recall_weights: Float32s,
) -> tuple[Int32s, Float32s, Int32s, Float32s, int]:
    """Let all sources speak, without a way through Python that would cost as much as what they do.

    Returns, for the whole pool: positions, features by column, what explains each, recall scores; and how
    many of its items, the first ones, are in the ring.
    """
    plays = scan_plays(index, at, session, good, artist_at)
    artists = recall_artists(plays, now_seconds)
    _add_items(plays, artists, successors, shares, artist_top, top)
    number_artists(plays.items, plays.artists, plays.artist_of, artist_at, plays.in_ring)
    room = plays.items.known[0]
    items = plays.items.value[:room]
    found = Evidence(
        plays,
        read_moment(plays),
        recall_successors(plays, room),
        recall_followers(plays, successors, shares, room),
        recall_sessions(plays, room, now_seconds),
        recall_habits(plays, now_seconds),
        artists,
        recall_popularity(items, popularity, top),
    )
    columns = fill_features(found)
    return items, columns, _explain(found), _recall_scores(columns, recall_weights), plays.in_ring


@compiled
def _add_items(
    plays: Plays, artists: Artists, successors: Int32s, shares: Float32s, artist_top: Int32s, top: Int32s
) -> None:
    """Number the items that are proposed but not in the ring."""
    for item in top:
        if item >= 0:
            give_number(plays.items, item)
    for back in range(1, plays.context + 1):
        source = plays.items.value[plays.item[len(plays.item) - back]]
        for slot in range(successors.shape[1]):
            if shares[source, slot] > 0:
                give_number(plays.items, successors[source, slot])
    for artist in range(len(artists.worth_proposing)):
        if artists.worth_proposing[artist]:
            for item in artist_top[plays.artists.value[artist]]:
                if item >= 0:
                    give_number(plays.items, item)


@compiled
def _recall_scores(columns: Float32s, weights: Float32s) -> Float32s:
    """Weigh the features in a fixed order; that of a matrix product depends on machine and threads."""
    scores = np.zeros(columns.shape[1], np.float32)
    for feature in range(len(weights)):
        if weights[feature] != 0:
            for item in range(len(scores)):
                scores[item] += weights[feature] * columns[feature, item]
    return scores


@compiled
def _explain(found: Evidence) -> Int32s:
    """Find who speaks loudest for each: by what followed it here, by sessions, or for everyone."""
    because = np.full(len(found.popularity), -1, np.int32)
    for item in range(len(because)):
        number = found.successors.because[item]
        if number < 0:
            number = found.sessions.because[item]
        if number < 0:
            number = found.everyone.because[item]
        if number >= 0:
            because[item] = found.plays.items.value[number]
    return because
