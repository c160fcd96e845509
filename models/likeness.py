"""Likeness: cosines of candidates with the listener's tastes, and with what was heard last."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.factors import compare_factors
from models.features import Feature
from models.item_space import STEPS, StepArray
from models.neighbourhoods import Neighbourhood

Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


@compiled
def compare_tastes(features: Float32s, positions: Int32s, vectors: StepArray, tastes: Float32s) -> None:
    """Fill in the cosines with each taste; vectors (n x 64) are in whole steps.

    One dimension of all candidates after the other: each sum keeps its order, and compilers vectorise that.
    """
    values = np.empty((vectors.shape[1], len(positions)), np.float32)
    for candidate in range(len(positions)):
        values[:, candidate] = vectors[positions[candidate]]
    for horizon in range(len(tastes)):
        cosines = features[Feature.TASTE_SESSION + horizon]
        cosines[:] = 0
        for dimension in range(len(values)):
            for candidate in range(len(positions)):
                cosines[candidate] += tastes[horizon, dimension] * values[dimension, candidate]
        cosines /= np.float32(STEPS)


@compiled
def compare_with_heard(features: Float32s, positions: Int32s, heard: Float32s, known: Neighbourhood) -> None:
    """Fill in the cosines with what was heard last (float32, 256), in the space of co-listening."""
    features[Feature.FACTORS] = compare_factors(heard, positions, known.factors, known.lengths)
