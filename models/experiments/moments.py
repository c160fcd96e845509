"""Six sums over the listeners of a variant: their ratio of totals, and how certain it is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number that was estimated, and the standard error of it."""

    value: float
    standard_error: float


@dataclass(slots=True)
class RatioMoments:
    """Of `listeners` with totals x and y: the sums of x, y, x², xy and y². Constant memory.

    The listener is what was assigned, so the listener is what counts as one: events of the same listener
    are alike, and errors from rows of events would be too small. Whole numbers are summed exactly, so that
    a listener's old totals can be taken out again.

    >>> moments = RatioMoments()
    >>> for skips, plays in ((1, 2), (0, 4), (3, 6)):
    ...     moments.add(skips, plays)
    >>> round(moments.estimate().value, 3)
    0.333
    """

    listeners: float = 0.0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0

    @classmethod
    def of(cls, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]) -> Self:
        """Sum listeners given as arrays: their totals x and y, float64 of one length."""
        return cls(len(x), float(x.sum()), float(y.sum()), float(x @ x), float(x @ y), float(y @ y))

    def add(self, x: float, y: float) -> None:
        """Take in a listener."""
        self._sum(x, y, 1.0)

    def replace(self, old: tuple[float, float], new: tuple[float, float]) -> None:
        """Exchange a listener's totals, as they were taken in before, for new ones."""
        self._sum(*old, -1.0)
        self._sum(*new, 1.0)

    def shifted(self, by: float) -> RatioMoments:
        """The sums as they would be if each listener's y was larger by `by`: so days pass for all at once."""
        return RatioMoments(
            self.listeners,
            self.x,
            self.y + by * self.listeners,
            self.xx,
            self.xy + by * self.x,
            self.yy + 2.0 * by * self.y + by * by * self.listeners,
        )

    def estimate(self) -> Estimate | None:
        """Σx / Σy with the delta method's standard error, clustered by listener; None below two listeners.

        Source: Deng, Knoblich and Lu 2018, "Applying the delta method in metric analytics".
        """
        if self.listeners < 2 or self.y <= 0.0:
            return None
        ratio = self.x / self.y
        squares = self.xx - 2.0 * ratio * self.xy + ratio * ratio * self.yy
        spread = max(0.0, squares) * self.listeners / (self.listeners - 1.0)
        return Estimate(ratio, math.sqrt(spread) / self.y)

    def _sum(self, x: float, y: float, times: float) -> None:
        self.listeners += times
        self.x += times * x
        self.y += times * y
        self.xx += times * x * x
        self.xy += times * x * y
        self.yy += times * y * y


def difference(control: Estimate, variant: Estimate) -> Estimate:
    """How much a variant's estimate is above that of the control, both of other listeners."""
    error = math.hypot(control.standard_error, variant.standard_error)
    return Estimate(variant.value - control.value, error)
