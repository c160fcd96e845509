"""Likeness: cosines of candidates with the listener's tastes, and with what was heard last."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.factors import compare_factors
from models.features import Feature
from models.item_space import STEPS, StepArray, multiply
from models.neighbourhoods import Neighbourhood

WHOLE: Final = 32_767
"""The largest number of a taste is compared as this."""

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


@compiled
def compare_tastes(features: Float32s, positions: Int32s, vectors: StepArray, tastes: Float32s) -> None:
    """Fill in the cosines with each taste, within 1e-4; vectors (n x 64) are in whole steps.

    The products stay below 2^29.
    """
    for horizon in range(len(tastes)):
        taste, cosines = tastes[horizon], features[Feature.TASTE_SESSION + horizon]
        largest = max(np.abs(taste).max(), np.float32(1e-30))
        whole = np.round(taste * (np.float32(WHOLE) / largest)).astype(np.int16)
        step = largest / np.float32(WHOLE * STEPS)
        for candidate in range(len(positions)):
            cosines[candidate] = multiply(whole, vectors[positions[candidate]]) * step


@compiled
def compare_with_heard(features: Float32s, positions: Int32s, heard: Float32s, known: Neighbourhood) -> None:
    """Fill in the cosines with what was heard last (float32, 256), in the space of co-listening."""
    features[Feature.FACTORS] = compare_factors(heard, positions, known.factors, known.lengths)
