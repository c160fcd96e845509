"""Randomness derived from what a slate is about, so that the same inputs give the same slate."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

GOLDEN_GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
"""What SplitMix64 adds to its state at each step."""


def seed_of(user: str, *, partition: int, offset: int) -> int:
    """Derive 64 bits from a listener and the event that a slate includes.

    >>> seed_of("ann", partition=0, offset=1) == seed_of("ann", partition=0, offset=1)
    True
    """
    digest = hashlib.blake2b(f"{user}\0{partition}\0{offset}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@compiled
def draw_uniforms(seed: np.uint64, count: int) -> npt.NDArray[np.float64]:
    """Draw `count` numbers of [0, 1) by SplitMix64 (Steele, Lea and Flood 2014), float64.

    A numpy Generator would take longer to set up than a whole slate takes to draw.

    >>> bool((draw_uniforms(np.uint64(7), 3) == draw_uniforms(np.uint64(7), 5)[:3]).all())
    True
    """
    drawn = np.empty(count, np.float64)
    state = seed
    for place in range(count):
        state = state + GOLDEN_GAMMA
        drawn[place] = np.float64(mix(state) >> np.uint64(11)) * 2.0**-53
    return drawn


@compiled
def mix(state: np.uint64) -> np.uint64:
    """Turn a counter into 64 random bits: SplitMix64's output function."""
    z = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
