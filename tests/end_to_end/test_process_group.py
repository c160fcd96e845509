"""A worker of several processes: they share the partitions, end together, and leave nobody behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import pytest

from streams.process_group import run_processes
from streams.settings import Settings
from streams.topics import LISTENING_EVENTS, RECOMMENDATIONS
from tests.end_to_end.system import System

PARTITIONS = 4
EVENTS = 8


@pytest.fixture
def system(broker: str, tmp_path: Path) -> Iterator[System]:
    with System(broker, tmp_path, processes=2) as running:
        running.start()
        wait_for(running, lambda: all(map(has_partitions, own_directories(running))), "both to have some")
        yield running


def own_directories(system: System) -> list[Path]:
    return [system.home / "worker" / str(nth) for nth in range(2)]


def has_partitions(directory: Path) -> bool:
    return any(directory.rglob("listeners-*.db"))


def wait_for(system: System, holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, f"waited in vain for {what}\n{system.log()}"
        time.sleep(0.1)


def processes_of(system: System) -> set[int]:
    """The two processes that learn, children of the one that was started."""
    parent = system.workers["worker"].pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(child) for child in children if b"worker" in Path(f"/proc/{child}/cmdline").read_bytes()}


def are_gone(processes: set[int]) -> bool:
    return not any(Path(f"/proc/{process}").exists() for process in processes)


def play(nth: int) -> bytes:
    event = {
        "id": f"e{nth}",
        "type": "play",
        "user": f"u{nth}",
        "at": 1_700_000_000 + nth,
        "item": "t:1",
        "ms_played": 60_000,
    }
    return orjson.dumps(event)


def test_they_share_the_partitions_and_stop_in_order(system: System) -> None:
    for nth in range(EVENTS):
        system.produce_to(LISTENING_EVENTS.name, nth % PARTITIONS, f"u{nth}".encode(), play(nth))
    wait_for(system, lambda: sum(1 for _ in system.read(RECOMMENDATIONS.name)) == EVENTS, "every slate")
    assert {message.partition() for message in system.read(RECOMMENDATIONS.name)} == set(range(PARTITIONS))
    processes = processes_of(system)
    assert len(processes) == 2
    assert system.stop() == 0
    assert are_gone(processes)


def test_when_one_is_killed_the_other_stops_and_the_worker_ends_with_its_code(system: System) -> None:
    processes = processes_of(system)
    os.kill(min(processes), signal.SIGKILL)
    assert system.workers["worker"].wait(60) == 128 + signal.SIGKILL
    assert are_gone(processes)


def test_nobody_outlives_a_worker_that_is_killed(system: System) -> None:
    processes = processes_of(system)
    system.kill()
    wait_for(system, lambda: are_gone(processes), "both processes to end")


def test_when_one_ends_all_end_with_its_code(tmp_path: Path) -> None:
    refused = Settings(brokers="127.0.0.1:1", data_dir=tmp_path, processes=2, core=4096)
    assert run_processes(refused, stopping=threading.Event()) == 1
