"""Next up: the ranking itself, what is most likely to be played next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.shelves.page import Page, Theme


@dataclass(frozen=True, slots=True)
class NextUp:
    """Everything is eligible; it explores little, for it is what a player plays by itself."""

    id: str = "next-up"
    places: int = 20
    temperature: float = 0.02
    fewest: int = 1

    def theme(self, page: Page) -> Theme:
        """All candidates."""
        return Theme(title="Next up", eligible=np.ones(len(page.scores), np.bool_))
