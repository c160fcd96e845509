"""EASE: every item from all others, in closed form."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse

from benchmarks.rivals.batch import Scores

MOST_ITEMS: Final = 20_000
"""More would take over 3.2 GB for the matrix and its inverse, and minutes of cubic work."""
RIDGE: Final = 200.0


def ease(known: sparse.csr_matrix) -> Scores:
    """Fit EASE (Steck, 2019): a ridge regression of each item on all others, B = I - P / diag(P)."""
    together = (known.T @ known).toarray().astype(np.float32)
    together[np.diag_indices_from(together)] += RIDGE
    inverse = linalg.inv(together, overwrite_a=True)
    weights = inverse / -np.diag(inverse)
    np.fill_diagonal(weights, 0.0)

    def scores(row: int) -> npt.NDArray[np.float32]:
        return np.asarray(weights[known[row].indices].sum(axis=0), np.float32)

    return scores
