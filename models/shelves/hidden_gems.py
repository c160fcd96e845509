"""Hidden gems: what fits, few others play, and this session has not had yet."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero, zero

HIDDEN_GEMS: Final = ShelfKind(
    id="hidden-gems",
    title="Hidden gems",
    query=((above_zero(Fact.RARE),), (zero(Feature.IN_SESSION),)),
)
