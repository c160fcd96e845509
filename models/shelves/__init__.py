"""Shelves: each a title, a query and a reason; composed into a slate in this order."""

from __future__ import annotations

from typing import Final

from models.shelves.because_you_played import BECAUSE_YOU_PLAYED
from models.shelves.hidden_gems import HIDDEN_GEMS
from models.shelves.kind import ShelfKind
from models.shelves.new_to_you import NEW_TO_YOU
from models.shelves.next_up import NEXT_UP
from models.shelves.on_repeat import ON_REPEAT
from models.shelves.popular import POPULAR_NOW
from models.shelves.rediscover import REDISCOVER
from models.shelves.vibe import KEEP_THE_VIBE

SHELVES: Final = (
    NEXT_UP,
    KEEP_THE_VIBE,
    BECAUSE_YOU_PLAYED,
    ON_REPEAT,
    REDISCOVER,
    NEW_TO_YOU,
    POPULAR_NOW,
    HIDDEN_GEMS,
)

__all__ = ["NEXT_UP", "SHELVES", "ShelfKind"]
