"""Why an item is here, where its shelf does not say so: the strongest evidence, most personal first."""

from __future__ import annotations

from typing import Final

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


def strongest_reasons(page: Page, candidates: Candidates) -> list[Why]:
    """What speaks for each candidate: what it follows, a habit, its artist, or that many play it."""
    item_id = page.catalogue.item_id
    return [
        _reason(item_id(item) if item >= 0 else "", *numbers)
        for item, numbers in zip(
            candidates.because.tolist(), candidates.features[:, _EVIDENCE].tolist(), strict=True
        )
    ]


def _reason(after: str, follows: float, shares_sessions: float, unheard: float, artist: float) -> Why:
    if after and follows > 0:
        return Why(Because.PLAYED_AFTER, item=after)
    if after and shares_sessions > 0:
        return Why(Because.SAME_SESSION, item=after)
    if not unheard:
        return Why(Because.ON_REPEAT)
    if artist > 0:
        return Why(Because.SAME_ARTIST)
    return Why(Because.PLAYED_AFTER, item=after) if after else Why(Because.POPULAR)
