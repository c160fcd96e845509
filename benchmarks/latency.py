"""From an event appended to its slate appended: the whole pipeline at a steady rate."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

import numpy as np

from benchmarks import topics
from benchmarks.appended import Times, check_slates, event_times, latencies_ms, slate_times
from benchmarks.machine import Machine, describe_machine
from benchmarks.pipeline import LISTENERS, fresh_settings
from benchmarks.prepared import encode_future, prepared_topics
from benchmarks.progress import Tenths
from benchmarks.worker import running_worker
from benchmarks.world import make_world
from streams.topics import LISTENING_EVENTS

T = TypeVar("T")

WARM_UP_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class LatencyFigures:
    """Milliseconds by Kafka's clock over `events` events, which came at `rate` a second."""

    p50_ms: float
    p99_ms: float
    max_ms: int
    events: int
    rate: float
    warm_up_seconds: float
    core: int
    """The worker's computing thread keeps to it; -1: to none."""
    machine: Machine


def measure_latency(
    bootstrap: str,
    *,
    rate: float,
    seconds: float,
    core: int,
    progress: Callable[[str], None],
    listeners: int = LISTENERS,
) -> LatencyFigures:
    """Send events at a steady `rate` a second for `seconds` to one worker.

    Its settings are the defaults, but that its computing thread keeps to a core, if it is not -1.

    Events are sent when they are due, whether or not their predecessors were answered (an open loop).
    Everybody's first event, upon which the worker loads its state, and the first 5 s at the full rate are
    not counted. Raises `PeerFailed` where an event has no slate, and `KafkaInUse`.
    """
    warm_up = listeners + ceil(rate * WARM_UP_SECONDS)
    total = warm_up + ceil(rate * seconds)
    with TemporaryDirectory(prefix="segue-bench-") as home:
        settings = replace(fresh_settings(bootstrap, Path(home)), core=core)
        progress(f"latency: simulating {listeners} listeners with rings of {settings.ring_events:,} events")
        world = make_world(
            listeners=listeners, ring_events=settings.ring_events, future_events=ceil(total / listeners)
        )
        future = encode_future(world, partitions=settings.partitions)[:total]
        with prepared_topics(world, settings), running_worker(settings) as worker:
            topics.fill(bootstrap, LISTENING_EVENTS.name, future[:listeners])
            worker.wait_for_slates(listeners, progress=Tenths("everybody once", listeners, progress))
            progress(f"latency: {rate:,.0f} events/s for {seconds:.0f} s, after {WARM_UP_SECONDS:.0f} s")
            steady = paced(future[listeners:], rate=rate)
            topics.fill(bootstrap, LISTENING_EVENTS.name, steady, linger_ms=0)
            worker.wait_for_slates(total, progress=Tenths("latency", total, progress))
            events, slates = event_times(settings), slate_times(settings)
    check_slates(events, slates)
    return summarize(events, slates, warm_up=warm_up, core=core)


def paced(records: Iterable[T], *, rate: float) -> Iterator[T]:
    """Pass `rate` records a second on; what is late is passed on at once, and nothing after it is delayed."""
    began = time.monotonic()
    for nth, record in enumerate(records):
        time.sleep(max(0.0, began + nth / rate - time.monotonic()))
        yield record


def summarize(events: Times, slates: Times, *, warm_up: int, core: int) -> LatencyFigures:
    """Figures of all events but the first `warm_up`."""
    latencies = latencies_ms(events, slates, after=warm_up)
    p50, p99 = np.percentile(latencies, [50, 99])
    return LatencyFigures(
        p50_ms=round(float(p50), 1),
        p99_ms=round(float(p99), 1),
        max_ms=max(latencies),
        events=len(latencies),
        rate=round(_rate(sorted(events.values())[warm_up:]), 1),
        warm_up_seconds=WARM_UP_SECONDS,
        core=core,
        machine=describe_machine(),
    )


def _rate(times_ms: Sequence[int]) -> float:
    return 1_000 * (len(times_ms) - 1) / max(1, times_ms[-1] - times_ms[0])
