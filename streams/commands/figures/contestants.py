"""The models that `segue backtest` can set side by side, each timed on its own."""

from __future__ import annotations

import time
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Final

from models.evaluation import LastSuccessors, MostPlayed, Recommender
from models.events import CatalogRecord, Event

if TYPE_CHECKING:
    from models.features import Feature
    from models.standalone import Standalone


@dataclass(frozen=True, slots=True)
class Contestant:
    """A recommender and, where it keeps one, the size of its largest listener in bytes."""

    recommender: Recommender
    bytes_per_listener: Callable[[], int] | None = None


def segue(records: Sequence[CatalogRecord], ring_events: int) -> Contestant:
    """The whole core, its next-up row judged: what it holds does not depend on the other shelves."""
    from models.standalone import NextUp
    from models.state import stored_bytes

    core = new_core(records, ring_events)

    def largest() -> int:
        return max(map(stored_bytes, core.listeners.values()), default=0)

    return Contestant(NextUp(core), largest)


def without_contexts(records: Sequence[CatalogRecord], ring_events: int) -> Contestant:
    """The whole core but for the tastes of hours, weekdays, devices, activities, places and weather."""
    from models.features import Feature
    from models.standalone import NextUp

    return Contestant(NextUp(new_core(records, ring_events, hidden=(Feature.TASTE_CONTEXT,))))


def river_logistic(records: Sequence[CatalogRecord], ring_events: int) -> Contestant:
    """River's own logistic regression over the candidates of the core."""
    from models.river_logistic import RiverNextUp

    return Contestant(RiverNextUp(new_core(records, ring_events)))


def new_core(
    records: Sequence[CatalogRecord], ring_events: int, *, hidden: Collection[Feature] = ()
) -> Standalone:
    """Make a core that has learned no event and makes the next-up row only."""
    # numba takes a second to load: say first what is wrong with the files.
    from models.shelves import NEXT_UP
    from models.standalone import Standalone

    core = Standalone(ring_events=ring_events, shelves=(NEXT_UP,), hidden=hidden)
    core.learn_catalog(records)
    return core


Make = Callable[[Sequence[CatalogRecord], int], Contestant]

CONTESTANTS: Final[Mapping[str, Make]] = {
    "segue": segue,
    "without-contexts": without_contexts,
    "river-logistic": river_logistic,
    "last-successors": lambda records, ring_events: Contestant(LastSuccessors()),
    "most-played": lambda records, ring_events: Contestant(MostPlayed()),
}
"""By the name that the command line gives them; a new one needs a line here."""

CHEAP: Final = ("segue", "last-successors", "most-played")


class Timed:
    """A recommender with a stop watch: `seconds` spent in it, and how long each request took."""

    def __init__(self, contestant: Contestant) -> None:
        self._recommender = contestant.recommender
        self.bytes_per_listener = contestant.bytes_per_listener
        self.seconds = 0.0
        self._requests = array("f")

    def recommend(self, user: str, *, most: int) -> Sequence[str]:
        """Ask the recommender."""
        began = time.perf_counter()
        ranking = self._recommender.recommend(user, most=most)
        took = time.perf_counter() - began
        self._requests.append(took)
        self.seconds += took
        return ranking

    def learn_one(self, event: Event) -> None:
        """Let it learn."""
        began = time.perf_counter()
        self._recommender.learn_one(event)
        self.seconds += time.perf_counter() - began

    def us_per_request(self) -> float:
        """Microseconds of the median request, 0 before the first."""
        return 1e6 * median(self._requests) if self._requests else 0.0
