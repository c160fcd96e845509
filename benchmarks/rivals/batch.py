"""The seam of batch recommenders: what is known as one sparse matrix, fitted at once, asked like Segue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from models.events import Event

Scores = Callable[[int], npt.NDArray[np.float32]]
"""The row of a listener -> a score for each item, -inf where nothing speaks for it."""

Fit = Callable[[sparse.csr_matrix], Scores]
"""A matrix of listeners by items, float32, 1 where a listener has the item -> scores."""

UNSPOKEN: Final = np.float32(-np.inf)


class Batch:
    """A batch recommender, as a `Discoverer`: it learns what it is given at once and keeps nothing else."""

    def __init__(self, fit: Fit) -> None:
        self._fit = fit
        self._rows: dict[str, int] = {}
        self._items: list[str] = []

    def learn_many(self, events: Sequence[Event]) -> None:
        """Fit anew to these events alone; each listener's items count once."""
        self._rows = _numbered(event.user for event in events)
        columns = _numbered(event.item for event in events)
        self._items = list(columns)
        pairs = {(self._rows[event.user], columns[event.item]): None for event in events}
        places = np.array(list(pairs), np.int32).reshape(-1, 2).T
        ones = np.ones(len(pairs), np.float32)
        self._known = sparse.csr_matrix((ones, tuple(places)), shape=(len(self._rows), len(self._items)))
        self._popularity = np.asarray(self._known.sum(axis=0), np.float32).ravel()
        self._scores = self._fit(self._known)

    def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
        """The items of the highest scores that the listener does not have; strangers get the most popular."""
        row = self._rows.get(user)
        scores = self._popularity.copy()
        if row is not None:
            scores = self._scores(row)
            scores[self._known[row].indices] = UNSPOKEN
        best = np.argsort(-scores, kind="stable")[:most]
        return [self._items[place] for place in best.tolist() if scores[place] > UNSPOKEN]


def weighted_sum(known: sparse.csr_matrix, weights: sparse.csr_matrix) -> Scores:
    """Score an item by the sum of what a listener's items say of it: `weights[theirs, item]`."""

    def scores(row: int) -> npt.NDArray[np.float32]:
        total = np.asarray((known[row] @ weights).todense(), np.float32).ravel()
        return np.where(total == 0.0, UNSPOKEN, total)

    return scores


def _numbered(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(dict.fromkeys(names))}
