"""Shelves: each a title, a candidate query and a reason; composed into a slate in this order."""

from __future__ import annotations

from typing import Final

from models.shelves.because_you_played import BecauseYouPlayed
from models.shelves.hidden_gems import HiddenGems
from models.shelves.new_to_you import NewToYou
from models.shelves.next_up import NextUp
from models.shelves.on_repeat import OnRepeat
from models.shelves.page import Page, ShelfMaker, Theme
from models.shelves.popular import PopularNow
from models.shelves.rediscover import Rediscover
from models.shelves.vibe import KeepTheVibe

NEXT_UP: Final = NextUp()
SHELVES: Final[tuple[ShelfMaker, ...]] = (
    NEXT_UP,
    KeepTheVibe(),
    BecauseYouPlayed(),
    OnRepeat(),
    Rediscover(),
    NewToYou(),
    PopularNow(),
    HiddenGems(),
)

__all__ = ["NEXT_UP", "SHELVES", "Page", "ShelfMaker", "Theme"]
