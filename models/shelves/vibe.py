"""Keep the vibe going: what belongs to what is playing now."""

from __future__ import annotations

from dataclasses import dataclass

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme


@dataclass(frozen=True, slots=True)
class KeepTheVibe:
    """Items of sessions like this one that have not been played in it yet."""

    id: str = "keep-the-vibe"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme:
        """What sessions like this one held, but for what this one had."""
        alike = (page.feature(Feature.SESSIONS_BAG) > 0) | (page.feature(Feature.RULES) > 0)
        return Theme("Keep the vibe going", alike & (page.feature(Feature.IN_SESSION) == 0))
