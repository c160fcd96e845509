"""How often each place is looked at, learned from clicks: displays that are only counted say too little.

Counted displays end at the last click, so what stood in the last of them was clicked by necessity, and nobody
knows whether more was seen. The position-based model (Richardson et al. 2007; Craswell et al. 2008) holds a
click to be a look, which depends on the place, times attraction, which depends on who looks at what. Then a
place that was not clicked counts as much as it is looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.arm_pooling import Floats
from models.carousel.environment import SLOTS, VISIBLE
from models.sampling import Bools

TRUSTED_CLICKS: Final = 20.0
"""A place is taken to be looked at by everybody until about as many clicks say otherwise."""


class Examination:
    """The share of listeners who look at each of SLOTS places; the VISIBLE ones are looked at by all.

    >>> examination = Examination()
    >>> clicks = np.zeros((400, SLOTS), np.bool_)
    >>> clicks[:, :3], clicks[::2, 5] = True, True
    >>> examination.learn(np.ones((400, SLOTS)), clicks)
    >>> examination.looks.round(2)[[0, 5]].tolist()
    [1.0, 0.52]
    """

    def __init__(self) -> None:
        self._expected: Floats = np.zeros(SLOTS)
        self._clicked: Floats = np.zeros(SLOTS)

    def learn(self, attraction: Floats, clicks: Bools) -> None:
        """Learn which of n slates were clicked where (bool, n x SLOTS), and what was expected (float64)."""
        self._expected += np.maximum(attraction, 0.0).sum(axis=0)
        self._clicked += clicks.sum(axis=0)

    @property
    def looks(self) -> Floats:
        """The share of listeners who look at each place (float64, SLOTS), in [0, 1]."""
        seen = self._clicked[:VISIBLE].sum(), self._expected[:VISIBLE].sum()
        # What is expected may be wrong as a whole; where everybody looks it shows by how much.
        level = (seen[0] + TRUSTED_CLICKS) / (seen[1] + TRUSTED_CLICKS)
        looks = (self._clicked + TRUSTED_CLICKS) / (self._expected * level + TRUSTED_CLICKS)
        looks[:VISIBLE] = 1.0
        capped: Floats = np.minimum(looks, 1.0)
        return capped
