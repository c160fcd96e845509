"""The filter-bubble alarm: a listener's last weeks held against what this listener is used to.

Two fading means of the same plays, one over weeks and one over months, differ where habits have changed; what
the change is measured against is the listener, not others. A detector with a window of its own (ADWIN, Bifet
and Gavaldà 2007) says when, in state of no fixed size, and one that sums up (Page 1954) starts anew once it
spoke: neither says when it is over. Two thresholds do (a Schmitt trigger), so that it does not flicker.
"""

from __future__ import annotations

from typing import Final

from models.compiled import compiled
from models.diet.measures import MEASURES, Float32s, Measure

EVIDENCE: Final = MEASURES
"""The place of the evidence in a row of means, behind the measures."""
RAISED_AT: Final = 0.08
"""Raised when distance or novelty of the weeks' plays has fallen so far below that of the months: a share.

In the logs that it was tried on, over 132 weeks of three listeners, no fall came to more than 0.033."""
CLEARED_AT: Final = 0.04
"""Cleared once neither is further below than this, or the months have come down to the weeks: a new habit."""
LEAST_WEEKS: Final = 100.0
LEAST_MONTHS: Final = 400.0
"""Plays that count in the means, before which nothing is said: one album on repeat is no habit."""
FULL_AT: Final = 0.3
"""From this fall on exploration is at its most."""
MOST_EXPLORATION: Final = 3.0
"""The odds of what was never heard are multiplied by no more than this."""


@compiled
def is_narrow(weeks: Float32s, months: Float32s, before: bool) -> bool:
    """Whether the alarm is raised, given the means of the plays and their evidence, and whether it was."""
    if weeks[EVIDENCE] < LEAST_WEEKS or months[EVIDENCE] < LEAST_MONTHS:
        return False
    return fall(weeks, months) > (CLEARED_AT if before else RAISED_AT)


def exploration_by(weeks: Float32s, months: Float32s) -> float:
    """What the odds of the unheard are multiplied by while the alarm is raised, in [1, 3], by the fall."""
    return 1.0 + (MOST_EXPLORATION - 1.0) * min(1.0, float(fall(weeks, months)) / FULL_AT)


@compiled
def fall(weeks: Float32s, months: Float32s) -> float:
    """The larger of the shares by which distance and novelty lie below what is usual; 0 where none does."""
    return max(0.0, _below(weeks, months, Measure.DISTANCE), _below(weeks, months, Measure.NOVELTY))


@compiled
def _below(weeks: Float32s, months: Float32s, measure: int) -> float:
    return 1.0 - weeks[measure] / months[measure] if months[measure] > 0 else 0.0
