"""A log as diets: what each listener played, and what next up showed after each play, week by week."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.catalogue import Catalogue
from models.diet.diet import Diet
from models.diet.measures import MEASURES, Measure, gini, popularity_lift
from models.diet.plays import measure_play
from models.diet.shown import measure_shown
from models.events import Event
from models.profile import TASTES
from models.recollection import Float64s
from models.slate import Slate
from models.standalone import Standalone
from models.state import ListenerState

WEEK_SECONDS: Final = 7 * 86_400
_MONDAY: Final = 4 * 86_400.0
"""1970 began on a Thursday."""
LASTING: Final = TASTES.index("years")


@dataclass(frozen=True, slots=True)
class WeekOfDiet:
    """A listener's week from a Monday on (`began`, Unix seconds, UTC): means over plays and rows shown.

    `played` and `shown` (float64, `MEASURES`) hold a number for each measure. The Ginis say how unevenly the
    week's plays, and the places of its rows, are spread over the artists that were in them. `exploration` is
    what the alarm came to at the end of the week, 1 where it was not raised.
    """

    user: str
    began: float
    plays: int
    played: Float64s
    shown: Float64s
    gini: float
    shown_gini: float
    exploration: float

    @property
    def lift(self) -> float:
        """How much more popular the rows were than the plays: 0 not at all."""
        return popularity_lift(float(self.shown[Measure.POPULARITY]), float(self.played[Measure.POPULARITY]))


class _Week:
    """Sums over a week that goes on."""

    def __init__(self, began: float) -> None:
        self.began = began
        self.plays = self.measured = self.rows = 0
        self.played, self.shown = np.zeros(MEASURES), np.zeros(MEASURES)
        self.played_artists: dict[int, int] = {}
        self.shown_artists: dict[int, int] = {}

    def told(self, user: str, diet: Diet) -> WeekOfDiet:
        return WeekOfDiet(
            user=user,
            began=self.began,
            plays=self.plays,
            played=self.played / max(1, self.measured),
            shown=self.shown / max(1, self.rows),
            gini=_gini(self.played_artists),
            shown_gini=_gini(self.shown_artists),
            exploration=diet.exploration,
        )


def _gini(counts: dict[int, int]) -> float:
    return float(gini(np.array(list(counts.values()), np.uint32)))


def weeks_of_diet(core: Standalone, events: Iterable[Event]) -> Iterator[WeekOfDiet]:
    """Let a core learn a log and tell of each week of each listener once it is over, in the log's order.

    `events` come in the order of their log; the core makes the next-up row only, or its first shelf is taken.
    """
    weeks: dict[str, _Week] = {}
    for offset, event in enumerate(events):
        began = (event.at - _MONDAY) // WEEK_SECONDS * WEEK_SECONDS + _MONDAY
        listener = core.listener(event.user)
        week = weeks.get(event.user)
        if week is None or began > week.began:
            if week is not None:
                yield week.told(event.user, listener.diet)
            week = weeks[event.user] = _Week(began)
        if event.is_play:
            _take_in(week, event, listener, core.catalogue)
        slate = core.process_one(event, offset=offset)
        if event.is_play and slate is not None and slate.shelves:
            _show(week, slate, core.listener(event.user), core)
    for user, week in weeks.items():
        yield week.told(user, core.listener(user).diet)


def _take_in(week: _Week, event: Event, listener: ListenerState, catalogue: Catalogue) -> None:
    """Measure a play before it is learned."""
    position = catalogue.position_of(event.subject)
    week.plays += 1
    artist = int(catalogue.artist[position])
    week.played_artists[artist] = week.played_artists.get(artist, 0) + 1
    history, taste = listener.history, listener.profile.tastes[LASTING]
    known = catalogue.vectors, catalogue.plays, catalogue.total_plays
    measured = measure_play(position, history.index, history.good, taste, *known)
    if not np.isnan(measured).any():
        week.played += measured
        week.measured += 1


def _show(week: _Week, slate: Slate, listener: ListenerState, core: Standalone) -> None:
    """Measure the row that stands there after a play."""
    catalogue, ranking = core.catalogue, listener.prediction
    assert ranking is not None, "a slate is drawn from a prediction"
    row = slate.decision.items[: len(slate.shelves[0].items)]
    week.shown += measure_shown(row, ranking.candidates, catalogue, skips=core.personalizer.weights.skips)
    week.rows += 1
    for artist in catalogue.artist[ranking.candidates.positions[row]].tolist():
        week.shown_artists[artist] = week.shown_artists.get(artist, 0) + 1
