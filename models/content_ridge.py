"""Content -> item vector: ridge regression, learned online, for items that nobody has played yet.

The mapping from what an item is like to where listening puts it (Gantner et al. 2010; for audio van den Oord
et al. 2013). What is kept are sums over lessons, A = Σ w x xᵀ and B = Σ w x vᵀ, and the mapping is
(A + λI)⁻¹ B: a lesson costs microseconds, whatever came before it, and can be taken back. Solving for the
mapping waits until somebody asks, or goes on row by row (Gauss and Seidel) where nobody may wait; updating an
inverse lesson by lesson (recursive least squares) gives the same mapping and costs 6 ms a lesson.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.content import CONTENT_FEATURES, LAYOUT, Content, to_unit
from models.learned_bytes import LearnedBytes

RIDGE: Final = 5.0
"""λ: as much as five lessons that say that every feature means nothing."""

WHOLE: Final = 2.0**14
"""Lessons are taken in steps of one in so many: sums of whole numbers are exact, whatever their order."""

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]

_TRIANGLE: Final = CONTENT_FEATURES * (CONTENT_FEATURES + 1) // 2
_BYTES: Final = LearnedBytes("content ridge", version=2, layout=LAYOUT, number=np.float64)


class ContentRidge:
    """Learns where in a space of `dimensions` items lie from where others of like content do.

    Lessons are exact sums, so their order does not matter, and what an item taught is taken back by the same
    lesson with its weight negated. `learned` counts lessons, those taken back too; `relaxed` (float64,
    features x dimensions) is the mapping as far as `relax` has come.

    >>> from models.content import describe
    >>> from models.events import CatalogRecord
    >>> rap, calm = (describe(CatalogRecord("t:1", "", "", tags=((tag, 1.0),))) for tag in ("rap", "calm"))
    >>> ridge = ContentRidge(dimensions=2)
    >>> ridge.learn_many([rap, calm] * 50, np.array([[1, 0], [0, 1]] * 50, np.float32), np.ones(100))
    >>> (ridge.predict([rap, calm]) > 0.9).tolist()
    [[True, False], [False, True]]
    """

    def __init__(self, *, dimensions: int) -> None:
        self.dimensions = dimensions
        self.learned = 0
        self._squares = np.zeros((CONTENT_FEATURES, CONTENT_FEATURES))
        self._products = np.zeros((CONTENT_FEATURES, dimensions))
        self._mapping: Float32s | None = None
        self.relaxed = np.zeros((CONTENT_FEATURES, dimensions))
        self._row = 0

    def learn_many(self, contents: Sequence[Content], vectors: Float32s, weights: Float64s) -> None:
        """Learn that n items lie at `vectors` (float32, n x dimensions), each with its weight (float64, n).

        Raises:
            ValueError: the shapes differ, or a number is not finite; then nothing is learned.
        """
        if vectors.shape != (len(contents), self.dimensions) or weights.shape != (len(contents),):
            raise ValueError(f"{len(contents)} contents, vectors {vectors.shape}, weights {weights.shape}")
        finite = [np.isfinite(vectors).all(), np.isfinite(weights).all()]
        if not all(finite + [np.isfinite(content.values).all() for content in contents]):
            raise ValueError("a lesson holds a number that is not finite")
        vectors = np.round(vectors * np.float32(WHOLE))
        for content, vector, weight in zip(contents, vectors, weights.tolist(), strict=True):
            values = np.round(content.values * np.float32(WHOLE))
            _learn(self._squares, self._products, content.places, values, vector, weight)
        self.learned += len(contents)
        self._mapping = None

    def mapping(self) -> Float32s:
        """Solve for what was learned: float32, features x dimensions; takes 0.1 s and more after a lesson."""
        if self._mapping is None:
            seen = np.flatnonzero(self._squares.diagonal())
            lower = self._squares[np.ix_(seen, seen)]
            squares = lower + np.tril(lower, -1).T + RIDGE * WHOLE**2 * np.eye(len(seen))
            self._mapping = np.zeros(self._products.shape, np.float32)
            self._mapping[seen] = np.linalg.solve(squares, self._products[seen])
        return self._mapping

    def relax(self, rows: int) -> None:
        """Solve the next rows of the mapping, each as if the others were right; a row takes some 40 us."""
        self._row = _relax(self._squares, self._products, self.relaxed, self._row, rows)

    def predict(self, contents: Sequence[Content]) -> Float32s:
        """Place items by their content: float32, n x dimensions, of length 1, or 0 if nothing was learned."""
        mapping, vectors = self.mapping(), np.zeros((len(contents), self.dimensions), np.float32)
        for row, content in enumerate(contents):
            vectors[row] = content.values @ mapping[content.places]
        return to_unit(vectors)

    def _restore(self, *, learned: int, squares: Float64s, products: Float64s) -> None:
        self.learned = learned
        self._squares[np.tril_indices(CONTENT_FEATURES)] = squares
        self._products[:] = products.reshape(self._products.shape)


@compiled
def _learn(
    squares: Float64s,
    products: Float64s,
    places: npt.NDArray[np.int32],
    values: Float32s,
    vector: Float32s,
    weight: float,
) -> None:
    """Add a lesson to the sums, of the symmetric ones only what is on the diagonal and below."""
    for row in range(len(places)):
        scaled = weight * np.float64(values[row])
        for column in range(row + 1):
            squares[places[row], places[column]] += scaled * values[column]
        for dimension in range(len(vector)):
            products[places[row], dimension] += scaled * vector[dimension]


@compiled
def _relax(squares: Float64s, products: Float64s, mapping: Float64s, row: int, rows: int) -> int:
    """Solve rows in place, from `row` on and round again, for features that lessons had; returns the next."""
    features = len(squares)
    solved = 0
    for nth in range(row, row + features * (1 + rows)):
        if solved == rows:
            return nth % features
        row = nth % features
        if squares[row, row] <= 0:
            continue
        rest = products[row].copy()
        for other in range(features):
            weight = squares[max(row, other), min(row, other)]
            if weight != 0 and other != row:
                for dimension in range(len(rest)):
                    rest[dimension] -= weight * mapping[other, dimension]
        mapping[row] = rest / (squares[row, row] + RIDGE * WHOLE * WHOLE)
        solved += 1
    return row


def encode_content_ridge(ridge: ContentRidge) -> bytes:
    """Write the sums as versioned bytes: 4.2 MB, and 8.2 kB a dimension."""
    triangle = ridge._squares[np.tril_indices(CONTENT_FEATURES)]
    return _BYTES.encode(ridge.learned, np.concatenate((triangle, ridge._products.ravel())))


def decode_content_ridge(data: bytes, *, dimensions: int) -> ContentRidge:
    """Make a model that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version, the features or the dimensions are others, or a number is not finite.
    """
    learned, numbers = _BYTES.decode(data, count=_TRIANGLE + CONTENT_FEATURES * dimensions)
    restored = ContentRidge(dimensions=dimensions)
    restored._restore(learned=learned, squares=numbers[:_TRIANGLE], products=numbers[_TRIANGLE:])
    return restored
