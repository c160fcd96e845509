"""Because you played X: what tends to follow the last item that was heard to the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Rows, Theme
from models.slate import Because, Why


@dataclass(frozen=True, slots=True)
class BecauseYouPlayed:
    """Items that follow the last play, for this listener or for everyone."""

    id: str = "because-you-played"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme | None:
        """What follows the anchor; nothing where nothing was played yet."""
        anchor = self._anchor(page)
        if anchor is None or not page.catalogue.item_id(anchor):
            return None
        follows = (page.feature(Feature.FIRST_ORDER) > 0) | (page.feature(Feature.EVERYONE_AFTER_LAST) > 0)
        return Theme(f"Because you played {page.catalogue.title(anchor)}", follows)

    def why(self, page: Page, rows: Rows) -> list[Why]:
        """The item that was played."""
        anchor = self._anchor(page)
        item = "" if anchor is None else page.catalogue.item_id(anchor)
        return [Why(Because.PLAYED_AFTER, item=item)] * len(rows)

    @staticmethod
    def _anchor(page: Page) -> int | None:
        plays = np.flatnonzero(page.history.is_play)
        return int(page.history.index[plays[-1]]) if len(plays) else None
