"""Made for fans of X: what those play who play an artist, by others, and not heard here yet."""

from __future__ import annotations

from typing import Final

from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero
from models.slate import Because

SHELF: Final = ShelfKind(
    id="made-for-fans",
    title="Made for fans of {anchor}",
    expected=0.24,
    query=((above_zero(Fact.FOR_FANS),),),
    anchor=Anchor.FANS_OF,
    because=Because.FANS,
)
