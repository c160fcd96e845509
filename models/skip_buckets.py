"""From a ring to facts of items, and from facts to buckets: the numbers of the weights that speak of each."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.compiled import compiled
from models.history import History
from models.index_memory import PackedIndex
from models.item_arrays import ItemArrays
from models.skip_facts import (
    CROSSES,
    EDGES,
    FACT_BUCKETS,
    FACTS,
    MOMENT_FACTS,
    SPEAKING,
    WIDE_BUCKETS,
    SkipFact,
)
from models.skip_items import fill_artists, fill_items
from models.skip_moment import recall_mood
from models.sources.scan import Float32s, Int32s, Plays, read_plays

Counts = npt.NDArray[np.uint32]

_EDGES: Final = np.array([EDGES[fact] for fact in SkipFact], np.float32)
_LEFT: Final = np.array([left for left, _ in CROSSES], np.int64)
_RIGHT: Final = np.array([right for _, right in CROSSES], np.int64)


@compiled
def read_skip_facts(
    plays: Plays,
    positions: Int32s,
    artists: Int32s,
    played_by_all: Counts,
    skipped_by_all: Counts,
    now_seconds: float,
) -> Float32s:
    """Read the facts of n items (float32, FACTS x n), as of the listener's last event.

    `positions` and `artists` (int32, n) are catalogue positions, an unknown artist -1; `played_by_all` and
    `skipped_by_all` (uint32, n) count everyone's plays of 30 seconds or more and shorter ones.
    """
    facts = np.empty((FACTS, len(positions)), np.float32)
    moment = recall_mood(plays)
    for fact in range(FACTS):
        facts[fact] = moment[fact]
    fill_items(facts, plays, positions, now_seconds)
    fill_artists(facts, plays, artists)
    for row in range(len(positions)):
        # Three plays, one of them a skip, stand for what is not known yet.
        played, skipped = float(played_by_all[row]), float(skipped_by_all[row])
        facts[SkipFact.EVERYONE, row] = (skipped + 1.0) / (played + skipped + 3.0)
    return facts


@compiled
def find_skip_buckets(facts: Float32s) -> Int32s:
    """Find the buckets that speak of n items (int32, SPEAKING x n) by their facts (float32, FACTS x n)."""
    buckets = np.empty((SPEAKING, facts.shape[1]), np.int32)
    for fact in range(FACTS):
        if fact < MOMENT_FACTS:
            buckets[fact] = _bucket_of(fact, facts[fact, :1])[0]
        else:
            buckets[fact] = _bucket_of(fact, facts[fact])
    _cross(buckets)
    return buckets


@compiled
def _bucket_of(fact: int, values: Float32s) -> Int32s:
    """The buckets of a fact (int32, n) by its values (float32, n)."""
    buckets = np.full(len(values), FACT_BUCKETS * fact, np.int32)
    for edge in _EDGES[fact]:
        for row in range(len(values)):
            buckets[row] += 1 if edge <= values[row] else 0
    return buckets


@compiled
def _cross(buckets: Int32s) -> None:
    """Fill in the buckets of the crosses (int32, SPEAKING x n) behind those of the facts, in place."""
    for cross in range(len(_LEFT)):
        left, right, crossed = buckets[_LEFT[cross]], buckets[_RIGHT[cross]], buckets[FACTS + cross]
        first = FACT_BUCKETS * FACTS + WIDE_BUCKETS**2 * cross
        first_left, first_right = FACT_BUCKETS * _LEFT[cross], FACT_BUCKETS * _RIGHT[cross]
        for row in range(len(crossed)):
            wide = (left[row] - first_left + 1 >> 1) * WIDE_BUCKETS + (right[row] - first_right + 1 >> 1)
            crossed[row] = first + wide


@compiled
def speak_of_skips(plays: Plays, known: ItemArrays, positions: Int32s, now_seconds: float) -> Int32s:
    """What speaks for or against skips of n items at catalogue positions: buckets, int32, SPEAKING x n."""
    artists, played, skipped = known.artist[positions], known.plays[positions], known.skips[positions]
    return find_skip_buckets(read_skip_facts(plays, positions, artists, played, skipped, now_seconds))


def speak_of_skip(history: History, position: int, *, catalogue: Catalogue, now_seconds: float) -> Int32s:
    """What speaks for or against a skip of the item at a catalogue position: buckets, int32, SPEAKING."""
    one = slice(position, position + 1)
    return _speak_of_one(
        history.plays(catalogue.artist, version=catalogue.artists_version),
        np.array([position], np.int32),
        catalogue.artist[one],
        catalogue.plays[one],
        catalogue.skips[one],
        float(now_seconds),
    )[:, 0].copy()


@compiled
def _speak_of_one(
    indexed: PackedIndex,
    position: Int32s,
    artist: Int32s,
    played: Counts,
    skipped: Counts,
    now_seconds: float,
) -> Int32s:
    plays = read_plays(indexed)
    return find_skip_buckets(read_skip_facts(plays, position, artist, played, skipped, now_seconds))
