"""Hidden gems: what few others play and comes close to what this listener does."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero, at_least, zero

CLOSE: Final = 0.3
"""Cosine with the taste of these weeks."""

SHELF: Final = ShelfKind(
    id="hidden-gems",
    title="Hidden gems",
    expected=0.22,
    # What others have found through the same items is worth a title even if it is one item alone.
    fewest=1,
    query=(
        (above_zero(Fact.RARE),),
        (above_zero(Feature.NEIGHBOURS), at_least(Feature.TASTE_WEEKS, CLOSE)),
        (zero(Feature.IN_SESSION),),
    ),
)
