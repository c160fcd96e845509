"""Probes: pairs of listeners, of whom one hears something new, and the other listens on until it is shown.

Both have heard an item that nobody else has. Then one hears, in a later session, an item that nobody has
heard at all: nothing but co-listening joins it to the other one, and no slate could name it before.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import orjson

from benchmarks import topics
from models.events import SESSION_GAP_SECONDS, Event, EventType
from models.features import SOURCES
from streams.schemas import encode_event

EVERY_SECONDS: Final = 0.2
"""Between two events of who listens on: how often there is a slate to look at."""
PATIENCE_SECONDS: Final = 10.0
"""After which what was not shown counts as missed."""
_PLAYED_MS: Final = 180_000
_NEIGHBOURS: Final = "neighbours"
assert _NEIGHBOURS in SOURCES


@dataclass(slots=True)
class Probe:
    """The `finder` hears what is `found`; the `other` listens on, each in a partition of their own.

    `began` is when, `plays` how many there were of the other's since.
    """

    number: int
    partitions: int
    began: float = math.nan
    plays: int = 0
    users: tuple[str, str] = field(init=False)
    shared: str = field(init=False)
    found: str = field(init=False)

    def __post_init__(self) -> None:
        self.users = f"finder {self.number}", f"other {self.number}"
        self.shared, self.found = f"probe:{self.number}:shared", f"probe:{self.number}:found"

    @property
    def other(self) -> str:
        """Who listens on."""
        return self.users[1]

    def hear(self, who: int, item: str, *, at: float) -> topics.Record:
        """A play by the finder (0) or the other (1), as producers send it; all pairs of partitions occur."""
        user = self.users[who]
        id = f"{user} {item} {at}"
        play = Event(id=id, type=EventType.PLAY, user=user, at=at, item=item, ms_played=_PLAYED_MS)
        partition = self.number // self.partitions**who % self.partitions
        return user, partition, encode_event(play)

    def is_shown(self, slate: bytes) -> bool:
        """Whether a slate of the other's shows what was found, by co-listening."""
        shown = (item for shelf in orjson.loads(slate)["shelves"] for item in shelf["items"])
        return any(item["item"] == self.found and _NEIGHBOURS in item["sources"] for item in shown)


class Probes:
    """Probes that begin when due, seconds on a clock that starts at 0; `at` dates their events (Unix)."""

    def __init__(self, begins: Sequence[float], *, at: float, partitions: int) -> None:
        self._at = at
        self._waiting = deque((due, Probe(number, partitions)) for number, due in enumerate(sorted(begins)))
        self._open: dict[str, Probe] = {}
        self.latencies_ms: list[float] = []
        """Of the probes that are over, in the order in which they ended; infinite where nothing was shown."""

    @property
    def over(self) -> bool:
        """Whether all have ended."""
        return not self._waiting and not self._open

    def histories(self) -> Iterator[topics.Record]:
        """What all have heard before, in a session that is long over."""
        for _, probe in self._waiting:
            for who in range(2):
                yield probe.hear(who, probe.shared, at=self._at - 4 * SESSION_GAP_SECONDS)

    def due(self, now: float) -> Iterator[topics.Record]:
        """What is to be sent now; whoever waited in vain for too long is given up."""
        while self._waiting and self._waiting[0][0] <= now:
            _, probe = self._waiting.popleft()
            probe.began = now
            self._open[probe.other] = probe
            yield probe.hear(0, probe.found, at=self._at)
        for probe in list(self._open.values()):
            if now - probe.began > PATIENCE_SECONDS:
                self._end(probe, math.inf)
            elif now - probe.began >= EVERY_SECONDS * probe.plays:
                probe.plays += 1
                yield probe.hear(1, probe.shared, at=self._at + probe.plays * _PLAYED_MS / 1_000)

    def see(self, user: str, slate: bytes, now: float) -> None:
        """Look at a slate that has arrived."""
        probe = self._open.get(user)
        if probe is not None and probe.is_shown(slate):
            self._end(probe, 1_000 * (now - probe.began))

    def _end(self, probe: Probe, latency_ms: float) -> None:
        del self._open[probe.other]
        self.latencies_ms.append(latency_ms)
