"""New to you: what others play and this listener has not heard."""

from __future__ import annotations

from dataclasses import dataclass

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme


@dataclass(frozen=True, slots=True)
class NewToYou:
    """Items that are not in the ring."""

    id: str = "new-to-you"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme:
        """What the ring does not hold."""
        return Theme("New to you", page.feature(Feature.UNHEARD) > 0)
