"""Simulated lives: years of listening, from which the rings of many listeners are cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from models.events import EVENT_CODES, Event
from models.listeners import Listener
from models.segments import MAX_PLAYED_MS, RING_EVENT

_DAY_SECONDS: Final = 86_400.0
_LAST_DAY: Final = 20_000 * _DAY_SECONDS
"""Every life ends on this day: the same in every run, and never in the future."""


@dataclass(frozen=True, slots=True)
class Life:
    """What a listener did, and the same as a ring keeps it (dtype `RING_EVENT`)."""

    events: Sequence[Event]
    rows: npt.NDArray[np.void]


def live(listener: Listener, *, events: int) -> Life:
    """Let a listener do `events` things; the last of them is on 2024-10-04."""
    done: list[Event] = []
    at = 0.0
    while len(done) < events:
        action = listener.begin(at)
        done.append(listener.finish(action, at=round(at + action.ms_played / 1_000, 3)))
        at = listener.next_start(done[-1].at)
    # Whole days, so that hours, and the contexts that go with them, stay what they were.
    shift = _LAST_DAY - done[-1].at // _DAY_SECONDS * _DAY_SECONDS
    dated = [replace(event, at=event.at + shift) for event in done]
    return Life(dated, _rows(dated))


def _rows(events: Sequence[Event]) -> npt.NDArray[np.void]:
    rows = [
        (event.subject, int(event.at), min(event.ms_played, MAX_PLAYED_MS) << 5 | EVENT_CODES[event.type])
        for event in events
    ]
    return np.array(rows, RING_EVENT)
