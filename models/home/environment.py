"""Days of many listeners with a home screen before them, in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Final

from models.events import Event
from models.home.recommenders import Recommender
from models.listeners import Action, Catalogue
from models.listeners.draws import Draws, derive
from models.listeners.longterm import LongTermListener, Screen, TasteSpace

_LISTENER, _ARRIVAL = range(2)
_DAY_SECONDS: Final = 86_400.0

_Turn = tuple[float, int, Action | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeEnvironment:
    """A seeded world of `listeners` people and a catalogue of `items` tracks by `artists` artists.

    Everybody lives `past_days` without a screen, so that a recommender knows them, and then with one. Under
    the same seed the same people live the same past, whatever recommends to them afterwards.
    """

    seed: int
    listeners: int
    items: int = 6_000
    artists: int = 600
    past_days: int = 14
    start_at: float = 1_700_000_000.0
    catalogue: Catalogue = field(init=False, repr=False, compare=False)
    space: TasteSpace = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        catalogue = Catalogue(seed=self.seed, items=self.items, artists=self.artists)
        object.__setattr__(self, "catalogue", catalogue)
        object.__setattr__(self, "space", TasteSpace(catalogue, seed=self.seed))

    @property
    def opens_at(self) -> float:
        """The Unix time from which on there is a screen."""
        return self.start_at + self.past_days * _DAY_SECONDS

    def listener(self, index: int) -> LongTermListener:
        """Make the listener at `index`, as they are before their first event."""
        if not 0 <= index < self.listeners:
            raise IndexError(f"listener {index} of {self.listeners}")
        key = derive(self.seed, _LISTENER, index)
        return LongTermListener(user=f"u{index:06d}", key=key, catalogue=self.catalogue, space=self.space)

    def live(self, recommender: Recommender, *, days: int) -> Iterator[Event]:
        """Let everybody live their past and `days` more; gives each event once the recommender learned it."""
        ends_at = self.opens_at + days * _DAY_SECONDS
        people = [self.listener(index) for index in range(self.listeners)]
        arrivals = Draws(derive(self.seed, _ARRIVAL))
        turns: list[_Turn] = [
            (self.start_at + _DAY_SECONDS * arrivals.uniform(), index, None) for index in range(len(people))
        ]
        heapify(turns)
        while turns and turns[0][0] < ends_at:
            at, index, action = heappop(turns)
            person = people[index]
            if action is None:
                action = self._begin(person, at, recommender)
                # Milliseconds, as producers have them; the index keeps simultaneous events in one order.
                heappush(turns, (round(at + action.ms_played / 1_000, 3), index, action))
            else:
                event = person.finish(action, at=at)
                recommender.learn(event)
                yield event
                heappush(turns, (person.next_start(at), index, None))

    def _begin(self, person: LongTermListener, at: float, recommender: Recommender) -> Action:
        def look() -> Screen:
            if at < self.opens_at:
                return Screen()
            return recommender.show(person.user, at=at, context=person.context(at))

        return person.begin(at, look)
