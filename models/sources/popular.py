"""Popular: what everyone plays most these weeks; it speaks where nothing else is known."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.items import POPULARITY_HALF_LIFE_SECONDS
from models.sources.scan import Float32s, Int32s

MOST: Final = 20.0
"""log2 of the plays up to which popularity counts, and of the share below which it is nothing.

A listener's clock may stand years before everyone's, in a replay say: without a bound nothing is finite.
"""


@compiled
def recall_popularity(items: Int32s, popularity: npt.NDArray[np.float64], now_seconds: float) -> Float32s:
    """Everyone's plays of each item (catalogue positions), each counting half after a week, float32.

    `popularity` holds log2(plays) + time in half-lives by catalogue position.
    """
    plays = np.zeros(len(items), np.float32)
    for number in range(len(items)):
        log_plays = popularity[items[number]] - now_seconds / POPULARITY_HALF_LIFE_SECONDS
        if log_plays > -MOST:
            plays[number] = 2.0 ** min(log_plays, MOST)
    return plays
