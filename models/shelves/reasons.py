"""Why an item is here, where its shelf does not say so: the strongest evidence, most personal first."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.features import Feature
from models.slate import Because


@compiled
def weigh_reasons(features: npt.NDArray[np.float32], item: int, explained: bool, chosen: bool) -> int:
    """Say which reasons an item has, by its features (float32, FEATURES x n): a number for `REASONS`.

    `explained` tells whether an item that was played explains it, `chosen` whether its artist was chosen.
    """
    return int(
        128 * chosen
        + 64 * (features[Feature.NEIGHBOURS, item] > 0)
        + 32 * (features[Feature.FIRST_ORDER, item] > 0)
        + 16 * (features[Feature.SESSIONS_BAG, item] > 0)
        + 8 * (features[Feature.EVERYONE_AFTER_CONTEXT, item] > 0)
        + 4 * (features[Feature.UNHEARD, item] > 0)
        + 2 * (features[Feature.ARTIST_LASTING, item] > 0)
        + explained
    )


def _reason(
    chosen: bool,
    alike: bool,
    follows: bool,
    shares_sessions: bool,
    everyone: bool,
    unheard: bool,
    artist: bool,
    explained: bool,
) -> Because:
    if explained and follows:
        return Because.PLAYED_AFTER
    if explained and shares_sessions:
        return Because.SAME_SESSION
    if not unheard:
        return Because.ON_REPEAT
    if artist or chosen:
        return Because.SAME_ARTIST if artist else Because.CHOSEN_ARTIST
    if explained:
        return Because.PLAYED_AFTER if everyone else Because.ALSO_PLAYED
    return Because.ALIKE if alike else Because.POPULAR


REASONS: Final = tuple(_reason(*evidence) for evidence in product((False, True), repeat=8))
"""The reason for each combination of evidence."""
_REFERRING: Final = (Because.PLAYED_AFTER, Because.SAME_SESSION, Because.ALSO_PLAYED)
REFERRING: Final = np.array([reason in _REFERRING for reason in REASONS])
"""Which of them refer to another item."""
