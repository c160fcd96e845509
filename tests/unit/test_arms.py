"""Pooled linear arms: the closed form, rewards that come late, what arms know of each other, their bytes."""

from __future__ import annotations

import numpy as np
import pytest

from models.arm_bytes import decode_arms, encode_arms
from models.arm_pooling import Floats
from models.arms import Int64s, PooledArms
from models.errors import CorruptState
from tests.learned_bytes import refuses_other_bytes

D = 4
NOISE, SPREAD = 0.2, 0.5
NAMES = tuple(f"shelf-{number}" for number in range(6))


def new_arms() -> PooledArms:
    return PooledArms(NAMES, dimensions=D, noise=NOISE, spread=SPREAD)


def log(seed: int = 0, impressions: int = 400) -> tuple[Int64s, Floats, Floats]:
    """Arms, contexts and rewards: arms are alike in the first dimensions and differ in the last."""
    random = np.random.default_rng(seed)
    arms = random.integers(0, len(NAMES) - 1, impressions)
    contexts = np.column_stack((np.ones(impressions), random.normal(size=(impressions, D - 1))))
    weights = np.column_stack((np.full(len(NAMES), 0.6), np.full((len(NAMES), 2), 0.2), range(len(NAMES))))
    rewards = (contexts * weights[arms]).sum(axis=1) + random.normal(0.0, NOISE**0.5, impressions)
    return arms, contexts, rewards


def taught(*, pooled: bool) -> PooledArms:
    arms = new_arms()
    shown, contexts, rewards = log()
    arms.learn_impressions(shown, contexts)
    arms.learn_rewards(shown, contexts, rewards)
    if pooled:
        arms.pool(passes=20)
    return arms


def test_unpooled_arms_are_ridge_regressions() -> None:
    shown, contexts, rewards = log()
    weights = taught(pooled=False).weights()
    for arm in range(len(NAMES)):
        own, paid = contexts[shown == arm], rewards[shown == arm]
        sharpness = own.T @ own / NOISE + np.eye(D) / SPREAD
        np.testing.assert_allclose(weights.means[arm], np.linalg.solve(sharpness, own.T @ paid / NOISE))
        np.testing.assert_allclose(weights.covariances[arm], np.linalg.inv(sharpness), atol=1e-15)


def test_pooled_arms_are_regressions_around_what_all_have_in_common() -> None:
    arms = taught(pooled=True)
    shown, contexts, rewards = log()
    prior, _ = arms.learned
    own, paid = contexts[shown == 2], rewards[shown == 2]
    sharpness = own.T @ own / NOISE + np.linalg.inv(prior.covariance)
    response = own.T @ paid / NOISE + np.linalg.solve(prior.covariance, prior.mean)
    np.testing.assert_allclose(arms.weights().means[2], np.linalg.solve(sharpness, response), rtol=1e-9)


def test_deviations_are_those_of_the_posterior() -> None:
    arms = taught(pooled=True)
    _, contexts, _ = log(seed=1, impressions=7)
    covariances = arms.weights().covariances
    exact = np.sqrt(np.einsum("nd,kde,ne->nk", contexts, covariances, contexts))
    np.testing.assert_allclose(arms.deviations(contexts), exact, rtol=1e-12)
    np.testing.assert_allclose(arms.deviations(contexts[:1]), exact[:1], rtol=1e-12)


def test_a_reward_may_come_late_and_in_parts() -> None:
    shown, contexts, rewards = log()
    late = new_arms()
    late.learn_impressions(shown, contexts)
    late.learn_rewards(shown[::-1], contexts[::-1], rewards[::-1] - 1.0)
    late.learn_rewards(shown, contexts, np.ones(len(shown)))
    late.pool(passes=20)
    np.testing.assert_allclose(late.means(contexts), taught(pooled=True).means(contexts), rtol=1e-7)
    np.testing.assert_allclose(late.deviations(contexts), taught(pooled=True).deviations(contexts), rtol=1e-9)


