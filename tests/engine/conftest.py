"""The harness: a counting worker in a process of its own, and the truth to compare it with."""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rocksdict
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, Producer, TopicPartition

from streams.engine import Topic, declare

ROOT = Path(__file__).parents[2]
PARTITIONS = 2
RESERVED = b"\x00segue\x00"
READY = "Worker ready"
# A killed worker is missed after this long; only the local broker allows less than 6 s.
SESSION_SECONDS = 6.0 if "SEGUE_BROKERS" in os.environ else 3.0


class Counting:
    """A counting worker (see counting_app.py) with topics of its own, what was sent to it, what came out."""

    def __init__(self, brokers: str, home: Path) -> None:
        self.brokers = brokers
        self.home = home
        self.name = f"t{uuid.uuid4().hex[:8]}"
        self.source, self.out, self.dead = (f"{self.name}-{part}" for part in ("in", "out", "dead"))
        self.sent: list[tuple[int, int, bytes]] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        self.random = random.Random(7)
        # Without idempotence a retry after a broker's death sends twice what is reported once.
        self.producer = Producer(
            {
                "bootstrap.servers": brokers,
                "log_level": 0,
                "message.max.bytes": 16 << 20,
                "enable.idempotence": True,
            }
        )
        self.groups: dict[str, Consumer] = {}
        big = {"max.message.bytes": str(16 << 20)}
        declare(brokers, [Topic(self.source, PARTITIONS, config=big)])

    # what goes in

    def send(self, count: int, *, keys: int = 50, seconds: float = 0.0, partition: int = -1) -> None:
        """Send ``count`` records, spread over ``seconds``, and remember where they went; -1: by key."""
        for number in range(count):
            key = b"k%d" % self.random.randrange(keys)
            self.producer.produce(
                self.source, key=key, value=b"1", partition=partition, on_delivery=self._sent
            )
            self.producer.poll(0)
            if seconds and number % 50 == 0:
                time.sleep(seconds * 50 / count)
        assert self.producer.flush(60) == 0

    def send_value(self, value: bytes) -> None:
        self.producer.produce(self.source, key=b"odd", value=value, partition=0)
        assert self.producer.flush(60) == 0

    def _sent(self, error: Any, message: Message) -> None:
        assert error is None
        self.sent.append((message.partition(), message.offset(), message.key()))

    # the worker

    def start(
        self, *, ready: bool = True, home: Path | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a worker and return it; with ``ready`` once it reads its sources."""
        datadir = home or self.home
        datadir.mkdir(parents=True, exist_ok=True)
        names = {"app_id": self.name, "source": self.source, "out": self.out, "dead": self.dead}
        given = {"brokers": self.brokers, "datadir": str(datadir), "session_timeout": SESSION_SECONDS}
        given |= {"partitions": PARTITIONS, "log_level": "INFO"}
        log = datadir / f"log-{len(self.processes)}"
        process = subprocess.Popen(
            [
                sys.executable,
                str(Path(__file__).with_name("counting_app.py")),
                json.dumps(names | given | options),
            ],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=log.open("wb"),
        )
        self.processes.append(process)
        self.log = log
        if ready:
            wait_for(lambda: READY in log.read_text() or process.poll() is not None, "the worker to be ready")
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0, self.log.read_text()[-3000:]

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait(5)

    def batches(self, home: Path | None = None) -> list[tuple[int, int, int]]:
        """Return (partition, first offset, last offset) of each batch that a handler got."""
        log = (home or self.home) / "batches"
        lines = log.read_text().splitlines() if log.exists() else []
        return [tuple(map(int, line.split())) for line in lines]  # type: ignore[misc]

    # what comes out

    def committed(self) -> dict[int, int]:
        asked = [TopicPartition(self.source, partition) for partition in range(PARTITIONS)]
        return {found.partition: max(0, found.offset) for found in self.group.committed(asked, timeout=10)}

    @property
    def group(self) -> Consumer:
        """A client that looks at the worker's group without joining it."""
        if self.name not in self.groups:
            self.groups[self.name] = Consumer(
                {"bootstrap.servers": self.brokers, "group.id": self.name, "log_level": 0}
            )
        return self.groups[self.name]

    def ends(self) -> dict[int, int]:
        return {
            partition: self.group.get_watermark_offsets(TopicPartition(self.source, partition), timeout=10)[1]
            for partition in range(PARTITIONS)
        }

    def wait_until_committed(self, seconds: float = 30.0) -> None:
        def done() -> bool:
            assert self.processes[-1].poll() is None, self.log.read_text()[-3000:]
            return self.committed() == self.ends()

        wait_for(done, "everything to be committed", seconds)

    @staticmethod
    def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        wait_for(condition, what, seconds)

    def expected(self) -> dict[tuple[int, bytes], tuple[int, int]]:
        """Return (count, last offset) by partition and key."""
        counts = Counter((partition, key) for partition, _, key in self.sent)
        last: dict[tuple[int, bytes], int] = {}
        for partition, offset, key in self.sent:
            last[partition, key] = max(offset, last.get((partition, key), -1))
        return {where: (counts[where], last[where]) for where in counts}

    def local_state(self) -> dict[tuple[int, bytes], tuple[int, int]]:
        """Return what the databases of a stopped worker hold."""
        state = {}
        for partition in range(PARTITIONS):
            options = rocksdict.Options(raw_mode=True)
            database = rocksdict.Rdict(str(self.database(partition)), options=options)
            state |= {(partition, key): value for key, value in database.items()}
            database.close()
        return decoded(state)

    def changelog_state(self) -> dict[tuple[int, bytes], tuple[int, int]]:
        """Return what a worker without local data would restore."""
        state: dict[tuple[int, bytes], bytes | None] = {}
        for message in read_all(self.brokers, self.changelog):
            state[message.partition(), message.key()] = message.value()
        return decoded({where: value for where, value in state.items() if value is not None})

    def changelog_records(self, partition: int) -> list[tuple[bytes, bytes | None]]:
        messages = read_all(self.brokers, self.changelog)
        return [(message.key(), message.value()) for message in messages if message.partition() == partition]

    def declare_changelog(self, name: str) -> None:
        declare(
            self.brokers,
            [Topic(f"{name}-counts-changelog", PARTITIONS, config={"cleanup.policy": "compact"})],
        )

    def dead_letters(self) -> list[Message]:
        return read_all(self.brokers, self.dead)

    def outputs(self) -> list[tuple[int, int, bytes]]:
        return [
            (message.partition(), int(message.value()), message.key())
            for message in read_all(self.brokers, self.out)
        ]

    @property
    def changelog(self) -> str:
        return f"{self.name}-counts-changelog"

    def database(self, partition: int) -> Path:
        return self.home / "v1" / "tables" / f"counts-{partition}.db"

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                self.kill(process)
        for group in self.groups.values():
            group.close()


def decoded(state: dict[tuple[int, bytes], bytes]) -> dict[tuple[int, bytes], tuple[int, int]]:
    return {
        where: (int.from_bytes(value[:8], "little"), int.from_bytes(value[8:16], "little", signed=True))
        for where, value in state.items()
        if not where[1].startswith(RESERVED) and where[1] != b"__faust\0offset__"
    }


def read_all(brokers: str, topic: str) -> list[Message]:
    """Return every record of ``topic`` up to its end at the time of asking."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"read-{uuid.uuid4()}",
            "enable.partition.eof": True,
            "fetch.message.max.bytes": 16 << 20,
            "log_level": 0,
        }
    )
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for partition in range(PARTITIONS)])
    messages, open_partitions = [], set(range(PARTITIONS))
    while open_partitions:
        message = consumer.poll(10)
        assert message is not None, f"{topic} cannot be read"
        if message.error():
            open_partitions.discard(message.partition())
        else:
            messages.append(message)
    consumer.close()
    return messages


def wait_for(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.1)


@pytest.fixture
def counting(broker: str, tmp_path: Path) -> Iterator[Counting]:
    harness = Counting(broker, tmp_path / "worker")
    yield harness
    harness.close()


@pytest.fixture
def counting_on(tmp_path: Path) -> Iterator[Callable[[str], Counting]]:
    """Make a harness on another broker."""
    made: list[Counting] = []

    def make(brokers: str) -> Counting:
        made.append(Counting(brokers, tmp_path / "worker"))
        return made[-1]

    yield make
    for harness in made:
        harness.close()
