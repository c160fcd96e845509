"""On repeat: what the listener keeps coming back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme
from models.slate import Because, Why

OFTEN: Final = 0.3466
"""Three plays within a month, as the feature counts them: log2(1 + 3) x 0.17329."""


@dataclass(frozen=True, slots=True)
class OnRepeat:
    """Items that were played often lately."""

    id: str = "on-repeat"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme:
        """What was played at least three times within a month."""
        return Theme("On repeat", page.feature(Feature.PLAYED_MONTH) >= OFTEN, Why(Because.ON_REPEAT))
