"""New to you: what others play and this listener has not heard."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import above_zero

SHELF: Final = ShelfKind(
    id="new-to-you",
    title="New to you",
    expected=0.25,
    query=((above_zero(Feature.UNHEARD),),),
)
