"""Workers as processes on a real Kafka, and what the topics hold."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition

from streams.engine import declare
from streams.settings import Settings
from streams.topics import CATALOG, EXAMPLES, ITEM_SIGNALS, LISTENING_EVENTS, declared_topics

AGENT_TOPICS = (LISTENING_EVENTS, CATALOG, ITEM_SIGNALS, EXAMPLES)
ROOT = Path(__file__).parents[2]


class System:
    """Topics on a broker and any number of workers; everything stops on leaving."""

    def __init__(self, brokers: str, home: Path, **settings: object) -> None:
        self.brokers = brokers
        self.home = home
        self.environment = {f"SEGUE_{name.upper()}": str(value) for name, value in settings.items()}
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
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
        return (self.home / f"{name}.log").read_text()

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
        while self._appended(topic) < count or len({place(one) for one in self.read(topic)}) < count:
            assert time.monotonic() < deadline, f"{self._appended(topic)} of {count} records\n{self._tails()}"
            for name, process in self.workers.items():
                assert process.poll() is None, f"{name} ended with {process.poll()}\n{self._tails()}"
            time.sleep(0.5)

    def _appended(self, topic: str) -> int:
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": "tests", "log_level": 0})
        partitions = consumer.list_topics(topic, timeout=30).topics[topic].partitions
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=30)[1] for p in partitions]
        consumer.close()
        return sum(ends)

    def wait_until_drained(self, *, seconds: float) -> None:
        """Wait until the agents have applied everything that the topics between them hold."""
        deadline = time.monotonic() + seconds
        while lags := self._lags():
            assert time.monotonic() < deadline, f"still to be learned: {lags}\n{self._tails()}"
            time.sleep(0.5)

    def _lags(self) -> dict[str, int]:
        """Records that the worker group has not committed yet, by topic partition."""
        consumer = Consumer({"bootstrap.servers": self.brokers, "group.id": "segue", "log_level": 0})
        lags = {}
        for topic in AGENT_TOPICS:
            partitions = consumer.list_topics(topic.name, timeout=30).topics[topic.name].partitions
            for one in consumer.committed([TopicPartition(topic.name, p) for p in partitions], timeout=30):
                _, end = consumer.get_watermark_offsets(one, timeout=30)
                if end > max(one.offset, 0):
                    lags[f"{topic.name}-{one.partition}"] = end - max(one.offset, 0)
        consumer.close()
        return lags

    def _tails(self) -> str:
        return "\n".join(f"--- {log.name}\n{log.read_text()[-3000:]}" for log in self.home.glob("*.log"))


def place(message: Message) -> object:
    """What a record is about: the `id` at the beginning of a slate, the position of a dead letter."""
    return tuple(message.headers()) if message.headers() else message.value().split(b",", 1)[0]


def headers(message: Message) -> Mapping[str, str]:
    return {name: value.decode() for name, value in message.headers() or ()}
