"""The Gymnasium environment: by Gymnasium's own checker, the same every time, and worth learning in."""

from __future__ import annotations

from collections.abc import Callable

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env

from models.home.player import OF_ITEM, OF_MOMENT
from streams.environments import HOME
from streams.environments.home import HomeScreen

CANDIDATES = 10


def episode(choose: Callable[[np.ndarray], int], *, seed: int, days: int = 20) -> tuple[float, list[object]]:
    """Mean reward of an episode, and all that was seen."""
    environment = gymnasium.make(HOME, days=days)
    seen, info = environment.reset(seed=seed)
    rewards, everything, truncated = [], [seen.tolist()], False
    while not truncated:
        seen, reward, terminated, truncated, info = environment.step(choose(seen))
        assert not terminated
        assert environment.observation_space.contains(seen)
        rewards.append(reward)
        everything.append((seen.tolist(), reward, info))
    return float(np.mean(rewards)), everything


def candidates(seen: np.ndarray) -> np.ndarray:
    return seen[OF_MOMENT:].reshape(CANDIDATES, OF_ITEM)


def first(seen: np.ndarray) -> int:
    return 0


def rested(seen: np.ndarray) -> int:
    """Choose the item heard longest ago, or one that was not heard."""
    return int(np.argmin(candidates(seen)[:, 2]))


def on_repeat(seen: np.ndarray) -> int:
    """Choose the item heard most often."""
    return int(np.argmax(candidates(seen)[:, 1]))


def test_gymnasium_finds_nothing_wrong() -> None:
    check_env(HomeScreen(), skip_render_check=True)


def test_the_same_seed_is_the_same_listener_and_another_is_another() -> None:
    assert episode(first, seed=1)[1] == episode(first, seed=1)[1]
    assert episode(first, seed=1)[1] != episode(first, seed=2)[1]


def test_repeats_without_end_earn_less_than_a_varied_diet() -> None:
    varied, repeated = (
        np.mean([episode(choose, seed=seed)[0] for seed in range(3)]) for choose in (rested, on_repeat)
    )
    assert varied > repeated + 0.2


def test_a_discovery_pays_when_it_lasts() -> None:
    rewards = [reward for _, reward, _ in episode(first, seed=1, days=25)[1][1:]]
    assert any(reward > 2.0 for reward in rewards)
    assert min(rewards) == -0.25
