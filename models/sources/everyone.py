"""Everyone: what follows the items of this session in anybody's sessions."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from models.compiled import compiled
from models.item_arrays import SHARE_STEPS, ShareArray
from models.numbering import find_number
from models.sources.scan import Float32s, Int32s, Plays

AFTER_SKIP_WEIGHT: Final = 0.5


class Followers(NamedTuple):
    """Evidence for each item number, float32."""

    after_last: Float32s
    """Share in the successor row of the last play's item."""
    after_context: Float32s
    """Sum of the shares in the rows of the context, the play j places back with weight 1/j, a skip half."""
    because: Int32s
    """Number of the context item that speaks loudest, -1 if none."""


@compiled
def recall_followers(plays: Plays, rows: Int32s, shares: ShareArray, room: int) -> Followers:
    """Read the successor rows (catalogue positions, shares in whole steps) of the items in the context.

    Sequential rules (Ludewig and Jannach 2018), learned by the item agent.
    """
    found = Followers(np.zeros(room, np.float32), np.zeros(room, np.float32), np.full(room, -1, np.int32))
    loudest = np.zeros(room, np.float32)
    for back in range(1, plays.context + 1):
        play = len(plays.item) - back
        source = plays.items.value[plays.item[play]]
        voice = (1.0 if plays.good[play] else AFTER_SKIP_WEIGHT) / back
        for slot in range(rows.shape[1]):
            share = np.float32(shares[source, slot]) / np.float32(SHARE_STEPS)
            item = find_number(plays.items, rows[source, slot]) if share > 0 else -1
            if item < 0:
                continue
            found.after_context[item] += voice * share
            if back == 1:
                found.after_last[item] += share
            if voice * share > loudest[item]:
                loudest[item] = voice * share
                found.because[item] = plays.item[play]
    return found
