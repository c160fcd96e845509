"""Who presses play: simulated listeners, each on a clock of their own, shown their newest slate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

from models.events import CatalogRecord, Ended, Event, EventType, Origin
from models.listeners import Action, Listener, Population
from models.listeners.draws import Draws, derive
from models.listeners.words import FIRST_NAMES
from streams.demo.slates import ShownShelf, ShownSlate

ITEMS: Final = 1_500
ARTISTS: Final = 150
PAST_EVENTS: Final = 20
"""Events that each listener has behind them when the demo begins: a day or two of listening."""
YEAR_SECONDS: Final = 365 * 86_400.0
TYPICAL_MS: Final = 210_000
"""The length of a track that does not say it."""
AHEAD_SECONDS: Final = 12 * 3_600.0
"""How far a clock may run ahead of the wall: half of what the wire accepts."""

_SHELF, _KEY = range(2)


class Player(Protocol):
    """Somebody who does one thing after another."""

    user: str

    def act(self, slate: ShownSlate | None, *, now: float) -> Event | None:
        """Do the next thing, perhaps play from the slate; None where that would be too far in the future."""
        ...

    def play(self, item: str, *, duration_ms: int, origin: Origin) -> Event:
        """Play what somebody pressed for them, to its end."""
        ...


class Life(Protocol):
    """A listener as the simulation knows them: what they do next, and when."""

    user: str

    def begin(
        self, now: float, slate: Sequence[str] = (), *, recommendation: str = "", shelf: str = ""
    ) -> Action:
        """Decide what to do from `now` on."""
        ...

    def finish(self, action: Action, *, at: float) -> Event:
        """Make the event of an action that ended at a Unix time."""
        ...

    def next_start(self, after: float) -> float:
        """Draw when the next action begins."""
        ...


class ClockedPlayer:
    """Lives a life on a clock of its own, which starts at `at` (Unix seconds).

    Nobody could watch forty people in real time: they act every few minutes and sleep at night. So each
    clock jumps from one action to the next, whenever the demo gives a turn. An event's time is when it
    happened on that clock: sessions, pauses, nights and weekdays are as long as in life, and the sources
    that look at them find what they would find in a real log. Clocks start in the past so that there is
    room, and one that has caught up with the wall waits for it.
    """

    def __init__(self, life: Life, *, at: float, seed: int) -> None:
        self.user = life.user
        self._life = life
        self._clock = at
        self._draws = Draws(derive(seed, _SHELF))

    def act(self, slate: ShownSlate | None, *, now: float) -> Event | None:
        """Do the next thing; `now` is the wall's time (Unix seconds)."""
        if self._clock > now + AHEAD_SECONDS:
            return None
        if shelf := self._shelf_in_sight(slate):
            items = [item.item for item in shelf.items]
            recommendation = slate.id if slate else ""
            action = self._life.begin(self._clock, items, recommendation=recommendation, shelf=shelf.id)
        else:
            action = self._life.begin(self._clock)
        # Milliseconds, as producers have them.
        event = self._life.finish(action, at=round(self._clock + action.ms_played / 1_000, 3))
        self._clock = self._life.next_start(event.at)
        return event

    def play(self, item: str, *, duration_ms: int, origin: Origin) -> Event:
        """Play what somebody pressed for them, to its end."""
        duration_ms = duration_ms or TYPICAL_MS
        action = Action(
            EventType.PLAY,
            item=item,
            ms_played=duration_ms,
            duration_ms=duration_ms,
            ended=Ended.FINISHED,
            origin=origin,
        )
        event = self._life.finish(action, at=round(self._clock + duration_ms / 1_000, 3))
        self._clock = event.at + 1.0
        return event

    def _shelf_in_sight(self, slate: ShownSlate | None) -> ShownShelf | None:
        """Look at one shelf, more often at one further up."""
        if slate is None or not slate.shelves:
            return None
        return slate.shelves[self._draws.zipf(len(slate.shelves))]


class World:
    """A seeded population of an invented catalogue; its listeners have names that people can read.

    >>> World(seed=7, listeners=60, now=1e9).players[51].user
    'demo-bao-2'
    """

    def __init__(self, *, seed: int, listeners: int, now: float) -> None:
        population = Population(seed=seed, listeners=listeners, items=ITEMS, artists=ARTISTS)
        self._catalogue = population.catalogue
        self.players = [
            ClockedPlayer(
                Listener(user=user, key=derive(seed, _KEY, index), catalogue=population.catalogue),
                at=now - YEAR_SECONDS,
                seed=derive(seed, index),
            )
            for index, user in enumerate(user_names(listeners))
        ]

    def records(self) -> Iterator[CatalogRecord]:
        """Describe every item."""
        return self._catalogue.records()

    def past(self, *, now: float) -> Iterator[Event]:
        """Let everybody live the time before the demo, turn by turn."""
        for _ in range(PAST_EVENTS):
            for player in self.players:
                event = player.act(None, now=now)
                if event is not None:
                    yield event


def user_names(count: int) -> Iterator[str]:
    """Name as many listeners; the prefix keeps them apart from everybody on a cluster that is in use."""
    for index in range(count):
        turn, place = divmod(index, len(FIRST_NAMES))
        yield f"demo-{FIRST_NAMES[place].lower()}" + (f"-{turn + 1}" if turn else "")


def display_name(user: str) -> str:
    """Name a listener as people do.

    >>> display_name("demo-amara"), display_name("demo-bao-2"), display_name("u06")
    ('Amara', 'Bao 2', 'u06')
    """
    if not user.startswith("demo-"):
        return user
    return user.removeprefix("demo-").replace("-", " ").title()
