"""What compiled passes read of all items: arrays by catalogue position."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.item_space import StepArray, to_steps
from models.items import ModelRows
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


@compiled
def to_share_steps(shares: npt.NDArray[np.float32]) -> ShareArray:
    """Round shares up to whole steps, uint16: one above 0 stays so.

    >>> to_share_steps(np.array([1.0, 1e-9, 0.0], np.float32)).tolist()
    [65535, 1, 0]
    """
    return np.clip(np.ceil(shares.astype(np.float64) * SHARE_STEPS), 0, SHARE_STEPS).astype(np.uint16)


@compiled
def list_items(listed: npt.NDArray[np.bool_], positions: IndexArray) -> npt.NDArray[np.int64]:
    """List the items of `positions`; returns at which places stand those that were not listed before."""
    places, count = np.empty(len(positions), np.int64), 0
    for place in range(len(positions)):
        if not listed[positions[place]]:
            listed[positions[place]] = True
            places[count] = place
            count += 1
    return places[:count]


def write_models(
    known: ItemArrays, positions: IndexArray, models: ModelRows, successors: IndexArray
) -> tuple[IndexArray, int]:
    """Write n models and the positions of their successors.

    Returns the items whose popularity moved, and by how much the plays of all items have grown.
    """
    return _write(
        positions,
        models["popularity"],
        known.popularity,
        models["plays"],
        known.plays,
        models["skips"],
        known.skips,
        models["vector"].astype(np.float32),
        known.vectors,
        models["shares"],
        known.shares,
        successors,
        known.successors,
    )


@compiled
def _write(
    positions: IndexArray,
    told_popularity: npt.NDArray[np.float64],
    popularity: npt.NDArray[np.float64],
    told_plays: npt.NDArray[np.uint32],
    plays: npt.NDArray[np.uint32],
    told_skips: npt.NDArray[np.uint32],
    skips: npt.NDArray[np.uint32],
    told_vectors: npt.NDArray[np.float32],
    vectors: StepArray,
    told_shares: npt.NDArray[np.float32],
    shares: ShareArray,
    told_successors: IndexArray,
    successors: IndexArray,
) -> tuple[IndexArray, int]:
    moved, count, grown = np.empty(len(positions), np.int32), 0, 0
    for row in range(len(positions)):
        position = positions[row]
        if popularity[position] != told_popularity[row]:
            moved[count] = position
            count += 1
        popularity[position] = told_popularity[row]
        grown += int(told_plays[row]) - int(plays[position])
        plays[position], skips[position] = told_plays[row], told_skips[row]
        vectors[position] = to_steps(told_vectors[row])
        shares[position] = to_share_steps(told_shares[row])
        successors[position] = told_successors[row]
    return moved[:count], grown