def test_an_arm_nobody_saw_is_what_all_are_together() -> None:
    arms = taught(pooled=True)
    prior, _ = arms.learned
    _, contexts, _ = log()
    before = arms.means(contexts)
    arms.add_arms(["new", NAMES[0]])
    assert arms.ids == (*NAMES, "new")
    assert arms.number("new") == len(NAMES)
    after = arms.means(contexts)
    np.testing.assert_allclose(after[:, :-1], before, rtol=1e-12)
    np.testing.assert_allclose(after[:, -1], contexts @ prior.mean, rtol=1e-12)
    np.testing.assert_allclose(arms.weights().covariances[-1], prior.covariance, rtol=1e-9)
    # What all arms share is known of the new one too, and what tells them apart is known to be unknown.
    assert abs(prior.mean[0] - 0.6) < 0.25
    assert prior.covariance[3, 3] > 3.0 * prior.covariance[1, 1]


def test_pooling_predicts_an_arm_that_was_seen_twice() -> None:
    shown, contexts, rewards = log(impressions=2_000)
    rare = np.flatnonzero(shown == 3)
    kept = np.setdiff1d(np.arange(len(shown)), rare[2:])
    errors = []
    for passes in (0, 30):
        arms = new_arms()
        arms.learn_impressions(shown[kept], contexts[kept])
        arms.learn_rewards(shown[kept], contexts[kept], rewards[kept])
        arms.pool(passes=passes)
        missed = arms.means(contexts[rare])[:, 3] - rewards[rare]
        errors.append(float(np.mean(missed**2)))
    assert errors[1] < 0.6 * errors[0]


def test_forgetting_follows_what_changed() -> None:
    always, none = np.ones((50, D)), np.zeros(50, np.int64)
    arms = new_arms()
    for amount in (1.0, -1.0):
        arms.forget(0.1)
        arms.learn_impressions(none, always)
        arms.learn_rewards(none, always, np.full(50, amount))
    assert arms.means(always[:1])[0, 0] == pytest.approx((0.1 - 1.0) / 1.1, abs=0.01)
    with pytest.raises(ValueError, match="count"):
        arms.forget(1.5)


def test_asking_changes_nothing() -> None:
    arms = taught(pooled=True)
    before = encode_arms(arms)
    arms.means(np.ones((3, D)))
    arms.deviations(np.ones((3, D)))
    assert encode_arms(arms) == before == encode_arms(taught(pooled=True))


def test_arms_go_on_where_their_bytes_end() -> None:
    arms = taught(pooled=True)
    restored = decode_arms(encode_arms(arms), PooledArms([], dimensions=D, noise=NOISE, spread=SPREAD))
    shown, contexts, rewards = log(seed=2)
    for each in (arms, restored):
        each.learn_impressions(shown, contexts)
        each.learn_rewards(shown, contexts, rewards)
        each.pool()
    assert restored.ids == arms.ids
    assert encode_arms(restored) == encode_arms(arms)
    empty = PooledArms([], dimensions=D)
    assert decode_arms(encode_arms(empty), empty).ids == ()


def test_other_bytes_are_refused() -> None:
    written = encode_arms(taught(pooled=True))
    refuses_other_bytes(written, lambda data: decode_arms(data, new_arms()))
    for bad in (written[:-8] + np.array([np.nan]).tobytes(), written.replace(b"shelf-1", b"shelf-0")):
        with pytest.raises(CorruptState):
            decode_arms(bad, new_arms())
    with pytest.raises(CorruptState):
        decode_arms(written, PooledArms([], dimensions=D + 1))


def test_what_cannot_be_learned_is_refused_whole() -> None:
    arms = taught(pooled=True)
    before = encode_arms(arms)
    one, good = np.zeros(1, np.int64), np.ones((1, D))
    for numbers, contexts in ((one, good[:, 1:]), (one + 6, good), (one - 1, good), (one, good * np.inf)):
        with pytest.raises(ValueError):
            arms.learn_impressions(numbers, contexts)
    for amounts in (np.ones(2), np.array([np.nan])):
        with pytest.raises(ValueError):
            arms.learn_rewards(one, good, amounts)
    with pytest.raises(ValueError):
        arms.add_arms(["good", "b\0d"])
    assert encode_arms(arms) == before
