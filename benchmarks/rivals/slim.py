"""SLIM, sparse: what an item's neighbours say of it together, by a ridge regression on them."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from benchmarks.rivals.batch import Scores, weighted_sum

NEIGHBOURS: Final = 50
RIDGE: Final = 15.0


def sparse_slim(known: sparse.csr_matrix) -> Scores:
    """Fit SLIM (Ning and Karypis, 2011), as fsSLIM: each item from its 50 nearest neighbours by cosine.

    A ridge stands for the elastic net, and weights may be negative, as in EASE (Steck, 2019), which this is
    where every item is a neighbour; for the 46,720 items of Last.fm that would take matrices of 8.7 GB.
    """
    together = sparse.csr_matrix(known.T @ known)
    together.sort_indices()
    lengths = np.sqrt(together.diagonal())
    fitted = [_fit_item(together, lengths, item) for item in range(together.shape[0])]
    rows = np.concatenate([neighbours for neighbours, _ in fitted])
    columns = np.repeat(np.arange(len(fitted)), [len(neighbours) for neighbours, _ in fitted])
    weights = np.concatenate([of for _, of in fitted]).astype(np.float32)
    return weighted_sum(known, sparse.csr_matrix((weights, (rows, columns)), shape=together.shape))


def _fit_item(
    together: sparse.csr_matrix, lengths: npt.NDArray[np.float32], item: int
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    """Find the nearest neighbours of an item and their weights; none where nobody has it with another."""
    row = slice(together.indptr[item], together.indptr[item + 1])
    others, counts = together.indices[row], together.data[row]
    others, counts = others[others != item], counts[others != item]
    nearest = np.argsort(-counts / lengths[others], kind="stable")[:NEIGHBOURS]
    neighbours = others[nearest]
    among = together[neighbours][:, neighbours].toarray()
    among[np.diag_indices_from(among)] += RIDGE
    return neighbours, np.linalg.solve(among, counts[nearest])
