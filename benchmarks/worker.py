"""A whole worker under measurement, and waiting for what it does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import Final

from benchmarks import topics
from benchmarks.peers.process import PeerFailed
from streams.processes import WorkerProcess
from streams.settings import PREFIX, Settings
from streams.topics import EXAMPLES, ITEM_SIGNALS, LISTENING_EVENTS, RECOMMENDATIONS

STALL_SECONDS: Final = 120.0
_POLL_SECONDS: Final = 0.25


class MeasuredWorker:
    """A running worker with exactly these settings, whatever the environment says."""

    def __init__(self, settings: Settings, process: WorkerProcess) -> None:
        self._settings = settings
        self._process = process

    def wait_for_slates(self, count: int, *, progress: Callable[[int], None]) -> None:
        """Wait until `recommendations` holds `count` records; tells `progress` how many, as they come.

        Raises `PeerFailed` where the worker ends, or where nothing comes for two minutes.
        """
        partitions = self._settings.partitions
        with topics.TopicReader(
            self._settings.brokers, RECOMMENDATIONS.name, partitions=partitions
        ) as slates:
            self._wait(lambda: count - slates.count(), progress=lambda left: progress(count - left))

    def wait_until_learned(self) -> None:
        """Wait until all events are committed, and what they taught the item agent and the trainer."""
        numbers = range(self._settings.partitions)
        # An event is committed after what it teaches was sent, so nothing can be missed between the two.
        partitions = [
            (topic.name, number) for topic in (LISTENING_EVENTS, ITEM_SIGNALS) for number in numbers
        ]
        partitions.append((EXAMPLES.name, 0))
        group, kafka = self._settings.app_id, self._settings.brokers
        self._wait(lambda: topics.waiting(kafka, group=group, partitions=partitions), progress=lambda _: None)

    def _wait(self, left: Callable[[], int], *, progress: Callable[[int], None]) -> None:
        least, since = left(), time.monotonic()
        while least > 0:
            self._check(time.monotonic() - since, least)
            time.sleep(_POLL_SECONDS)
            if (now_left := left()) < least:
                least, since = now_left, time.monotonic()
                progress(least)

    def _check(self, stood_still_seconds: float, left: int) -> None:
        code = self._process.exit_code()
        if code is None and stood_still_seconds < STALL_SECONDS:
            return
        what = f"stood still for {STALL_SECONDS:.0f} s" if code is None else f"ended with code {code}"
        tail = "\n".join(self._process.log_tail())
        raise PeerFailed(f"the worker {what}, {left} records before its goal; the end of its log:\n{tail}")


@contextmanager
def running_worker(settings: Settings) -> Iterator[MeasuredWorker]:
    """Start a worker on its empty data directory; it is stopped on leaving, and dies with this process."""
    settings.data_dir.mkdir(parents=True)
    environment = {PREFIX + one.name.upper(): str(getattr(settings, one.name)) for one in fields(settings)}
    process = WorkerProcess(Path(f"{settings.data_dir}.log"), environment=environment)
    try:
        process.start()
        yield MeasuredWorker(settings, process)
    finally:
        process.stop()
