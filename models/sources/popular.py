"""Popular: what everyone plays most these weeks; it speaks where nothing else is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.items import POPULARITY_HALF_LIFE_SECONDS

OLDEST_HALF_LIVES = 20.0


@compiled
def recent_plays(
    items: npt.NDArray[np.int32], popularity: npt.NDArray[np.float64], now_seconds: float
) -> npt.NDArray[np.float32]:
    """Everyone's plays of each item (catalogue positions), each counting half after a week, float32."""
    plays = np.zeros(len(items), np.float32)
    for number in range(len(items)):
        log_count = popularity[items[number]] - now_seconds / POPULARITY_HALF_LIFE_SECONDS
        if log_count > -OLDEST_HALF_LIVES:
            plays[number] = 2.0**log_count
    return plays
