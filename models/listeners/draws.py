"""Randomness as an argument: small streams of uniform draws, the same in every process."""

from __future__ import annotations

from typing import Final

MASK: Final = (1 << 64) - 1
"""Keeps 64 bits of an integer."""

_GOLDEN: Final = 0x9E3779B97F4A7C15
_TO_UNIT: Final = 2.0**-53
_FIELD: Final = (1 << 21) - 1


def mix(state: int) -> int:
    """Scramble 64 bits (the finaliser of SplitMix64; Steele, Lea and Flood, OOPSLA 2014)."""
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & MASK
    return state ^ (state >> 31)


def derive(*parts: int) -> int:
    """Make one 64-bit key of several integers, in order.

    >>> derive(7, 1, 2) == derive(7, 1, 2), derive(7, 1, 2) == derive(7, 2, 1)
    (True, False)
    """
    key = 0
    for part in parts:
        key = mix((key + _GOLDEN + part) & MASK)
    return key


def bell(bits: int) -> float:
    """Turn 64 scrambled bits into a draw of mean 0 and variance 1, nearly normal: three uniform fields added.

    >>> round(bell(derive(7)), 3), bell(0)
    (0.634, -3.0)
    """
    return 2.0 * ((bits & _FIELD) + (bits >> 21 & _FIELD) + (bits >> 42 & _FIELD)) / _FIELD - 3.0


class Draws:
    """A stream of uniform draws whose state is one integer: a Mersenne Twister a listener would weigh 2.5 KB.

    The linear congruential generator of Knuth's MMIX (The Art of Computer Programming, 3.3.4), of which
    only the good high bits are used. `key` is 64 scrambled bits, as `derive` makes them.

    >>> draws = Draws(derive(7))
    >>> [round(draws.uniform(), 3) for _ in range(3)]
    [0.704, 0.429, 0.577]
    """

    __slots__ = ("_state",)

    def __init__(self, key: int) -> None:
        self._state = key

    def uniform(self) -> float:
        """Draw from [0, 1)."""
        self._state = state = (self._state * 6364136223846793005 + 1442695040888963407) & MASK
        return (state >> 11) * _TO_UNIT

    def below(self, count: int) -> int:
        """Draw an integer from [0, count), each alike."""
        return int(self.uniform() * count)

    def zipf(self, count: int) -> int:
        """Draw a rank from [0, count), rank r about as often as 1 / (r + 1): Zipf's law with exponent 1."""
        return int((count + 1) ** self.uniform()) - 1

    def log_uniform(self, low: float, high: float) -> float:
        """Draw from [low, high), every factor of two alike."""
        return low * float((high / low) ** self.uniform())
