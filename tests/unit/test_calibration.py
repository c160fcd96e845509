"""Calibrated scores follow the listener's shares, cost nothing when off; groups are found in the plays."""

import numpy as np
import pytest

from models.diet.calibration import calibrate_scores, divergence, hellinger, shares_of
from models.diet.groups import ALL_GROUPS, GROUPS, UNPLACED, assign, find_groups

PLACES = 20


def skewed(seed=0, n=200):
    """Candidates of which nearly all of the best are of group 0."""
    draw = np.random.default_rng(seed)
    groups = draw.choice(4, n, p=[0.4, 0.3, 0.2, 0.1])
    return draw.normal(size=n) + 3.0 * (groups == 0), groups


SHARES = np.array([0.3, 0.4, 0.2, 0.1])


def row(scores, places=PLACES):
    return np.argsort(-scores, kind="stable")[:places]


@pytest.mark.parametrize("strength, shares", [(0.0, SHARES), (0.5, np.zeros(4))])
def test_off_or_for_a_stranger_nothing_changes_bit_for_bit(strength, shares):
    scores, groups = skewed()
    calibrated = calibrate_scores(scores, groups, shares, PLACES, strength)
    assert calibrated.tobytes() == scores.tobytes()
    assert calibrated is not scores


def test_the_row_gets_the_listeners_shares():
    scores, groups = skewed()
    before = shares_of(groups[row(scores)], 4)
    after = shares_of(groups[row(calibrate_scores(scores, groups, SHARES, PLACES, 0.95))], 4)
    assert before[0] > 0.8
    np.testing.assert_allclose(after, SHARES, atol=0.051)


def test_with_equal_scores_the_shares_are_met_to_the_item():
    groups = np.repeat(np.arange(3), 50)
    calibrated = calibrate_scores(np.zeros(150), groups, np.array([0.5, 0.3, 0.2]), 10, 0.5)
    assert shares_of(groups[row(calibrated, 10)], 3).tolist() == [0.5, 0.3, 0.2]


def test_the_stronger_the_nearer_to_the_shares_and_the_more_it_costs():
    scores, groups = skewed(1)
    rows = [row(calibrate_scores(scores, groups, SHARES, PLACES, step / 10)) for step in range(10)]
    far = [divergence(SHARES, shares_of(groups[one], 4)) for one in rows]
    worth = [scores[one].sum() for one in rows]
    assert far == sorted(far, reverse=True)
    assert worth == sorted(worth, reverse=True)
    assert far[9] < 0.1 * far[0]


@pytest.mark.parametrize("strength", [0.25, 0.5])
def test_the_row_is_nearly_the_best_of_all_rows(strength):
    draw = np.random.default_rng(3)
    shares, weight = np.array([0.6, 0.4]), strength / (1 - strength)
    for _ in range(20):
        scores, groups = draw.normal(size=9), draw.integers(0, 2, 9)

        def worth(one, scores=scores, groups=groups):
            return scores[one].sum() - weight * len(one) * divergence(shares, shares_of(groups[one], 2))

        rows = [list(one) for one in _triples(9)]
        found = worth(row(calibrate_scores(scores, groups, shares, 3, strength), 3))
        ranked = sorted((worth(one) for one in rows), reverse=True)
        assert found >= ranked[2], "among the best three of 84 rows"


def _triples(n):
    return [(a, b, c) for a in range(n) for b in range(a) for c in range(b)]


def test_a_group_keeps_its_order_and_the_row_comes_first():
    scores, groups = skewed(2)
    calibrated = calibrate_scores(scores, groups, SHARES, PLACES, 0.5)
    chosen = row(calibrated)
    for group in range(4):
        of_group = [scores[item] for item in chosen if groups[item] == group]
        assert of_group == sorted(of_group, reverse=True)
    assert (np.delete(calibrated, chosen) <= calibrated[chosen].min()).all()
    assert np.isfinite(calibrated).all()


