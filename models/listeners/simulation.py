"""A population that listens: the events of many simulated listeners in the order of time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heapify, heapreplace
from typing import Final

from models.events import Event
from models.listeners.actions import Action
from models.listeners.catalogue import Catalogue
from models.listeners.draws import Draws, derive
from models.listeners.listener import Listener

_LISTENER, _ARRIVAL = range(2)
_ARRIVE_WITHIN_SECONDS: Final = 86_400.0

_Turn = tuple[float, int, tuple[Listener, Action] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """A seeded world: `listeners` people and a catalogue of `items` tracks by `artists` artists.

    Raises ValueError where there is no listener, or as `Catalogue` does.

    >>> world = Population(seed=7, listeners=2, items=100, artists=10)
    >>> world.catalogue.record(0).title
    'Velvet Carousel'
    """

    seed: int
    listeners: int
    items: int
    artists: int
    catalogue: Catalogue = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.listeners < 1:
            raise ValueError(f"need at least one listener, not {self.listeners}")
        catalogue = Catalogue(seed=self.seed, items=self.items, artists=self.artists)
        object.__setattr__(self, "catalogue", catalogue)

    def listener(self, index: int) -> Listener:
        """Make the listener at `index`, as they are before their first event."""
        if not 0 <= index < self.listeners:
            raise IndexError(f"listener {index} of {self.listeners}")
        return Listener(
            user=f"u{index:06d}", key=derive(self.seed, _LISTENER, index), catalogue=self.catalogue
        )


def simulate(population: Population, *, events: int, start_at: float) -> Iterator[Event]:
    """Let everybody listen from `start_at` (Unix seconds) on, and give the first `events` events by time.

    The same arguments give the same events, bit for bit, in every process. A listener is made when they
    first appear, so many may wait at little cost.
    """
    arrivals = Draws(derive(population.seed, _ARRIVAL))
    queue: list[_Turn] = [
        (start_at + _ARRIVE_WITHIN_SECONDS * arrivals.uniform(), index, None)
        for index in range(population.listeners)
    ]
    heapify(queue)
    while events > 0:
        at, index, turn = queue[0]
        if turn is None:
            listener, begin = population.listener(index), at
        else:
            listener, action = turn
            yield listener.finish(action, at=at)
            events -= 1
            begin = listener.next_start(at)
        action = listener.begin(begin)
        # Milliseconds, as producers have them; the index keeps simultaneous events in one order.
        heapreplace(queue, (round(begin + action.ms_played / 1_000, 3), index, (listener, action)))
