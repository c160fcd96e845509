"""The watchdog fires when a worker stands still, and only then."""

import logging

import pytest

from streams.engine import Watchdog
from streams.engine.quiet import RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Watched:
    def __init__(self) -> None:
        self.clock = Clock()
        self.causes: list[str] = []
        self.watchdog = Watchdog(
            stall_seconds=60.0, freeze_seconds=6.0, clock=self.clock, fail=self.causes.append
        )

    def run(
        self, seconds: int, *, beating: bool = True, working: bool = True, lag: int = 0, rate: int = 0
    ) -> None:
        for second in range(seconds):
            self.clock.now += 1.0
            if beating:
                self.watchdog.beat(working=working, lag=lag, committed=rate * second)
            self.watchdog.check()


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_silent_when_idle_recovering_or_committing(watched: Watched) -> None:
    watched.run(300, lag=0)
    watched.run(300, working=False, lag=100)
    watched.run(300, lag=100, rate=1)
    assert watched.causes == []


def test_fires_when_records_wait_and_nothing_is_committed(watched: Watched) -> None:
    watched.run(60, lag=100)
    assert watched.causes == []
    watched.run(3, lag=100)
    assert "nothing was committed" in watched.causes[0]


def test_fires_when_the_event_loop_stands_still(watched: Watched) -> None:
    watched.run(62, beating=False)
    assert "event loop" in watched.causes[0]


def test_fires_at_once_when_the_process_was_frozen(watched: Watched) -> None:
    watched.run(5)
    watched.clock.now += 7.0
    watched.watchdog.check()
    assert "frozen for 7 s" in watched.causes[0]


def test_repeated_log_lines_are_counted_not_shown() -> None:
    clock = Clock()
    limit = RateLimit(seconds=1.0, clock=clock)
    shown = []
    for _ in range(10_000):
        clock.now += 0.001
        record = logging.LogRecord("aiokafka", logging.ERROR, "", 0, "cannot connect to %s", ("x",), None)
        if limit.filter(record):
            shown.append(record.getMessage())
    assert shown[0] == "cannot connect to x"
    assert 9 <= len(shown) <= 11
    assert "more like it" in shown[1]
