"""What a shelf chooses from: the ranked candidates of one listener, and what a shelf is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from models.candidates import Candidates
from models.catalogue import Catalogue
from models.features import Feature
from models.history import History
from models.slate import Why

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]

ROW_PLACES: Final = 10
ROW_FEWEST: Final = 3
"""A shelf with fewer items is not worth a title."""
ROW_TEMPERATURE: Final = 0.5
"""How freely shelves explore: the best candidate is drawn before one that scores half a point less
(log-odds) in 73 of 100 slates."""


@dataclass(frozen=True, slots=True)
class Page:
    """Candidates in order of score (log-odds), best first, and what they were generated from."""

    history: History
    candidates: Candidates
    scores: FloatArray
    catalogue: Catalogue

    def feature(self, feature: Feature) -> npt.NDArray[np.float32]:
        """One feature of each candidate, float32."""
        return self.candidates.features[:, feature]


@dataclass(frozen=True, slots=True)
class Theme:
    """What a shelf wants to show now: its title, and which candidates may stand on it.

    `why` is the reason for all of them; without it each has the strongest evidence for itself.
    """

    title: str
    eligible: BoolArray
    why: Why | None = None


class ShelfMaker(Protocol):
    """A kind of shelf. Adding one is one file and its test."""

    @property
    def id(self) -> str:
        """The id of the shelf in slates, stable for ever."""
        ...

    @property
    def places(self) -> int:
        """How many items it shows at most."""
        ...

    @property
    def temperature(self) -> float:
        """How freely it explores: scores are divided by it before they are drawn from."""
        ...

    @property
    def fewest(self) -> int:
        """With fewer items it is left out."""
        ...

    def theme(self, page: Page) -> Theme | None:
        """Say what the shelf would show, or none where it has nothing to say to this listener."""
        ...
