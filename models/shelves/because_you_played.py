"""Because you played X: what tends to follow the last item that was played."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme
from models.slate import Because, Why

LOOK_BACK: Final = 100
"""Events among which the last play is looked for."""


@dataclass(frozen=True, slots=True)
class BecauseYouPlayed:
    """Items that follow the last play, for this listener or for everyone."""

    id: str = "because-you-played"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme | None:
        """What follows the last play; nothing where nothing was played yet."""
        plays = np.flatnonzero(page.history.is_play[-LOOK_BACK:])
        if not len(plays):
            return None
        anchor = int(page.history.index[-LOOK_BACK:][plays[-1]])
        item = page.catalogue.item_id(anchor)
        follows = (page.feature(Feature.FIRST_ORDER) > 0) | (page.feature(Feature.EVERYONE_AFTER_LAST) > 0)
        title = f"Because you played {page.catalogue.title(anchor)}"
        return Theme(title, follows, Why(Because.PLAYED_AFTER, item)) if item else None
