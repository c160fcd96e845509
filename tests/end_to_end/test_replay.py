"""`segue import` and `segue replay` on a real Kafka: all arrives, in order, where its key belongs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
import typer
from confluent_kafka import Consumer, TopicPartition
from typer.testing import CliRunner

from streams.commands.import_ import import_history
from streams.commands.replay import replay
from streams.sources.record_file import Record, read_records
from streams.topics import CATALOG, LISTENING_EVENTS

LISTENERS = 7
PLAYS = 300
cli = typer.Typer()
cli.command("import")(import_history)
cli.command("replay")(replay)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rows = [
        f"listener-{n % LISTENERS},2021-04-22 {n // 60:02}:{n % 60:02},Artist {n % 5},Türk {n % 40},40000"
        for n in range(PLAYS)
    ]
    path = tmp_path / "log.csv"
    path.write_text("user,end_time,artist,track,ms_played\n" + "\n".join(rows))
    return path


class Tail:
    """What comes into both topics after this moment."""

    def __init__(self, brokers: str) -> None:
        self._consumer = Consumer(
            {"bootstrap.servers": brokers, "group.id": "tail", "enable.auto.commit": False}
        )
        self._partitions = list(self._ends())
        self._consumer.assign(self._partitions)

    def read(self, records: int) -> list[tuple[str, int, bytes, bytes]]:
        """Return exactly `records` records as (topic, partition, key, value)."""
        messages = self._consumer.consume(records, timeout=30.0) + self._consumer.consume(1, timeout=0.5)
        assert len(messages) == records
        return [
            (message.topic(), message.partition(), message.key(), message.value()) for message in messages
        ]

    def partition_count(self, topic: str) -> int:
        return sum(partition.topic == topic for partition in self._partitions)

    def close(self) -> None:
        """Disconnect."""
        self._consumer.close()

    def _ends(self) -> Iterator[TopicPartition]:
        topics = self._consumer.list_topics(timeout=10.0).topics
        for name in (LISTENING_EVENTS.name, CATALOG.name):
            for number in topics[name].partitions:
                partition = TopicPartition(name, number)
                _, end = self._consumer.get_watermark_offsets(partition, timeout=10.0)
                yield TopicPartition(name, number, end)


def run(*arguments: object) -> dict[str, int]:
    result = CliRunner().invoke(cli, [str(argument) for argument in (*arguments, "--json")])
    assert result.exit_code == 0, result.stderr
    figures: dict[str, int] = orjson.loads(result.stdout)
    return figures


@pytest.fixture
def tail(broker: str, log: Path) -> Iterator[Tail]:
    run("import", "csv", log, "--to-kafka", "--brokers", broker)
    tail = Tail(broker)
    yield tail
    tail.close()


def test_a_file_arrives_whole_in_order_and_where_its_keys_belong(broker: str, log: Path, tail: Tail) -> None:
    file = log.with_suffix(".jsonl.gz")
    run("import", "csv", log, "--output", file)
    records = list(read_records(file, now=time.time()))
    figures = run("replay", file, "--brokers", broker)
    assert (figures["events"], figures["records"]) == (PLAYS, len(records)) == (300, 340)
    arrived = tail.read(len(records))
    for topic, partition, key, _ in arrived:
        assert partition == (murmur2(key) & 0x7FFF_FFFF) % tail.partition_count(topic)
    assert by_key((topic, key, value) for topic, _, key, value in arrived) == by_key(
        (record.topic, record.key, record.value) for record in records
    )


def test_import_sends_what_replay_sends(broker: str, log: Path, tail: Tail) -> None:
    file = log.with_suffix(".jsonl")
    run("import", "csv", log, "--to-kafka", "--output", file, "--brokers", broker)
    sent: list[Record] = list(read_records(file, now=time.time()))
    arrived = tail.read(len(sent))
    assert by_key((topic, key, value) for topic, _, key, value in arrived) == by_key(
        (record.topic, record.key, record.value) for record in sent
    )


def test_the_limit_counts_events_and_speed_keeps_their_distance(broker: str, log: Path, tail: Tail) -> None:
    file = log.with_suffix(".jsonl")
    run("import", "csv", log, "--output", file)
    # Eleven plays a minute apart: ten minutes, 600 times as fast.
    figures = run("replay", file, "--limit", 11, "--speed", 600, "--brokers", broker)
    assert (figures["events"], figures["records"]) == (11, 22)
    assert figures["seconds"] >= 1.0
    assert sum(topic == LISTENING_EVENTS.name for topic, *_ in tail.read(22)) == 11


def by_key(records: Iterator[tuple[str, bytes, bytes]]) -> dict[tuple[str, bytes], list[bytes]]:
    """Group in order: Kafka keeps the order of a key, not that among keys."""
    grouped: dict[tuple[str, bytes], list[bytes]] = {}
    for topic, key, value in records:
        grouped.setdefault((topic, key), []).append(value)
    return grouped


def murmur2(data: bytes) -> int:
    """Hash as `org.apache.kafka.common.utils.Utils.murmur2` does: the reference for every client."""
    m, mask = 0x5BD1E995, 0xFFFF_FFFF
    h = 0x9747B28C ^ len(data)
    body = len(data) & ~3
    for start in range(0, body, 4):
        k = int.from_bytes(data[start : start + 4], "little") * m & mask
        k = (k ^ k >> 24) * m & mask
        h = (h * m & mask) ^ k
    if tail := data[body:]:
        h = (h ^ int.from_bytes(tail, "little")) * m & mask
    h = (h ^ h >> 13) * m & mask
    return h ^ h >> 15
