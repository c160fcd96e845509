"""Why an item is here, where its shelf does not say so: the strongest evidence, most personal first."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.page import Page, Rows
from models.slate import Because, Why

_EVIDENCE: Final = [
    Feature.FIRST_ORDER,
    Feature.SESSIONS_BAG,
    Feature.UNHEARD,
    Feature.ARTIST_LASTING,
]


def strongest_reasons(page: Page, rows: Rows) -> list[Why]:
    """What speaks for each candidate: what it follows, a habit, its artist, or that many play it."""
    evidence = page.candidates.features[rows[:, None], _EVIDENCE].tolist()
    because = page.candidates.because[rows].tolist()
    return [
        _reason(page.catalogue.item_id(item) if item >= 0 else "", *numbers)
        for item, numbers in zip(because, evidence, strict=True)
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
