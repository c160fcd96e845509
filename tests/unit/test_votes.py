"""Votes: those of the nearest neighbours are a ridge regression, and stay with their slots."""

import numpy as np
import pytest

from models.linked_rows import LinkedRows
from models.row_pool import INVERSE, OWN, find_slot
from models.votes import RIDGE, VOTERS, count_votes

ITEMS = 12


def taught(pairs):
    """Rows in which the second item of each pair holds the first."""
    rows = LinkedRows(own=64, inverse=32, room=ITEMS)
    for position in range(ITEMS):
        row = {first: weight for (first, second), weight in pairs.items() if second == position}
        others, weights = np.full((1, ITEMS), -1, np.int32), np.zeros((1, ITEMS), np.float32)
        others[0, : len(row)], weights[0, : len(row)] = list(row), list(row.values())
        rows.replace(np.array([position], np.int32), others, weights, standing=np.ones(ITEMS, np.float32))
    return rows


def vote_of(rows, voter, position):
    slots = (find_slot(rows.links, kind, voter, position) for kind in (OWN, INVERSE))
    return sum(float(rows.links.vote[slot]) for slot in slots if slot >= 0)


def random_pairs(seed):
    draw = np.random.default_rng(seed)
    ordered = [(one, other) for one in range(ITEMS) for other in range(ITEMS) if one != other]
    return {pair: float(draw.integers(1, 9)) for pair in ordered if draw.random() < 0.5}


@pytest.mark.parametrize("seed", range(4))
def test_votes_are_the_ridge_regression_on_all_neighbours(seed):
    pairs = random_pairs(seed)
    together = np.zeros((ITEMS, ITEMS))
    for (one, other), weight in pairs.items():
        together[one, other] += weight
        together[other, one] += weight
    mass = np.full(ITEMS, 60, np.float32)
    rows = taught(pairs)
    count_votes(np.arange(ITEMS, dtype=np.int32), rows.links, np.ones(ITEMS, np.float32), mass)
    for item in range(ITEMS):
        voters = np.flatnonzero(together[item])
        among = together[np.ix_(voters, voters)] + np.diag(mass[voters] + RIDGE)
        expected = np.linalg.solve(among, together[voters, item])
        votes = [vote_of(rows, voter, item) for voter in voters.tolist()]
        assert votes == pytest.approx(expected.tolist(), abs=1e-5)


def test_two_that_say_the_same_share_a_vote():
    mass = np.full(ITEMS, 10, np.float32)
    alone = taught({(0, 2): 8.0})
    twins = taught({(0, 2): 8.0, (1, 2): 8.0, (0, 1): 9.0})
    for rows in (alone, twins):
        count_votes(np.array([2], np.int32), rows.links, np.ones(ITEMS, np.float32), mass)
    both = vote_of(twins, 0, 2) + vote_of(twins, 1, 2)
    assert vote_of(twins, 0, 2) == pytest.approx(vote_of(twins, 1, 2))
    assert vote_of(alone, 0, 2) < both < 1.5 * vote_of(alone, 0, 2)


def test_only_the_nearest_vote():
    rows = LinkedRows(own=64, inverse=32, room=80)
    others = np.arange(1, 61, dtype=np.int32)[None]
    weights = np.arange(1, 61, dtype=np.float32)[None]
    ones = np.ones(80, np.float32)
    rows.replace(np.array([0], np.int32), others, weights, standing=ones)
    count_votes(np.array([0], np.int32), rows.links, ones, ones)
    voting = [voter for voter in range(1, 61) if vote_of(rows, voter, 0) != 0]
    assert voting == list(range(61 - VOTERS, 61))


def test_who_stays_in_a_row_keeps_its_vote_and_who_comes_has_none():
    pairs = {(0, 2): 8.0, (1, 2): 5.0}
    rows = taught(pairs)
    ones = np.ones(ITEMS, np.float32)
    count_votes(np.arange(ITEMS, dtype=np.int32), rows.links, ones, ones)
    before = vote_of(rows, 2, 0), vote_of(rows, 0, 2)
    others = np.array([[5, 0]], np.int32)
    rows.replace(np.array([2], np.int32), others, np.array([[9.0, 8.5]], np.float32), standing=ones)
    assert (vote_of(rows, 2, 0), vote_of(rows, 0, 2)) == before
    assert vote_of(rows, 2, 5) == vote_of(rows, 5, 2) == vote_of(rows, 1, 2) == 0


@pytest.mark.parametrize("seed", range(4))
def test_where_rows_forgot_who_listened_votes_stay_small_and_some_have_none(seed):
    rows = taught(random_pairs(seed))
    # Pairs are told to weigh more than all that was ever heard: no matrix of theirs is positive.
    nobody = np.full(ITEMS, 0.5, np.float32)
    count_votes(np.arange(ITEMS, dtype=np.int32), rows.links, np.ones(ITEMS, np.float32), nobody)
    votes = rows.links.vote[rows.links.weight > 0]
    assert np.abs(votes).max() < 10
    assert (votes == 0).any()
    assert (votes != 0).any()
