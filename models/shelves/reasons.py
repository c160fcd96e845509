"""Why an item is here, where its shelf does not say so: the strongest evidence, most personal first."""

from __future__ import annotations

from models.features import Feature
from models.shelves.page import Page
from models.slate import Because, Why


def strongest_reason(page: Page, row: int) -> Why:
    """What speaks for candidate `row`: what it follows, a habit, its artist, or that many play it."""
    features = page.candidates.features[row]
    after = page.played_after(row)
    if after and features[Feature.FIRST_ORDER] > 0:
        return Why(Because.PLAYED_AFTER, item=after)
    if after and features[Feature.SESSIONS_BAG] > 0:
        return Why(Because.SAME_SESSION, item=after)
    if features[Feature.UNHEARD] == 0:
        return Why(Because.ON_REPEAT)
    if features[Feature.ARTIST_LASTING] > 0:
        return Why(Because.SAME_ARTIST)
    return Why(Because.PLAYED_AFTER, item=after) if after else Why(Because.POPULAR)
