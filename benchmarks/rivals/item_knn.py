"""Neighbours of items, by how often listeners have both, all of them and exactly."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from benchmarks.rivals.batch import Scores, weighted_sum


def cosine(known: sparse.csr_matrix) -> Scores:
    """Fit item-based collaborative filtering with cosine similarity (Sarwar et al., 2001)."""
    return _neighbours(known, of_listener=0.0, of_theirs=0.5, of_new=0.5)


def damped_cosine(known: sparse.csr_matrix) -> Scores:
    """Fit it with longer histories and more popular items damped.

    A listener of h items counts (h + 1)^-½ for each pair; an item that n listeners have is divided by n^.7
    where it is theirs and by n^.2 where it is new. Powers apart for the two are those of Aiolli (2013).
    """
    return _neighbours(known, of_listener=0.5, of_theirs=0.7, of_new=0.2)


def _neighbours(known: sparse.csr_matrix, *, of_listener: float, of_theirs: float, of_new: float) -> Scores:
    histories = np.asarray(known.sum(axis=1)).ravel()
    counts = np.asarray(known.sum(axis=0)).ravel()
    weights = sparse.diags_array((histories + 1.0) ** -of_listener, dtype=np.float32)
    together = known.T @ (weights @ known)
    theirs = sparse.diags_array(counts**-of_theirs, dtype=np.float32)
    new = sparse.diags_array(counts**-of_new, dtype=np.float32)
    return weighted_sum(known, sparse.csr_matrix(theirs @ together @ new))
