"""What compiled passes read of all items: arrays by catalogue position."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.item_space import StepArray
from models.neighbourhoods import Neighbourhood
from models.unplayed import Newest

SHARE_STEPS: Final = 65_535
"""Shares are kept in steps of 1/65,535, two bytes each."""

IndexArray = npt.NDArray[np.int32]
ShareArray = npt.NDArray[np.uint16]


class ItemArrays(NamedTuple):
    """What compiled passes read, by catalogue position: n rows, the last ones free; -1 is nothing."""

    keys: npt.NDArray[np.int64]
    listed: npt.NDArray[np.bool_]
    artist: IndexArray
    popularity: npt.NDArray[np.float64]
    """log2(plays, each counting half after a week) + time in half-lives."""
    plays: npt.NDArray[np.uint32]
    """Everyone's plays of 30 seconds or more."""
    skips: npt.NDArray[np.uint32]
    """Everyone's shorter plays."""
    vectors: StepArray
    """Unit vectors or zero, in whole steps, int8, n x 64."""
    successors: IndexArray
    """Positions of what follows, n x 24, where there is a share."""
    shares: ShareArray
    """Shares of the successors, in whole steps, 0 where free."""
    neighbours: Neighbourhood
    artist_top: IndexArray
    """Most played items by artist position, 32 each."""
    top: IndexArray
    """Most played items of all, 64."""
    in_top: npt.NDArray[np.bool_]
    locale: IndexArray
    """Country and language by locale position, n x 2."""
    locale_top: IndexArray
    """Most played items by locale position, 32 each."""
    newcomers: Newest
    """Items that are placed by their content."""


def to_share_steps(shares: npt.NDArray[np.float32]) -> ShareArray:
    """Round shares up to whole steps, uint16: one above 0 stays so.

    >>> to_share_steps(np.array([1.0, 1e-9, 0.0], np.float32)).tolist()
    [65535, 1, 0]
    """
    return np.ceil(shares.astype(np.float64) * SHARE_STEPS).clip(0, SHARE_STEPS).astype(np.uint16)
