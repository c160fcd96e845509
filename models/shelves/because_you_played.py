"""Because you played X: what tends to follow the item played last, for this listener or for everyone."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import above_zero
from models.slate import Because

BECAUSE_YOU_PLAYED: Final = ShelfKind(
    id="because-you-played",
    title="Because you played {played}",
    query=((above_zero(Feature.FIRST_ORDER), above_zero(Feature.EVERYONE_AFTER_LAST)),),
    because=Because.PLAYED_AFTER,
)
