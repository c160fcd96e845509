"""Votes: what an item's nearest neighbours say of it together, by a ridge regression on them.

Sparse SLIM (Ning and Karypis 2011, fsSLIM; the ridge as in EASE, Steck 2019), one item at a time, from the
rows that the replica holds anyway: neighbours that say the same share one vote, where co-listening alone
would count them all. The vote of j for c lies in the slot in which c stands among those of j.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.row_pool import INVERSE, OWN, Links, find_slot

VOTERS: Final = 32
"""The nearest neighbours of an item, by the cosine of who listens, that vote for it."""
RIDGE: Final = 5.0
COSINE_POWER: Final = 5 / 7
"""A neighbour's audience to the power of -.5 is its voice to the power of this."""

Float32s = npt.NDArray[np.float32]
Float64s = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]


@compiled
def count_votes(positions: Int32s, links: Links, voice: Float32s, mass: Float32s) -> None:
    """Fit the votes for `positions` anew, in place; `mass` (float32) is how much each item was heard."""
    for position in positions:
        others, weights = _gather(links, position)
        nearness = weights.copy()
        for nth in range(len(others)):
            nearness[nth] *= voice[others[nth]] ** COSINE_POWER
        nearest = np.argsort(-nearness, kind="mergesort")[:VOTERS]
        voters, together = others[nearest], weights[nearest]
        votes = np.zeros(len(others), np.float32)
        votes[nearest] = _solve(_relate(links, voters, mass), together)
        for nth in range(len(others)):
            _write_vote(links, others[nth], position, votes[nth])


@compiled
def _gather(links: Links, position: int) -> tuple[Int32s, Float64s]:
    """The others in a position's own row or in whose rows it stands, each once, and the weights of both."""
    most = links.size[OWN, position] + links.size[INVERSE, position]
    others, weights = np.empty(most, np.int32), np.empty(most, np.float64)
    count = 0
    for kind in (OWN, INVERSE):
        start, own = links.start[kind, position], count
        for slot in range(start, start + links.size[kind, position]):
            place = 0
            while place < own and others[place] != links.other[slot]:
                place += 1
            if place < own:
                weights[place] += links.weight[slot]
            else:
                others[count], weights[count] = links.other[slot], links.weight[slot]
                count += 1
    return others[:count], weights[:count]


@compiled
def _relate(links: Links, voters: Int32s, mass: Float32s) -> Float64s:
    """How much each two voters are heard together, float64, n x n, with mass and ridge on the diagonal."""
    mask = 4 * VOTERS - 1
    table = np.full(mask + 1, -1, np.int32)
    for voter in range(len(voters)):
        place = voters[voter] & mask
        while table[place] >= 0:
            place = (place + 1) & mask
        table[place] = voter
    related = np.zeros((len(voters), len(voters)), np.float64)
    for voter in range(len(voters)):
        start = links.start[OWN, voters[voter]]
        for slot in range(start, start + links.size[OWN, voters[voter]]):
            place = links.other[slot] & mask
            while table[place] >= 0 and voters[table[place]] != links.other[slot]:
                place = (place + 1) & mask
            other = table[place]
            if other >= 0:
                related[voter, other] += links.weight[slot]
                related[other, voter] += links.weight[slot]
        related[voter, voter] = mass[voters[voter]] + RIDGE
    return related


@compiled
def _solve(matrix: Float64s, right: Float64s) -> Float64s:
    """Solve matrix x = right for a symmetric matrix, in place, by Cholesky.

    With whole rows every pivot is at least the ridge. Rows that forget pairs can leave a matrix that is not
    positive: who falls below half of that has no vote, and the others are solved for without.
    """
    size = len(right)
    solved = right.copy()
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row, column]
            for inner in range(column):
                rest -= matrix[row, inner] * matrix[column, inner]
            if column < row:
                matrix[row, column] = rest / matrix[column, column]
            elif rest >= RIDGE / 2:
                matrix[row, row] = np.sqrt(rest)
            else:
                matrix[row, :row], matrix[row:, row] = 0, 0
                matrix[row, row], solved[row] = 1, 0
        for inner in range(row):
            solved[row] -= matrix[row, inner] * solved[inner]
        solved[row] /= matrix[row, row]
    for row in range(size - 1, -1, -1):
        for inner in range(row + 1, size):
            solved[row] -= matrix[inner, row] * solved[inner]
        solved[row] /= matrix[row, row]
    return solved


@compiled
def _write_vote(links: Links, voter: int, position: int, vote: float) -> None:
    """Write what one says of another into its slots, once."""
    own, inverse = find_slot(links, OWN, voter, position), find_slot(links, INVERSE, voter, position)
    if own >= 0:
        links.vote[own] = vote
    if inverse >= 0:
        links.vote[inverse] = 0.0 if own >= 0 else vote
