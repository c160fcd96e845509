"""Your mornings: what goes with this part of the day, on workdays or weekends, by what was played in it."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import at_least
from models.slate import Because

FITTING: Final = 0.35
"""Cosine with the tastes of the contexts that hold."""

SHELF: Final = ShelfKind(
    id="your-moment",
    title="Your {anchor}",
    expected=0.27,
    query=((at_least(Feature.TASTE_CONTEXT, FITTING),),),
    anchor=Anchor.MOMENT,
    because=Because.MOMENT,
)
