"""What a variant must not harm, by how much, and since when it is sure that it does or does not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.experiments.behaviour import Metric
from models.experiments.sequential import Interval


class State(StrEnum):
    """What is known of a guardrail."""

    PASS = "pass"
    """It is sure that the harm is below the margin."""
    FAIL = "fail"
    """It is sure that the harm is above the margin."""
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that must not fall by more than `margin` (above 0, in its unit), or rise if `rise_harms`."""

    metric: Metric
    margin: float
    rise_harms: bool

    def state(self, effect: Interval) -> State:
        """Judge by the always-valid interval of the variant's difference: so it may be asked at every look.

        It is a test of non-inferiority: no difference found is not enough to pass.

        >>> skips = Guardrail(Metric.SKIP_RATE, margin=0.02, rise_harms=True)
        >>> [skips.state(Interval(*bounds)).value for bounds in ((-0.01, 0.01), (0.0, 0.03), (0.03, 0.05))]
        ['pass', 'undecided', 'fail']
        """
        harm = effect if self.rise_harms else Interval(-effect.high, -effect.low)
        if harm.high < self.margin:
            return State.PASS
        return State.FAIL if harm.low > self.margin else State.UNDECIDED


GUARDRAILS: Final = (
    Guardrail(Metric.SKIP_RATE, margin=0.02, rise_harms=True),
    Guardrail(Metric.VARIETY, margin=2.0, rise_harms=False),
)
"""Two skips more in a hundred plays, two artists fewer in a hundred plays."""
