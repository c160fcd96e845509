"""What an item is like, by what its catalogue record says: hashed features (Weinberger et al. 2009).

A word falls into one of 1,024 buckets by its key, with the sign that the key says, so that words which
share a bucket cancel out on average. No table of words is kept: every worker agrees, whatever words come.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.events import CatalogRecord, ItemKey, stable_key

BUCKETS: Final = 1024
"""Twice as many find a hundredth more and take eight times as long to be solved for."""
CONTENT_FEATURES: Final = BUCKETS + 1
"""The buckets, and the 1 that everything has."""
ARTIST_WEIGHT: Final = 0.5
NUMBER_WEIGHT: Final = 0.5
STEPS_PER_E: Final = 4.0
"""Steps in which a large number grows e-fold; it takes nearly as many from 0 to 1."""

LAYOUT: Final[ItemKey] = stable_key(f"content {BUCKETS} {ARTIST_WEIGHT} {NUMBER_WEIGHT} {STEPS_PER_E}")
"""Names the table that gives what was learned from features its meaning."""


@dataclass(frozen=True, slots=True)
class Content:
    """Features that are not zero, of length 1 in all: `places` (int32, ascending) and `values` (float32)."""

    places: npt.NDArray[np.int32]
    values: npt.NDArray[np.float32]


def describe(record: CatalogRecord) -> Content:
    """Describe an item by tags and genres (by the logarithm of their weight), artist and numbers.

    >>> rap, calm = (describe(CatalogRecord("t:1", "", "Ann", tags=((tag, 2.0),))) for tag in ("Rap", "calm"))
    >>> sorted(set(rap.places.tolist()) - set(calm.places.tolist())) == [stable_key("tag:rap") % BUCKETS]
    True
    """
    sums = {BUCKETS: 1.0}
    for word, weight in _words(record):
        key = stable_key(word)
        place = key % BUCKETS
        sums[place] = sums.get(place, 0.0) + (weight if key >= 0 else -weight)
    places = sorted(sums)
    values = np.array([sums[place] for place in places])
    return Content(np.array(places, np.int32), (values / np.linalg.norm(values)).astype(np.float32))


def as_rows(contents: Sequence[Content]) -> npt.NDArray[np.float32]:
    """Lay n contents out, without the 1 that all have: float32, n x buckets, of length 1, or 0 if empty."""
    rows = np.zeros((len(contents), CONTENT_FEATURES), np.float32)
    for row, content in zip(rows, contents, strict=True):
        row[content.places] = content.values
    return to_unit(rows[:, :BUCKETS])


def to_unit(rows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Scale each row to length 1; one of zeros stays.

    >>> to_unit(np.array([[3, 4], [0, 0]], np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    lengths: npt.NDArray[np.float32] = np.linalg.norm(rows, axis=1, keepdims=True)
    lengths[lengths == 0] = 1.0
    return rows / lengths


def tag_mass(record: CatalogRecord) -> float:
    """Sum the weights of the tags: how much people had to say of the item, whatever it was."""
    return math.fsum(weight for _, weight in record.tags)


def _words(record: CatalogRecord) -> Iterator[tuple[str, float]]:
    """What is said of an item, word by word; two spellings of a tag are one."""
    for tag, weight in (*record.tags, *((genre, 1.0) for genre in record.genres)):
        yield f"tag:{tag.casefold()}", math.log1p(weight)
    yield f"artist:{record.artist}", ARTIST_WEIGHT
    for name, number in record.features:
        # Linear near 0 and logarithmic far from it: danceability and tempo need no table of ranges.
        scaled = math.asinh(number) * STEPS_PER_E
        step = math.floor(scaled)
        yield f"number:{name}:{step}", NUMBER_WEIGHT * (1.0 - (scaled - step))
        yield f"number:{name}:{step + 1}", NUMBER_WEIGHT * (scaled - step)
