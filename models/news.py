"""News: which items have changed enough to be told to workers again.

Who learns of an item has to read, decode and index its whole model; a play more of what was played a thousand
times moves none of its numbers by more than a thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.items import StateRows

NEWS_SHARE: Final = 0.01
"""An item is told to workers again when this share of all that is known of it is new to them."""


def take_news(states: StateRows, ids: Sequence[str]) -> npt.NDArray[np.int64]:
    """Find the states (places, int64) that have changed enough to be told to workers, and note that they are.

    What little is known of is told after every update, after a thousand of them every tenth. An item whose id
    is empty, as nobody has named it yet, waits.

    >>> from models.items import empty_states
    >>> states = empty_states(4)
    >>> states["updates"], states["told"] = (1, 1_000, 1_000, 1), (0, 991, 990, 0)
    >>> take_news(states, ["a", "b", "c", ""]).tolist(), take_news(states, ["a", "b", "c", ""]).tolist()
    ([0, 2], [])
    """
    new = states["updates"] - states["told"]
    enough = new >= np.maximum(1, NEWS_SHARE * states["updates"])
    news = np.flatnonzero(enough & np.array([bool(name) for name in ids], np.bool_))
    states["told"][news] = states["updates"][news]
    return news
