"""Because you played X: what tends to follow the item played last, for this listener or for everyone."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import above_zero
from models.slate import Because

SHELF: Final = ShelfKind(
    id="because-you-played",
    title="Because you played {anchor}",
    expected=0.28,
    query=((above_zero(Feature.FIRST_ORDER), above_zero(Feature.EVERYONE_AFTER_LAST)),),
    anchor=Anchor.LAST_PLAY,
    because=Because.PLAYED_AFTER,
)
