"""Trending near you: what is of the listener's country or language and much played now."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero, at_least
from models.slate import Because

PLAYED: Final = 0.3
"""Popularity, as the feature counts it."""

SHELF: Final = ShelfKind(
    id="trending-near-you",
    title="Trending near you",
    expected=0.19,
    query=((above_zero(Fact.NEAR),), (at_least(Feature.POPULARITY, PLAYED),)),
    anchor=Anchor.PLACE,
    because=Because.TRENDING,
)
