"""Why an item is here, where its shelf does not say so: the strongest evidence, most personal first."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np

from models.candidates import Candidates
from models.features import Feature
from models.shelves.page import Page
from models.slate import Because, Why

_EVIDENCE: Final = [
    Feature.FIRST_ORDER,
    Feature.SESSIONS_BAG,
    Feature.UNHEARD,
    Feature.ARTIST_LASTING,
]
_PLACES: Final = np.array([16, 8, 4, 2])


def _reason(follows: bool, shares_sessions: bool, unheard: bool, artist: bool, after: bool) -> Why | Because:
    """A reason that needs no other item, or the kind of one that does."""
    if after and follows:
        return Because.PLAYED_AFTER
    if after and shares_sessions:
        return Because.SAME_SESSION
    if not unheard:
        return Why(Because.ON_REPEAT)
    if artist:
        return Why(Because.SAME_ARTIST)
    return Because.PLAYED_AFTER if after else Why(Because.POPULAR)


_REASONS: Final = [_reason(*evidence) for evidence in product((False, True), repeat=5)]
"""The reason for each combination of evidence, read as a binary number."""


def strongest_reasons(page: Page, candidates: Candidates) -> list[Why]:
    """What speaks for each candidate: what it follows, a habit, its artist, or that many play it."""
    numbers = (candidates.features[:, _EVIDENCE] > 0) @ _PLACES + (candidates.because >= 0)
    item_id = page.catalogue.item_id
    return [
        reason if isinstance(reason, Why) else Why(reason, item_id(item))
        for reason, item in zip(
            map(_REASONS.__getitem__, numbers.tolist()), candidates.because.tolist(), strict=True
        )
    ]