def test_a_group_that_the_listener_never_plays_comes_last():
    groups = np.repeat([0, 1], 30)
    calibrated = calibrate_scores(np.zeros(60), groups, np.array([1.0, 0.0]), PLACES, 0.5)
    assert (groups[row(calibrated)] == 0).all()


def test_fewer_candidates_than_places_are_all_listed():
    calibrated = calibrate_scores(np.array([1.0, 2.0]), np.array([0, 0]), np.array([1.0]), PLACES, 0.5)
    assert np.argsort(-calibrated).tolist() == [1, 0]
    nothing = np.zeros(0)
    assert len(calibrate_scores(nothing, nothing.astype(np.int64), np.array([1.0]), PLACES, 0.5)) == 0


def test_distances_of_shares_by_hand():
    even, all_first = np.array([0.5, 0.5]), np.array([1.0, 0.0])
    assert hellinger(even, even) == divergence(even, even) == 0.0
    assert hellinger(even, all_first) == pytest.approx(np.sqrt(1 - np.sqrt(0.5)))
    expected = 0.5 * np.log(0.5 / 0.995) + 0.5 * np.log(0.5 / 0.005)
    assert divergence(even, all_first) == pytest.approx(expected)


def kinds(*sizes, seed=0):
    """Vectors around as many directions, so many of each, and one that is unknown at the end."""
    draw = np.random.default_rng(seed)
    centres = np.linalg.qr(draw.normal(size=(64, len(sizes))))[0].T
    of = np.repeat(np.arange(len(sizes)), sizes)
    near = centres[of] + 0.02 * draw.normal(size=(len(of), 64))
    steps = np.rint(127 * near / np.linalg.norm(near, axis=1, keepdims=True)).astype(np.int8)
    return np.concatenate((steps, np.zeros((1, 64), np.int8))), of


def test_groups_are_the_kinds_that_were_played_in_their_proportions():
    vectors, of = kinds(60, 30, 10)
    heard = np.random.default_rng(1).permutation(100).astype(np.int32)
    found = find_groups(heard, np.ones(100, np.bool_), vectors)
    assert sorted(found.shares, reverse=True)[:4] == [0.6, 0.3, 0.1, 0.0]
    groups = assign(np.arange(101, dtype=np.int32), found.centres, vectors)
    assert len({(group, kind) for group, kind in zip(groups[:100], of, strict=True)}) == 3
    assert groups[100] == UNPLACED


def test_skips_and_what_is_unknown_make_no_group():
    vectors, _ = kinds(4, 4)
    heard = np.array([0, 1, 4, 5, 8, 8], np.int32)
    found = find_groups(heard, np.array([True, True, False, False, True, True]), vectors)
    assert found.shares[UNPLACED] == 0.5
    assert found.shares[:GROUPS].max() == 0.5


def test_a_stranger_has_no_shares_and_all_candidates_are_unplaced():
    vectors, _ = kinds(3)
    found = find_groups(np.zeros(0, np.int32), np.zeros(0, np.bool_), vectors)
    assert found.shares.tolist() == [0.0] * ALL_GROUPS
    assert (assign(np.arange(3, dtype=np.int32), found.centres, vectors) == UNPLACED).all()


def test_groups_do_not_depend_on_catalogue_positions():
    vectors, _ = kinds(20, 10, 5)
    heard = np.random.default_rng(2).integers(0, 35, 300).astype(np.int32)
    moved = np.random.default_rng(3).permutation(36)
    elsewhere = np.empty_like(vectors)
    elsewhere[moved] = vectors
    good = np.ones(300, np.bool_)
    here, there = (
        find_groups(heard, good, vectors),
        find_groups(moved[heard].astype(np.int32), good, elsewhere),
    )
    np.testing.assert_array_equal(here.centres, there.centres)
    np.testing.assert_array_equal(here.shares, there.shares)
