"""Satiation: what was heard too often lately is enjoyed less, and recovers with time."""

from __future__ import annotations

from typing import Final


class Satiation:
    """How much of each thing was heard lately: a count that halves every `half_life_hours`.

    Of the `capacity` things heard last; what is older is forgotten, as it would have recovered. After
    the linear recovering satiation of "Rebounding Bandits for Modeling Satiation Effects" (Leqi et al.,
    NeurIPS 2021), with a `tolerance` below which nothing is felt, since the first repeats please.

    >>> heard = Satiation(half_life_hours=24.0, tolerance=1.0, weight=0.5, capacity=8)
    >>> for _ in range(3):
    ...     heard.add(7, at=0.0)
    >>> heard.felt(7, at=0.0), heard.felt(7, at=86_400.0), heard.felt(7, at=86_400.0 * 30)
    (1.0, 0.25, 0.0)
    """

    __slots__ = ("_capacity", "_half_life_seconds", "_levels", "_tolerance", "_weight")

    def __init__(self, *, half_life_hours: float, tolerance: float, weight: float, capacity: int) -> None:
        self._half_life_seconds: Final = 3_600.0 * half_life_hours
        self._tolerance: Final = tolerance
        self._weight: Final = weight
        self._capacity: Final = capacity
        self._levels: dict[int, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._levels)

    def add(self, thing: int, *, at: float) -> None:
        """Note that a thing was heard at a Unix time."""
        level = self._level(thing, at)
        # Taken out first, so that it stands last: the first one is the one that was heard longest ago.
        self._levels.pop(thing, None)
        self._levels[thing] = (level + 1.0, at)
        if len(self._levels) > self._capacity:
            del self._levels[next(iter(self._levels))]

    def felt(self, thing: int, *, at: float) -> float:
        """How much less a thing is enjoyed at a Unix time, in log-odds."""
        return self._weight * max(0.0, self._level(thing, at) - self._tolerance)

    def _level(self, thing: int, at: float) -> float:
        level, since = self._levels.get(thing, (0.0, at))
        return float(level * 2.0 ** ((since - at) / self._half_life_seconds))
