"""From one listener's event to another's slate: through item statistics and the replica, under load."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from benchmarks import topics
from benchmarks.latency import WARM_UP_SECONDS
from benchmarks.machine import Machine, describe_machine
from benchmarks.pipeline import LISTENERS, fresh_settings
from benchmarks.prepared import encode_future, prepared_topics
from benchmarks.probes import PATIENCE_SECONDS, Probes
from benchmarks.progress import Tenths
from benchmarks.worker import running_worker
from benchmarks.world import make_world
from streams.topic_reader import TopicReader
from streams.topics import LISTENING_EVENTS, RECOMMENDATIONS

PROBES: Final = 240
_LOOK_SECONDS: Final = 0.005
_SEED: Final = 19


@dataclass(frozen=True, slots=True)
class OtherFigures:
    """Milliseconds from sending one listener's event to receiving a slate of another's that shows it.

    Of `probes`, `missed` were not shown within 10 s; they count as infinitely late. Events came at `rate`
    a second, those of the probes among them.
    """

    other_p50_ms: float
    other_p99_ms: float
    other_max_ms: float
    probes: int
    missed: int
    rate: float
    core: int
    """The worker's computing thread keeps to it; -1: to none."""
    machine: Machine


def measure_other_listeners(
    bootstrap: str,
    *,
    rate: float,
    seconds: float,
    core: int,
    progress: Callable[[str], None],
    listeners: int = LISTENERS,
    probes: int = PROBES,
) -> OtherFigures:
    """Probe one worker at times drawn by lot over `seconds`, under a load of `rate` events a second.

    Its settings are the defaults, but that its computing thread keeps to a core, if it is not -1. The load
    comes from listeners with full rings and goes on until the last probe is over; everybody's first event
    and the first 5 s at the full rate come before the first probe. Raises `PeerFailed` where an event has
    no slate, and `KafkaInUse`.
    """
    load = listeners + ceil(rate * (WARM_UP_SECONDS + seconds + PATIENCE_SECONDS))
    with TemporaryDirectory(prefix="segue-bench-") as home:
        settings = replace(fresh_settings(bootstrap, Path(home)), core=core)
        progress(f"other listeners: simulating {listeners} with rings of {settings.ring_events:,} events")
        world = make_world(
            listeners=listeners, ring_events=settings.ring_events, future_events=ceil(load / listeners)
        )
        future = encode_future(world, partitions=settings.partitions)
        begins = WARM_UP_SECONDS + np.random.default_rng(_SEED).uniform(0, seconds, probes)
        now = max(listener.future[-1].at for listener in world.listeners)
        pairs = Probes(begins.tolist(), at=now, partitions=settings.partitions)
        with prepared_topics(world, settings), running_worker(settings) as worker:
            first = [*future[:listeners], *pairs.histories()]
            topics.fill(bootstrap, LISTENING_EVENTS.name, first)
            worker.wait_for_slates(len(first), progress=Tenths("everybody once", len(first), progress))
            progress(f"other listeners: {probes} probes in {seconds:.0f} s, under {rate:,.0f} events/s")
            with TopicReader(bootstrap, RECOMMENDATIONS.name, from_beginning=False) as slates:
                traffic = Traffic(future[listeners:], pairs, slates, rate=rate)
                topics.fill(bootstrap, LISTENING_EVENTS.name, traffic, linger_ms=0)
            worker.wait_for_slates(len(first) + traffic.sent, progress=lambda _: None)
    return summarize(pairs.latencies_ms, rate=traffic.sent / traffic.seconds, core=core)


class Traffic:
    """The events of a measurement as they fall due; between them it looks at the slates that arrive."""

    def __init__(
        self, load: Sequence[topics.Record], probes: Probes, slates: TopicReader, *, rate: float
    ) -> None:
        self._load = load
        self._probes = probes
        self._slates = slates
        self._rate = rate
        self.sent = 0
        self.seconds = 0.0

    def __iter__(self) -> Iterator[topics.Record]:
        began, loaded = time.monotonic(), 0
        while not self._probes.over:
            self.seconds = time.monotonic() - began
            due = self._load[loaded : ceil(self._rate * self.seconds)]
            loaded += len(due)
            for record in (*due, *self._probes.due(self.seconds)):
                self.sent += 1
                yield record
            for slate in self._slates.read(_LOOK_SECONDS):
                user = (slate.key() or b"").decode()
                self._probes.see(user, slate.value() or b"", time.monotonic() - began)


def summarize(latencies_ms: Sequence[float], *, rate: float, core: int) -> OtherFigures:
    """Figures of probes that are over; one that was missed is infinitely late."""
    p50, p99 = np.percentile(latencies_ms, [50, 99], method="higher")
    return OtherFigures(
        other_p50_ms=round(float(p50), 1),
        other_p99_ms=round(float(p99), 1),
        other_max_ms=round(max(latencies_ms), 1),
        probes=len(latencies_ms),
        missed=sum(map(math.isinf, latencies_ms)),
        rate=round(rate, 1),
        core=core,
        machine=describe_machine(),
    )
