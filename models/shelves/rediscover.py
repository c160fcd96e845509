"""Rediscover: what the listener loved and has not heard for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.features import Feature
from models.shelves.page import ROW_FEWEST, ROW_PLACES, ROW_TEMPERATURE, Page, Theme
from models.slate import Because, Why

SEVERAL: Final = 0.2772
"""Three plays, as the feature counts them: log2(1 + 3) x 0.1386."""
A_WHILE: Final = 0.6649
"""A week, as the feature counts it: log2(1 + minutes) x 0.05."""


@dataclass(frozen=True, slots=True)
class Rediscover:
    """Items with several plays, the last of them at least a week ago."""

    id: str = "rediscover"
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    fewest: int = ROW_FEWEST

    def theme(self, page: Page) -> Theme:
        """What was played several times, but not this week."""
        loved = page.feature(Feature.PLAYS) >= SEVERAL
        return Theme("Rediscover", loved & (page.feature(Feature.AGE) >= A_WHILE), Why(Because.REDISCOVER))
