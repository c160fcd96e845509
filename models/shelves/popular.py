"""Popular right now: what most listeners play, which is all that a stranger can be offered."""

from __future__ import annotations

from dataclasses import dataclass

from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme
from models.slate import Because, Why


@dataclass(frozen=True, slots=True)
class PopularNow:
    """The most played items of all."""

    id: str = "popular-now"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme:
        """What is among the most played of the catalogue."""
        popular = page.catalogue.in_top[page.candidates.positions]
        return Theme("Popular right now", popular, Why(Because.POPULAR))
