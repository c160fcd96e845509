"""Off-policy estimates, worked out by hand, and intervals where the truth is known."""

import numpy as np
import pytest

from models.off_policy import Outcome, PolicyEstimator, outcome_rows
from models.off_policy.bets import LOG_MONEY, STAKES, add_bets, lower_bound
from models.off_policy.coverage import coverage_figures, run_trials
from models.off_policy.estimator import MISS
from models.off_policy.two_logs import (
    Choices,
    PooledRewards,
    Unsupported,
    average_propensities,
    target_outcomes,
)

BY_HAND = [
    Outcome(logged=0.5, target=0.25, reward=1.0, predicted=0.5, expected=0.25),
    Outcome(logged=0.25, target=0.5, reward=0.5, predicted=0.25, expected=0.25),
    Outcome(logged=0.5, target=0.0, reward=1.0, predicted=1.0, expected=0.5),
    Outcome(logged=0.1, target=0.2, reward=0.0, predicted=0.125, expected=0.0),
]
"""Weights ½, 2, 0 and 2."""


def learned(outcomes, **options):
    estimator = PolicyEstimator(**options)
    for outcome in outcomes:
        estimator.learn_one(outcome)
    return estimator


def test_values_are_those_worked_out_by_hand():
    found = learned(BY_HAND).estimate()
    assert (found.count, found.capped, found.mean_weight) == (4, 0, 4.5 / 4)
    assert found.effective_sample_size == 4.5**2 / (0.25 + 4 + 0 + 4)
    assert found.ips.value == (0.5 + 1.0 + 0.0 + 0.0) / 4
    assert found.snips.value == 1.5 / 4.5
    assert found.dr.value == (0.25 + 0.25 + 0.25 + 0.5 + 0.5 + 0.0 - 0.25) / 4


def test_nothing_is_known_before_the_first_row():
    found = PolicyEstimator().estimate()
    assert (found.count, found.effective_sample_size) == (0, 0.0)
    for value in (found.ips, found.snips, found.dr):
        assert (value.value, value.low, value.high) == (0.0, 0.0, 1.0)


def test_weights_count_at_most_the_cap():
    found = learned(BY_HAND, cap=1.5).estimate()
    assert (found.capped, found.mean_weight) == (2, 3.5 / 4)
    assert found.ips.value == (0.5 + 0.75) / 4


def test_a_cap_that_holds_but_for_rounding_was_never_exceeded():
    one = Outcome(logged=0.1, target=0.3, reward=1.0)
    assert one.target / one.logged != 3.0
    assert learned([one], cap=3.0 - 1e-12).estimate().capped == 0


def test_the_upper_end_survives_a_cap_that_was_exceeded():
    """The target always chooses what the log rarely does and what always pays: its true value is 1."""
    draws = np.random.default_rng(3).random(4_000) < 0.05
    outcomes = [Outcome(0.05, 1.0, 1.0) if rare else Outcome(0.95, 0.0, 0.0) for rare in draws]
    capped, free = learned(outcomes, cap=5.0).estimate(), learned(outcomes, cap=20.0).estimate()
    assert capped.capped == draws.sum()
    for value in (capped.ips, capped.snips, capped.dr):
        assert value.low < 0.3 and value.high == 1.0
    assert free.capped == 0 and 0.7 < free.ips.low < 1.0 == free.ips.high


def test_a_good_model_narrows_the_interval_of_dr():
    rng = np.random.default_rng(5)
    outcomes = []
    for _ in range(3_000):
        chosen = rng.random() < 0.5
        reward = 0.8 if chosen else 0.2
        target = 0.9 if chosen else 0.1
        outcomes.append(Outcome(0.5, target, reward, predicted=reward, expected=0.74))
    found = learned(outcomes, cap=2.0).estimate()
    widths = {name: getattr(found, name).high - getattr(found, name).low for name in ("ips", "snips", "dr")}
    assert widths["dr"] < 0.3 * widths["ips"]
    for value in (found.ips, found.snips, found.dr):
        assert value.low < 0.74 < value.high
    assert found.dr.value == pytest.approx(0.74)


