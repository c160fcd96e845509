"""Factors of listeners and items, as the package implicit fits them.

The settings were the best of nine (ALS) and six (BPR) on the sets of Last.fm: on a fifth held out, by seed 1,
of what the split that is judged learns, so that nothing judged was looked at.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from benchmarks.rivals.batch import Scores

SEED: Final = 0
ALS: Final = {"factors": 256, "regularization": 10.0, "alpha": 200.0, "iterations": 15}
BPR: Final = {"factors": 128, "learning_rate": 0.1, "regularization": 0.01, "iterations": 300}


def als(known: sparse.csr_matrix) -> Scores:
    """Fit alternating least squares of implicit feedback (Hu, Koren and Volinsky, 2008), on all cores."""
    from implicit.cpu.als import AlternatingLeastSquares  # noqa: PLC0415 - only this row needs it
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    # Its own threads take a listener each; those of BLAS inside them would only contend.
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(**ALS, random_state=SEED)
        model.fit(known, show_progress=False)
    return _products(model.user_factors, model.item_factors)


def bpr(known: sparse.csr_matrix) -> Scores:
    """Fit Bayesian personalized ranking (Rendle et al., 2009), in one thread: several would race."""
    from implicit.cpu.bpr import BayesianPersonalizedRanking  # noqa: PLC0415 - only this row needs it

    model = BayesianPersonalizedRanking(**BPR, num_threads=1, random_state=SEED)
    model.fit(known, show_progress=False)
    return _products(model.user_factors, model.item_factors)


def _products(listeners: npt.NDArray[np.float32], items: npt.NDArray[np.float32]) -> Scores:
    return lambda row: items @ listeners[row]
