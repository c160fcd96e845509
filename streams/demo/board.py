"""The board: what the demo knows at this moment; one thread receives, others look."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from models.events import Event, Origin
from streams.demo.figures import LATENCY_SECONDS, Counter, Figures, Latencies
from streams.demo.happenings import describe
from streams.demo.names import Names
from streams.demo.slates import ShownSlate
from streams.demo.view import SlateView, items_of, view_slate

WISHES: Final = 16
"""Plays pressed on the page that may wait; more come from no person."""
REMEMBERED: Final = 6
"""Happenings kept for each listener."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What can be shown of one listener and of the system; `happened` has the newest first."""

    user: str
    page: str
    broker: str
    worker: str
    restarts: int
    figures: Figures
    happened: tuple[str, ...]
    slate: SlateView | None
    changes: int
    """How often what this listener did since the past was learned changed what their slate holds."""
    past: tuple[int, int]
    """How many of the events of the past have been learned, and how many there are."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A play that somebody pressed on the page."""

    user: str
    item: str
    origin: Origin


@dataclass(slots=True)
class _Listener:
    happened: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    slate: ShownSlate | None = None
    before: ShownSlate | None = None
    changes: int = 0
    pending: dict[float, float] = field(default_factory=dict)
    """When each event that waits for its slate was sent, by the event's own time."""


class Board:
    """Thread-safe; moments are seconds of one monotonic clock, `since` being its start."""

    def __init__(self, names: Names, users: Sequence[str], *, since: float) -> None:
        self.names = names
        self.users = tuple(users)
        self.page = ""
        self.broker = "starting"
        self.worker = "starting"
        self.restarts = 0
        self._past_events = 0
        self._since = since
        self._listeners = {user: _Listener() for user in users}
        self._events, self._slates, self._latencies = Counter(), Counter(), Latencies()
        self._wishes: deque[Wish] = deque(maxlen=WISHES)
        self._lock = threading.Lock()

    def sent_past(self, now: float) -> None:
        """Note an event of the past, sent as fast as possible: how long it queues says nothing."""
        with self._lock:
            self._past_events += 1
            self._events.add(now)

    def pressed(self, event: Event, now: float) -> None:
        """Note an event as it is sent; its slate will be timed."""
        with self._lock:
            listener = self._listeners[event.user]
            listener.pending[event.at] = now
            listener.happened.appendleft(describe(event, self.names, slate=listener.slate))
            self._events.add(now)

    def received(self, slate: ShownSlate, now: float) -> bool:
        """Note a slate unless it is a repeat, or that of a stranger; says whether it was noted."""
        with self._lock:
            listener = self._listeners.get(slate.user)
            if listener is None or (listener.slate is not None and slate.offset <= listener.slate.offset):
                return False
            listener.before, listener.slate = listener.slate, slate
            self._slates.add(now)
            if (sent := listener.pending.pop(slate.at, None)) is not None:
                self._latencies.add(now, now - sent)
                listener.changes += listener.before is None or items_of(slate) != items_of(listener.before)
            self.worker = "up"
            return True

    def ask(self, wish: Wish) -> bool:
        """Note a wish if its listener was shown the item lately; says whether it was noted."""
        with self._lock:
            listener = self._listeners.get(wish.user)
            shown = [slate for slate in (listener.slate, listener.before) if slate] if listener else []
            if not any(wish.item in items_of(slate) for slate in shown):
                return False
            self._wishes.append(wish)
            return True

    def take_wishes(self) -> list[Wish]:
        """Give the wishes that were noted since they were taken last."""
        with self._lock:
            wishes = list(self._wishes)
            self._wishes.clear()
            return wishes

    def newest(self, user: str) -> ShownSlate | None:
        """Give a listener's newest slate."""
        with self._lock:
            return self._listeners[user].slate

    def worker_ended(self) -> None:
        """Note that the worker has ended and is started again; it is up with its next slate."""
        with self._lock:
            self.worker = "starting again"
            self.restarts += 1

    @property
    def slates(self) -> int:
        """How many slates came."""
        with self._lock:
            return self._slates.total

    @property
    def has_all_slates(self) -> bool:
        """Whether no event waits for its slate."""
        with self._lock:
            return self._slates.total >= self._events.total

    @property
    def has_learned_the_past(self) -> bool:
        """Whether every event of the past has its slate."""
        with self._lock:
            return self._slates.total >= self._past_events

    def figures(self, now: float, *, latency_seconds: float = LATENCY_SECONDS) -> Figures:
        """Measure; the percentiles are those of the last `latency_seconds`."""
        with self._lock:
            p50_ms, p99_ms = self._latencies.percentiles_ms(after=now - latency_seconds)
            return Figures(
                events=self._events.total,
                slates=self._slates.total,
                events_per_second=self._events.rate(now, since=self._since),
                slates_per_second=self._slates.rate(now, since=self._since),
                p50_ms=p50_ms,
                p99_ms=p99_ms,
            )

    def snapshot(self, user: str, now: float) -> Snapshot:
        """Say all that can be shown of a listener. Raises KeyError for a stranger."""
        figures = self.figures(now)
        with self._lock:
            listener = self._listeners[user]
            slate, before, happened = listener.slate, listener.before, tuple(listener.happened)
            changes, learned = listener.changes, min(self._slates.total, self._past_events)
        return Snapshot(
            user=user,
            page=self.page,
            broker=self.broker,
            worker=self.worker,
            restarts=self.restarts,
            figures=figures,
            happened=happened,
            slate=None if slate is None else view_slate(slate, self.names, before=before),
            changes=changes,
            past=(learned, self._past_events),
        )
