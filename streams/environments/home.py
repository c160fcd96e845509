"""`segue/Home-v0`: choose what one simulated listener hears next, for weeks."""

from __future__ import annotations

from typing import Any, Final

import gymnasium
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete

from models.home.environment import HomeEnvironment
from models.home.player import OF_ITEM, OF_MOMENT, Player

_DAY_SECONDS: Final = 86_400.0
_WORLDS: Final = 1 << 31

Observation = npt.NDArray[np.float32]


class HomeScreen(gymnasium.Env[Observation, np.int64]):
    """Offer one of `candidates` items at a time to a listener who skips, tires, and comes to love.

    An action is the place of the candidate to offer. An observation is a float32 vector of
    4 + 5 x `candidates` numbers in [-1, 1] that a recommender may see (`Player.observe`); latent taste is
    not among them. The reward is what the play says of the item, and 2 when a discovery lasts. An episode
    ends (is truncated) after `days` simulated days; how often the listener comes back in that time follows
    from what they were offered. Each reset draws another world from its seed.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 (Gymnasium's own declaration)

    def __init__(
        self, *, candidates: int = 10, days: int = 30, items: int = 1_000, artists: int = 100
    ) -> None:
        self.observation_space = Box(-1.0, 1.0, (OF_MOMENT + OF_ITEM * candidates,), np.float32)
        self.action_space = Discrete(candidates)
        self._candidates, self._days = candidates, days
        self._items, self._artists = items, artists
        self._player: Player | None = None
        self._ends_at = 0.0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Begin with a listener who has heard nothing, in a world drawn from the seed."""
        super().reset(seed=seed)
        world = HomeEnvironment(
            seed=int(self.np_random.integers(_WORLDS)),
            listeners=1,
            items=self._items,
            artists=self._artists,
        )
        self._player = Player(world, listener=0, candidates=self._candidates)
        self._ends_at = world.start_at + self._days * _DAY_SECONDS
        return self._observe(self._player), {}

    def step(self, action: np.int64) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Offer a candidate; `info` says which item it was and whether it was skipped."""
        assert self._player is not None, "call reset before step"
        event, reward = self._player.offer(int(action))
        truncated = self._player.now >= self._ends_at
        info = {"item": event.item, "skipped": event.is_skip, "at": event.at}
        return self._observe(self._player), reward, False, truncated, info

    def _observe(self, player: Player) -> Observation:
        return np.array(player.observe(), np.float32)
