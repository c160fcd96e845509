"""Keep the vibe going: what sessions like this one held, but for what this one had."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import above_zero, zero

SHELF: Final = ShelfKind(
    id="keep-the-vibe",
    title="Keep the vibe going",
    expected=0.30,
    query=(
        (above_zero(Feature.SESSIONS_BAG), above_zero(Feature.RULES)),
        (zero(Feature.IN_SESSION),),
    ),
)
