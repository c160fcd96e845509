"""What a handler gets, and what becomes of what it refuses."""

import time
from typing import Any

from streams.engine import Batch, DeadLetter, Record


def test_dead_letters_carry_the_original_bytes_and_position(counting: Any) -> None:
    giant = b"poison" + bytes(range(256)) * (10 * 4096)
    values = [b"poison \xff\x00", giant, b"poison again"]
    for value in values:
        counting.send_value(value)
    counting.send(100)
    worker = counting.start()
    counting.wait_until_committed()
    counting.stop(worker)
    letters = counting.dead_letters()
    assert [letter.value() for letter in letters] == values
    headers = [dict(letter.headers()) for letter in letters]
    assert headers[1] == {
        "reason": b"not a number",
        "field": b"value",
        "topic": counting.source.encode(),
        "partition": b"0",
        "offset": b"1",
    }
    assert {letter.key() for letter in letters} == {b"odd"}
    assert sorted(counting.outputs()) == sorted(counting.sent)


def test_linger_folds_fetches_into_one_batch(counting: Any) -> None:
    worker = counting.start(linger_seconds=1.5)
    for _ in range(5):
        counting.send(20, keys=20)
        time.sleep(0.15)
    counting.wait_until_committed()
    counting.stop(worker)
    batches = counting.batches()
    assert len(batches) == 2, batches
    assert counting.local_state() == counting.expected()


def test_a_batch_is_at_most_batch_max_and_lingering_ends_with_a_stop(counting: Any) -> None:
    counting.send(1_000)
    worker = counting.start(linger_seconds=20.0, batch_max=100)
    counting.wait_for(lambda: len(counting.batches()) >= 8, "eight full batches", 10.0)
    time.sleep(1.0)
    counting.stop(worker)
    sizes = [last - first + 1 for _, first, last in counting.batches()]
    assert max(sizes) == 100
    assert sum(sizes) == 1_000
    assert counting.committed() == counting.ends()


def test_a_partition_that_lags_keeps_no_other_waiting(counting: Any) -> None:
    def handled(partition: int) -> int:
        return sum(last + 1 - first for where, first, last in counting.batches() if where == partition)

    counting.send(5_000, partition=0)
    worker = counting.start(batch_max=50, slow_partitions=[0], work_seconds=0.2)
    counting.wait_for(lambda: handled(0) >= 100, "the slow partition to be at work", 10.0)
    counting.send(500, seconds=2.0, partition=1)
    counting.wait_for(lambda: handled(1) == 500, "the other partition", 5.0)
    assert handled(0) < 4_000, "it lags no more"
    counting.stop(worker)


def test_a_dead_letter_goes_where_it_is_told() -> None:
    record = Record(b"key", None, 7, 0)
    letter = DeadLetter(Batch("in", 3, [record]), record, reason="später")
    assert letter.output("dead").partition == 3
    output = letter.output("dead", partition=0)
    assert (output.partition, output.key, output.value) == (0, b"key", None)
    assert dict(output.headers)["reason"] == b"sp\\xe4ter"
