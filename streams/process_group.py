"""A worker of several processes: they share out the partitions between them, and end together."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from streams.cores import ANY
from streams.processes import WorkerProcess
from streams.settings import PREFIX, Settings

LOOK_SECONDS: Final = 0.2
STOP_SECONDS: Final = 60.0
"""Batches in hand are committed within it; a process that takes longer is killed, and loses nothing."""
SIGNALLED: Final = 128
"""Shells add it to the signal that ended a process."""


def run_processes(settings: Settings, *, stopping: threading.Event) -> int:
    """Run a worker as `settings.processes` processes until `stopping` is set or one of them ends.

    Each keeps its state in a directory of its own under `settings.data_dir`, and to a core of its own from
    `settings.core` on. When one ends the others are stopped in order: whoever looks after the worker sees it
    end, and starts it again whole. Returns the exit code of the first that failed, 0 if none did.
    """
    processes = [_process(settings, nth) for nth in range(settings.processes)]
    with ExitStack() as leaving:
        for process in processes:
            leaving.callback(process.stop)
            process.start()
        while not stopping.wait(LOOK_SECONDS) and not _codes(processes):
            continue
        ended = _codes(processes)
        for process in processes:
            process.tell_to_stop()
        for process in processes:
            process.wait(STOP_SECONDS)
        code = next(filter(None, (*ended, *_codes(processes))), 0)
    return code if code >= 0 else SIGNALLED - code


def _process(settings: Settings, nth: int) -> WorkerProcess:
    own = {
        "brokers": settings.brokers,
        "data_dir": settings.data_dir / str(nth),
        "core": ANY if settings.core == ANY else settings.core + nth,
        "processes": 1,
    }
    return WorkerProcess(environment={PREFIX + name.upper(): str(value) for name, value in own.items()})


def _codes(processes: Sequence[WorkerProcess]) -> list[int]:
    """The exit codes of those that have ended."""
    return [code for process in processes if (code := process.exit_code()) is not None]