@pytest.mark.parametrize(
    "wrong", [(0.0, 0.5, 0.5), (1.5, 0.5, 0.5), (0.5, -0.1, 0.5), (0.5, 0.5, 1.1), (0.5, 0.5, np.nan)]
)
def test_numbers_out_of_range_are_refused_and_nothing_is_learned(wrong):
    estimator = learned(BY_HAND)
    before = estimator.estimate()
    with pytest.raises(ValueError, match="outcomes with"):
        estimator.learn_many(outcome_rows([(0, BY_HAND[0]), (1, Outcome(*wrong))]))
    assert estimator.estimate() == before
    with pytest.raises(ValueError, match="cap"):
        PolicyEstimator(cap=0.5)


def test_the_lower_bound_is_where_all_money_together_won_too_much():
    wealth = np.zeros((1, len(STAKES)))
    rows = [1.0, 0.0, 0.25, 1.0, 1.0, 0.5] * 20
    for row in rows:
        add_bets(wealth, np.array([row]))
    bound = lower_bound(wealth[0], float(len(rows)), 0.025)
    won = sum(
        np.exp(money) * np.prod([(1 + stake * row) / (1 + stake * bound) for row in rows])
        for stake, money in zip(STAKES, LOG_MONEY, strict=True)
    )
    assert won == pytest.approx(1 / 0.025)
    assert 0.4 < bound < np.mean(rows)


def test_intervals_hold_at_every_look_where_fixed_ones_do_not():
    figures = coverage_figures(list(run_trials(runs=60, impressions=10_000, seed=7)))
    assert figures.runs == 60
    for one in (figures.ips, figures.snips, figures.dr):
        assert one.coverage >= 1.0 - MISS
        assert one.relative_half_width < 1.3
    assert figures.worst.coverage == min(figures.ips.coverage, figures.snips.coverage, figures.dr.coverage)
    assert figures.fixed_time < 0.75 < figures.fixed_time_at_end


def test_a_trial_is_the_same_whoever_runs_it_and_however_many_come_after():
    first, second = run_trials(runs=2, impressions=2_000, seed=1)
    assert first == next(run_trials(runs=1, impressions=2_000, seed=1))
    assert first != second


def test_propensities_are_averaged_over_time_and_not_over_what_was_chosen():
    """An item is chosen with .5 and then .1: in 100 rows each, 50 and 10 times; the average is .3."""
    items = np.array([0] * 60 + [1] * 140)
    propensities = np.array([0.5] * 50 + [0.1] * 10 + [0.5] * 50 + [0.9] * 90)
    log = Choices(items, np.zeros(200, np.int64), propensities, np.zeros(200))
    assert average_propensities(log, items=3, positions=2) == pytest.approx(
        np.array([[0.3, 0.7, 0.0], [0.0, 0.0, 0.0]])
    )


def test_one_log_is_judged_by_another_and_the_model_predicts_before_it_learns():
    log = Choices(np.array([0, 1, 0]), np.array([0, 0, 0]), np.array([0.5] * 3), np.array([1.0, 0.0, 0.0]))
    target = Choices(np.array([0, 1]), np.array([0, 0]), np.array([0.25, 0.75]), np.array([0.0, 0.0]))
    rows, bound = target_outcomes(log, target)
    assert rows["target"] == pytest.approx([0.25, 0.75, 0.25]) and bound == pytest.approx(1.5)
    assert rows["predicted"][:2].tolist() == [0.0, 1.0]
    assert rows["expected"][0] == 0.0 and 0.49 < rows["predicted"][2] < 0.52
    with pytest.raises(Unsupported, match="position 1"):
        target_outcomes(Choices(log.items, np.array([0, 1, 0]), log.propensities, log.rewards), target)


def test_rewards_are_pooled_by_item_and_over_all():
    model = PooledRewards(items=3, positions=2)
    for position, item, reward in ((0, 0, 1.0), (1, 0, 1.0), (0, 1, 0.0), (0, 1, 0.0)):
        model.learn_one(item, position, reward)
    of_first = (2 + 100 * 0.5) / 102
    of_second = 100 * 0.5 / 102
    assert model.predict(0).tolist() == [(1 + 100 * of_first) / 101, 100 * of_second / 102, 0.5]
