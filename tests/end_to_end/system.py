"""Workers as processes on a real Kafka, and what the topics hold."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition

from streams.engine import declare
from streams.settings import Settings
from streams.topics import (
    CATALOG,
    EXAMPLES,
    ITEM_SIGNALS,
    LISTENING_EVENTS,
    OUTCOMES,
    PLAYLISTS,
    declared_topics,
)

AGENT_TOPICS = (LISTENING_EVENTS, CATALOG, PLAYLISTS, ITEM_SIGNALS, EXAMPLES, OUTCOMES)
ROOT = Path(__file__).parents[2]


class System:
    """Topics on a broker and any number of workers; everything stops on leaving."""

    def __init__(self, brokers: str, home: Path, **settings: object) -> None:
        self.brokers = brokers
        self.home = home
        self.environment = {f"SEGUE_{name.upper()}": str(value) for name, value in settings.items()}
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.lives: dict[str, int] = {}
        declare(brokers, declared_topics(Settings(brokers=brokers)))
        self._producer = Producer(
            {
                "bootstrap.servers": brokers,
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "message.max.bytes": 16 << 20,
                "log_level": 0,
            }
        )

    def __enter__(self) -> "System":
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.workers):
            self.kill(name)

    def start(self, name: str = "worker") -> None:
        """Start a worker, or start it again on the state it left."""
        log = (self.home / f"{name}.log").open("ab")
        self.lives[name] = log.tell()
        self.workers[name] = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker"],
            cwd=ROOT,
            env={
                **os.environ,
                **self.environment,
                "SEGUE_BROKERS": self.brokers,
                "SEGUE_DATA_DIR": str(self.home / name),
            },
            stdout=log,
            stderr=log,
        )

    def kill(self, name: str = "worker") -> None:
        """Kill -9."""
        process = self.workers.pop(name)
        process.kill()
        process.wait()

    def stop(self, name: str = "worker") -> int:
        """SIGTERM; returns the exit code."""
        process = self.workers.pop(name)
        process.send_signal(signal.SIGTERM)
        return process.wait(30)

    def log(self, name: str = "worker") -> str:
        """What a worker has printed since it was last started."""
        return (self.home / f"{name}.log").read_bytes()[self.lives[name] :].decode()

    def wait_until_ready(self, *, seconds: float) -> None:
        """Wait until every worker has partitions and their state."""
        deadline = time.monotonic() + seconds
        while not all("Worker ready" in self.log(name) for name in self.workers):
            self._wait_on("every worker to be ready", deadline)

    def produce(self, topic: str, records: Iterable[tuple[bytes | None, bytes | None]]) -> None:
        """Send records and wait until Kafka has them all."""
        failed: list[object] = []
        for key, value in records:
            while True:
                try:
                    self._producer.produce(
                        topic, key=key, value=value, on_delivery=lambda e, _: failed.append(e) if e else None
                    )
                    break
                except BufferError:
                    self._producer.poll(0.1)
            self._producer.poll(0)
        assert self._producer.flush(60) == 0
        assert not failed, failed[0]

    def produce_to(self, topic: str, partition: int, key: bytes, value: bytes) -> None:
        self._producer.produce(topic, key=key, value=value, partition=partition)
        assert self._producer.flush(60) == 0

    def read(self, topic: str) -> Iterator[Message]:
        """Everything a topic holds now, partition after partition, in order."""
        consumer = Consumer(
            {
                "bootstrap.servers": self.brokers,
                "group.id": "tests",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.message.max.bytes": 16 << 20,
                "log_level": 0,
            }
        )
        partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        for partition in sorted(partitions):
            consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING)])
            while True:
                message = consumer.poll(30)
                assert message is not None, f"{topic}-{partition} did not answer"
                if message.error():
                    break
                yield message
        consumer.close()

    def table(self, name: str) -> dict[bytes, bytes]:
        """What a table's changelog says, without the engine's own keys."""
        state: dict[bytes, bytes] = {}
        for message in self.read(f"segue-{name}-changelog"):
            if message.value() is None:
                state.pop(message.key(), None)
            elif not message.key().startswith(b"\0segue\0"):
                state[message.key()] = message.value()
        return state

    def wait_for(self, topic: str, count: int, *, seconds: float) -> None:
        """Wait until a topic holds records from `count` places; the workers must stay up."""
        deadline = time.monotonic() + seconds
        self.wait_for_records(topic, count, seconds=seconds)
        while len({place(one) for one in self.read(topic)}) < count:
            self._wait_on(f"records from {count} places", deadline)

    def wait_for_records(self, topic: str, count: int, *, seconds: float) -> None:
        """Wait until a topic holds `count` records, repeats included; the workers must stay up."""
        deadline = time.monotonic() + seconds
        while (found := self.appended(topic)) < count:
            self._wait_on(f"{count} records, of which {found} are there", deadline)

    def appended(self, topic: str) -> int:
        """Records that a topic ever held, repeats included."""
        with self._reader() as consumer:
            return sum(end for _, end in self._ends(consumer, topic))

    def wait_until_drained(self, *, seconds: float) -> None:
        """Wait until the agents have applied everything that the topics between them hold."""
        deadline = time.monotonic() + seconds
        while lags := self._lags():
            self._wait_on(f"what lags to be learned: {lags}", deadline)

    def _wait_on(self, what: str, deadline: float) -> None:
        assert time.monotonic() < deadline, f"waited for {what}\n{self._tails()}"
        for name, process in self.workers.items():
            assert process.poll() is None, f"{name} ended with {process.poll()}\n{self._tails()}"
        time.sleep(0.1)

    def _lags(self) -> dict[str, int]:
        """Records that the worker group has not committed yet, by topic partition."""
        lags = {}
        with self._reader(group="segue") as consumer:
            for topic in AGENT_TOPICS:
                ends = self._ends(consumer, topic.name)
                committed = consumer.committed([partition for partition, _ in ends], timeout=30)
                for one, (_, end) in zip(committed, ends, strict=True):
                    if end > max(one.offset, 0):
                        lags[f"{topic.name}-{one.partition}"] = end - max(one.offset, 0)
        return lags

    @contextmanager
    def _reader(self, group: str = "tests") -> Iterator[Consumer]:
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": group, "log_level": 0})
        try:
            yield consumer
        finally:
            consumer.close()

    @staticmethod
    def _ends(consumer: Consumer, topic: str) -> list[tuple[TopicPartition, int]]:
        """Partitions of a topic, each with the offset after its last record."""
        partitions = [
            TopicPartition(topic, p) for p in consumer.list_topics(topic, timeout=30).topics[topic].partitions
        ]
        return [(one, consumer.get_watermark_offsets(one, timeout=30)[1]) for one in partitions]

    def _tails(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in self.home.glob("*.log"))


def place(message: Message) -> object:
    """What a record is about: the `id` at the beginning of a slate, the position of a dead letter."""
    return tuple(message.headers()) if message.headers() else message.value().split(b",", 1)[0]


def headers(message: Message) -> Mapping[str, str]:
    return {name: value.decode() for name, value in message.headers() or ()}
