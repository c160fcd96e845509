"""What one slate followed from: all that is needed to make it again, bit for bit, and to say why it is so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.composition import Inputs, Knobs, Names, Plan, draw_slate
from models.events import EventType
from models.features import Float32s
from models.inputs import name_anchors
from models.page import Leanings
from models.ranker import Ranking
from models.shelf_policy import POLICIES
from models.shelves.anchors import About, Pool
from models.shelves.kind import ShelfKind
from models.shown import recommendation_id
from models.slate import Slate, Versions
from models.state import ListenerState

LAST_EVENTS: Final = 10
"""Events of the ring that are told, newest first."""
_TYPES: Final = tuple(EventType)


class Emission(NamedTuple):
    """Which slate it was: whose, the event that it includes, and when it left (Unix seconds)."""

    user: str
    partition: int
    offset: int
    emitted_at: float


class Happened(NamedTuple):
    """An event of the ring: the id of its item, how long before the slate it was, and what was done."""

    item: str
    age_seconds: int
    ms_played: int
    type: EventType


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """All that a slate of n candidates followed from, as it was then.

    `features` (float32, FEATURES x n), `odds` (float32, n, what the listener said at the start), `numbers`
    (float32, NUMBERS, the network of the ranker) and `own` (float32, TERMS, the listener's part of it) give
    the scores. `pool`, `about`, `leanings` of the `policies` so named, `knobs` and `seed` give the page by
    the shelves on offer, `kinds`, and `names`, those of all candidates, name it. `situation` (int8,
    SITUATION) and `versions` stand in it. `tastes` (float32, 4 x 64) and what `happened` last, newest first,
    are how the listener stood.
    """

    emission: Emission
    features: Float32s
    odds: Float32s
    numbers: Float32s
    own: Float32s
    pool: Pool
    about: About
    leanings: Leanings
    policies: tuple[str, ...]
    knobs: Knobs
    seed: np.uint64
    kinds: tuple[ShelfKind, ...]
    names: Names
    situation: npt.NDArray[np.int8]
    versions: Versions
    tastes: Float32s
    happened: tuple[Happened, ...]


def explain_slate(
    emission: Emission,
    listener: ListenerState,
    slate: Slate,
    ranking: Ranking,
    inputs: Inputs,
    plan: Plan,
    catalogue: Catalogue,
) -> Explanation:
    """Put together what a slate of a listener follows from."""
    scored = inputs.scored
    return Explanation(
        emission,
        scored.features,
        ranking.candidates.odds,
        scored.numbers,
        scored.own,
        inputs.pool,
        inputs.about,
        inputs.leanings,
        POLICIES,
        inputs.knobs,
        inputs.seed,
        plan.kinds,
        _name_candidates(ranking, catalogue, draw_slate(inputs, plan).anchors.tolist()),
        slate.decision.situation,
        slate.versions,
        listener.profile.tastes,
        _last_events(listener, catalogue),
    )


def _name_candidates(ranking: Ranking, catalogue: Catalogue, anchors: Sequence[int]) -> Names:
    """Name all candidates, and what explains each."""
    ids, candidates = catalogue.ids, ranking.candidates
    items = [ids[position] for position in candidates.positions.tolist()]
    explaining = [ids[position] if position >= 0 else "" for position in candidates.because.tolist()]
    return Names(items, explaining, name_anchors(anchors, catalogue))


def _last_events(listener: ListenerState, catalogue: Catalogue) -> tuple[Happened, ...]:
    history, now = listener.history, int(listener.profile.at)
    last = slice(-1, -LAST_EVENTS - 1, -1)
    columns = history.index[last], history.at[last], history.ms_played[last], history.code[last]
    return tuple(
        Happened(catalogue.ids[position], now - at, ms_played, _TYPES[code])
        for position, at, ms_played, code in zip(*(column.tolist() for column in columns), strict=True)
    )


def is_explained(partition: int, offset: int, *, share: float) -> bool:
    """Whether a slate is of the `share` of all that are explained: by its id, so that a replay agrees.

    >>> is_explained(3, 1842, share=0.0), is_explained(3, 1842, share=1.0)
    (False, True)
    """
    if not 0.0 < share < 1.0:
        return share >= 1.0
    name = recommendation_id(partition=partition, offset=offset).encode()
    digest = hashlib.blake2b(name, digest_size=8, person=b"explained").digest()
    return int.from_bytes(digest, "little") < share * 2.0**64
