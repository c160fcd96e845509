"""Popular right now: what most listeners play, which is all that a stranger can be offered."""

from __future__ import annotations

from typing import Final

from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero
from models.slate import Because

SHELF: Final = ShelfKind(
    id="popular-now",
    title="Popular right now",
    expected=0.18,
    query=((above_zero(Fact.IN_TOP),),),
    because=Because.POPULAR,
)
