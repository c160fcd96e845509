"""When somebody listens: hours of the day, sessions, pauses."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import exp, log
from typing import Final

from models.events import SESSION_GAP_SECONDS, Context, Device
from models.listeners.draws import Draws

_UTC_OFFSETS_MIN: Final = (0, 60, 60, 120, 120, -180, -300, -480, 330, 540)
_LONGEST_SESSION: Final = 300
_TYPICAL_SESSION: Final = 14
_HOUR: Final = 3_600.0
SHORTEST_PAUSE_SECONDS: Final = SESSION_GAP_SECONDS + 60.0
"""Between two sessions."""

_Place = tuple[Device, str, str]

_COMMUTE: Final[_Place] = (Device.PHONE, "commute", "")
_WORK: Final[_Place] = (Device.COMPUTER, "focus", "work")
_HOME: Final[_Place] = (Device.SPEAKER, "relax", "home")
_NIGHT: Final[_Place] = (Device.PHONE, "sleep", "home")
_DAY: Final = (_NIGHT,) * 6 + (_COMMUTE,) * 3 + (_WORK,) * 8 + (_COMMUTE,) * 2 + (_HOME,) * 4 + (_NIGHT,)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One listener's day: the relative likelihood of each local hour, at most 1, and the context of each.

    `sessions_per_day` is how many would come if every hour had likelihood 1.
    """

    hours: tuple[float, ...]
    sessions_per_day: float
    contexts: tuple[Context, ...]

    @classmethod
    def draw(cls, draws: Draws) -> Rhythm:
        """Draw a day with a morning and an evening peak, in some time zone."""
        morning = 6.5 + 4 * draws.uniform()
        evening = 16.0 + 7 * draws.uniform()
        share = 0.3 + 0.6 * draws.uniform()
        hours = tuple(
            min(1.0, 0.06 + share * _peak(hour, morning, 1.8) + _peak(hour, evening, 2.6))
            for hour in range(24)
        )
        offset = _UTC_OFFSETS_MIN[draws.below(len(_UTC_OFFSETS_MIN))]
        return cls(hours, draws.log_uniform(6, 16), _contexts(offset))

    def local_hour(self, at: float) -> int:
        """Give the local hour of a Unix time."""
        return int((at + 60 * self.contexts[0].utc_offset_min) // _HOUR) % 24

    def local_day(self, at: float) -> int:
        """Give the local day of a Unix time, in days since 1970."""
        return int((at + 60 * self.contexts[0].utc_offset_min) // (24 * _HOUR))

    def midnight(self, day: int) -> float:
        """Give the Unix time at which a local day begins."""
        return 24 * _HOUR * day - 60 * self.contexts[0].utc_offset_min

    def context(self, at: float) -> Context:
        """Say where and on what somebody listens at a Unix time."""
        return self.contexts[self.local_hour(at)]

    def next_session(self, after: float, draws: Draws) -> float:
        """Draw when the next session begins: a Poisson process that follows the hours.

        Thinning (Lewis and Shedler, 1979); the pause is longer than `SESSION_GAP_SECONDS`.
        """
        at = after + SHORTEST_PAUSE_SECONDS
        while True:
            at -= log(1.0 - draws.uniform()) * 24 * _HOUR / self.sessions_per_day
            if draws.uniform() < self.hours[self.local_hour(at)]:
                return at


def session_length(draws: Draws) -> int:
    """Draw how many plays a session has: log-logistic, as the logs are (median 14, one in ten above 70)."""
    share = draws.uniform()
    return 1 + min(_LONGEST_SESSION, int(_TYPICAL_SESSION * (share / (1.0 - share)) ** 0.75))


def pause_seconds(draws: Draws) -> float:
    """Draw the pause between two plays of a session: mostly none, now and then minutes."""
    return draws.log_uniform(5.0, 900.0) if draws.uniform() < 0.06 else draws.uniform()


def _peak(hour: int, centre: float, width: float) -> float:
    distance = abs(hour + 0.5 - centre)
    return exp(-0.5 * (min(distance, 24.0 - distance) / width) ** 2)


@cache
def _contexts(utc_offset_min: int) -> tuple[Context, ...]:
    return tuple(
        Context(device=device, utc_offset_min=utc_offset_min, activity=activity, place=place)
        for device, activity, place in _DAY
    )
