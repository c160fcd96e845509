"""Events a second of one whole worker: taste, candidates, ranking, slates, items, trainer, replica."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from benchmarks import topics
from benchmarks.appended import check_slates, event_times, slate_times, steady_rate
from benchmarks.machine import describe_machine
from benchmarks.prepared import encode_future, prepared_topics
from benchmarks.progress import Tenths
from benchmarks.worker import running_worker
from benchmarks.world import World, make_world
from streams.settings import Settings
from streams.topics import LISTENING_EVENTS

LISTENERS: Final = 200
_EVENTS: Final = 24_000


@dataclass(frozen=True, slots=True)
class PipelineFigures:
    """Events a second, stored bytes of a listener, and how long after the last slate all was learned."""

    pipeline: float
    processes: int
    """Of the worker; `one_process` is what one with a single process makes of the same."""
    one_process: float
    listener_state_bytes: int
    learned_after_seconds: float


def measure_pipeline(
    bootstrap: str, *, progress: Callable[[str], None], listeners: int = LISTENERS, events: int = _EVENTS
) -> PipelineFigures:
    """Let one worker catch up with `events` of listeners with full rings: a process for each core, then one.

    All other settings are the defaults. Listeners, items and catalogue are in place, and all events loaded,
    before the worker starts. Counted is from the first tenth of the slates, when all listeners were loaded
    once, to the last one, by Kafka's clock. Raises `PeerFailed` where an event has no slate, and
    `KafkaInUse`.
    """
    settings = Settings(brokers=bootstrap)
    progress(f"pipeline: simulating {listeners} listeners with rings of {settings.ring_events:,} events")
    world = make_world(
        listeners=listeners, ring_events=settings.ring_events, future_events=events // listeners
    )
    processes = min(describe_machine().cores, settings.partitions)
    whole = _catch_up(world, bootstrap, processes=processes, progress=progress)
    alone = _catch_up(world, bootstrap, processes=1, progress=progress) if processes > 1 else whole
    return PipelineFigures(
        pipeline=whole.rate,
        processes=processes,
        one_process=alone.rate,
        listener_state_bytes=alone.state_bytes,
        learned_after_seconds=whole.learned_after_seconds,
    )


class _CaughtUp(NamedTuple):
    rate: float
    state_bytes: int
    learned_after_seconds: float


def _catch_up(world: World, bootstrap: str, *, processes: int, progress: Callable[[str], None]) -> _CaughtUp:
    with TemporaryDirectory(prefix="segue-bench-") as home:
        settings = replace(fresh_settings(bootstrap, Path(home)), processes=processes)
        with prepared_topics(world, settings) as state_bytes:
            future = encode_future(world, partitions=settings.partitions)
            topics.fill(bootstrap, LISTENING_EVENTS.name, future)
            progress(
                f"pipeline: {len(future):,} events wait; processes: {processes};"
                f" {state_bytes:,} bytes of state a listener"
            )
            with running_worker(settings) as worker:
                worker.wait_for_slates(len(future), progress=Tenths("pipeline", len(future), progress))
                learned = time.monotonic()
                worker.wait_until_learned()
                learned_after_seconds = time.monotonic() - learned
            slates = slate_times(settings)
            check_slates(event_times(settings), slates)
    return _CaughtUp(steady_rate(slates.values()), state_bytes, round(learned_after_seconds, 1))


def fresh_settings(bootstrap: str, home: Path) -> Settings:
    """The default settings, under a name that no worker has used."""
    return Settings(brokers=bootstrap, data_dir=home / "worker", app_id=f"bench-{uuid.uuid4().hex[:8]}")
