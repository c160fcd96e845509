"""Hidden gems: what fits, and few others play."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme


@dataclass(frozen=True, slots=True)
class HiddenGems:
    """The less popular half of the candidates, but for what was played already in this session."""

    id: str = "hidden-gems"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme | None:
        """What is not among the more popular half of the candidates."""
        popularity = page.feature(Feature.POPULARITY)
        middle = len(popularity) // 2
        if not middle:
            return None
        rare = popularity <= np.partition(popularity, middle)[middle]
        return Theme("Hidden gems", rare & (page.feature(Feature.IN_SESSION) == 0))
