"""Cores: a thread that computes stays where its data is in the processor's caches (decision 17)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ANY: Final = -1
"""In the place of a core: the system moves threads as it likes."""


class NoSuchCore(ValueError):
    """A thread was to be kept to a core that this process cannot have."""


def spare_core() -> int:
    """Choose the core that a worker may keep for itself beside a Kafka on this machine, `ANY` without one."""
    cores = _own_cores()
    return min(cores) if len(cores) > 1 else ANY


@contextmanager
def keeping_off(core: int) -> Iterator[None]:
    """Keep this thread, and what it starts meanwhile, off a core; without another one, nothing changes."""
    cores = _own_cores()
    if core not in cores or len(cores) == 1:
        yield
        return
    os.sched_setaffinity(0, cores - {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


class Core:
    """The core of this process's main thread.

    Raises `NoSuchCore` where the process cannot have it.
    """

    def __init__(self, core: int) -> None:
        self._cores = _own_cores()
        if core not in self._cores:
            having = ", ".join(map(str, sorted(self._cores))) or "none, on this system"
            raise NoSuchCore(f"a thread cannot be kept to core {core}; there is {having}")
        self._core = core

    def keep(self) -> None:
        """Keep the main thread there, and let all others go where they like.

        A thread begins where the one that starts it is kept: to be said again while threads are started.
        """
        main = os.getpid()
        for thread in map(int, os.listdir("/proc/self/task")):
            try:
                os.sched_setaffinity(thread, {self._core} if thread == main else self._cores)
            except ProcessLookupError:
                continue


def _own_cores() -> set[int]:
    """The cores of this process; empty where threads cannot be kept to one, as on macOS."""
    if sys.platform != "linux" or not Path("/proc/self/task").is_dir():
        return set()
    return os.sched_getaffinity(0)
