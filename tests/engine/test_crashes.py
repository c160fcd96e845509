"""Whatever ends a worker, every record changes the state exactly once and no output is missing."""

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.broker import LocalBroker
from streams.engine import EXIT_FAILED


def assert_exact(counting: Any, *, state: Any) -> None:
    assert state == counting.expected()
    assert sorted(set(counting.outputs())) == sorted(counting.sent)


def test_killed_several_times_at_random_moments(counting: Any) -> None:
    sending = threading.Thread(target=counting.send, args=(20_000,), kwargs={"seconds": 12.0, "keys": 20_000})
    sending.start()
    for _ in range(3):
        worker = counting.start()
        time.sleep(counting.random.uniform(0.1, 1.5))
        counting.kill(worker)
    worker = counting.start()
    sending.join()
    counting.wait_until_committed()
    counting.stop(worker)
    assert_exact(counting, state=counting.local_state())
    assert counting.changelog_state() == counting.local_state()


def test_what_was_applied_before_a_kill_is_committed_by_the_restart(counting: Any) -> None:
    counting.send(100)
    worker = counting.start(commit_interval=60.0)
    counting.wait_for(lambda: len(set(counting.outputs())) == 100, "the outputs")
    counting.kill(worker)
    assert counting.committed() == {0: 0, 1: 0}
    counting.stop(_until_committed(counting))
    assert_exact(counting, state=counting.local_state())


def test_a_handler_that_raises_ends_the_process_and_the_batch_is_replayed(counting: Any) -> None:
    counting.send(200)
    worker = counting.start(ready=False, raise_at=3)
    assert worker.wait(20) == EXIT_FAILED
    assert "the handler was told to fail" in counting.log.read_text()
    failed = counting.batches()
    assert counting.committed()[failed[-1][0]] <= failed[-1][1]
    counting.stop(_until_committed(counting))
    assert_exact(counting, state=counting.local_state())


def test_a_refused_output_ends_the_process_before_anything_is_acknowledged(counting: Any) -> None:
    counting.send(200)
    worker = counting.start(ready=False, out_config={"max.message.bytes": "150"})
    assert worker.wait(20) == EXIT_FAILED
    assert "DeliveryFailed" in counting.log.read_text()
    assert counting.committed() == {0: 0, 1: 0}
    assert counting.changelog_state() == {}


def test_sigterm_loses_nothing_and_the_restart_replays_nothing(counting: Any) -> None:
    worker = counting.start(work_seconds=0.1, batch_max=100)
    sending = threading.Thread(target=counting.send, args=(3_000,), kwargs={"seconds": 1.0})
    sending.start()
    time.sleep(0.7)
    began = time.monotonic()
    counting.stop(worker)
    assert time.monotonic() - began < 5.0
    sending.join()
    handled = counting.batches()
    committed = counting.committed()
    assert committed == {partition: _end_of(handled, partition) for partition in committed}
    counting.stop(_until_committed(counting))
    again = counting.batches()[len(handled) :]
    assert all(first >= committed[partition] for partition, first, _ in again)
    assert_exact(counting, state=counting.local_state())


def test_a_frozen_worker_does_not_write_when_it_wakes(counting: Any, tmp_path: Path) -> None:
    first = counting.start(work_seconds=0.05, batch_max=50)
    sending = threading.Thread(target=counting.send, args=(12_000,), kwargs={"seconds": 12.0})
    sending.start()
    time.sleep(1.0)
    first.send_signal(signal.SIGSTOP)
    second = counting.start(home=tmp_path / "second")
    time.sleep(1.0)
    first.send_signal(signal.SIGCONT)
    assert first.wait(15) == EXIT_FAILED
    sending.join()
    counting.wait_until_committed()
    counting.stop(second)
    assert_exact(counting, state=counting.changelog_state())


def test_a_second_worker_joins_and_the_first_leaves(counting: Any, tmp_path: Path) -> None:
    first = counting.start()
    sending = threading.Thread(target=counting.send, args=(10_000,), kwargs={"seconds": 8.0})
    sending.start()
    second = counting.start(home=tmp_path / "second")
    time.sleep(1.0)
    counting.stop(first)
    sending.join()
    counting.wait_until_committed()
    counting.stop(second)
    assert_exact(counting, state=counting.changelog_state())


@pytest.fixture
def on_own_broker(counting_on: Any, own_broker: LocalBroker) -> Iterator[Any]:
    yield counting_on(own_broker.bootstrap)


def test_a_broker_restart_is_survived(on_own_broker: Any, own_broker: LocalBroker) -> None:
    counting = on_own_broker
    worker = counting.start()
    sending = threading.Thread(target=counting.send, args=(6_000,), kwargs={"seconds": 6.0})
    sending.start()
    time.sleep(1.0)
    own_broker.restart(kill=True, pause_seconds=4.0)
    sending.join()
    counting.wait_until_committed(40.0)
    assert len(counting.log.read_text().splitlines()) < 1_000
    counting.stop(worker)
    assert_exact(counting, state=counting.local_state())


def _until_committed(counting: Any) -> Any:
    worker = counting.start()
    counting.wait_until_committed()
    return worker


def _end_of(batches: list[tuple[int, int, int]], partition: int) -> int:
    return max((last + 1 for number, _, last in batches if number == partition), default=0)
