"""Hidden gems: what fits, and few others play."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Rows, Theme
from models.shelves.reasons import strongest_reasons
from models.slate import Why


@dataclass(frozen=True, slots=True)
class HiddenGems:
    """The less popular half of the candidates, but for what is played already in this session."""

    id: str = "hidden-gems"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme | None:
        """What is less popular than the middle of the candidates."""
        popularity = page.feature(Feature.POPULARITY)
        if not len(popularity):
            return None
        rare = popularity <= np.median(popularity)
        return Theme("Hidden gems", rare & (page.feature(Feature.IN_SESSION) == 0))

    def why(self, page: Page, rows: Rows) -> list[Why]:
        """The strongest evidence for each item."""
        return strongest_reasons(page, rows)
