"""Examples for the skip model: what spoke of an item just before it was played, and how that went."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.skip_facts import CROSSES, FACT_BUCKETS, FACTS, SPEAKING, WIDE_BUCKETS
from models.sources.scan import Int32s

_SIZES: Final = np.repeat([FACT_BUCKETS, WIDE_BUCKETS**2], [FACTS, len(CROSSES)])
FIRST_BUCKETS: Final = (np.cumsum(_SIZES) - _SIZES).astype(np.int32)
"""The first bucket of each fact and cross (int32, SPEAKING)."""


@dataclass(frozen=True, slots=True, eq=False)
class SkipExample:
    """The `buckets` (int32, SPEAKING) that spoke of an item just before it was played, and how that went."""

    buckets: Int32s
    skipped: bool


def are_buckets(buckets: Int32s) -> bool:
    """Whether each of n plays (int32, n x SPEAKING) has one bucket of each fact and cross, in their order.

    >>> are_buckets(np.zeros((1, SPEAKING), np.int32)), are_buckets(FIRST_BUCKETS[None])
    (False, True)
    """
    if buckets.shape[1:] != (SPEAKING,):
        return False
    places = buckets - FIRST_BUCKETS
    return bool(((places >= 0) & (places < _SIZES)).all())
