"""Reading a topic without a group: nothing is committed, so that looking on disturbs nobody."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Final, Self

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

FETCH: Final = 500
CONNECT_SECONDS: Final = 10.0
READ_SECONDS: Final = 60.0
RETRY_SECONDS: Final = 0.05
NO_LEADER: Final = (KafkaError.NOT_LEADER_FOR_PARTITION, KafkaError.LEADER_NOT_AVAILABLE)


class Unreachable(RuntimeError):
    """Kafka does not answer, or a topic is missing; the message says which."""


class TopicReader:
    """Reads all partitions of a topic, from their beginning or from where they end now.

    Raises `Unreachable` where Kafka does not answer within 10 s or has no such topic.
    """

    def __init__(self, brokers: str, topic: str, *, from_beginning: bool) -> None:
        self._topic = topic
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "segue-reader",  # never joined: partitions are assigned by hand
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                "log_level": 0,
            }
        )
        try:
            metadata = self._consumer.list_topics(topic, timeout=CONNECT_SECONDS).topics[topic]
            if metadata.error is not None:
                raise Unreachable(f"Kafka at {brokers} has no topic {topic}")
            self._partitions = sorted(metadata.partitions)
            self.seek({place: None if from_beginning else self.ends(place)[1] for place in self._partitions})
        except KafkaException as error:
            raise Unreachable(f"Kafka at {brokers} does not answer: {error.args[0].str()}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consumer.close()

    def ends(self, partition: int) -> tuple[int, int]:
        """Give the first offset of a partition and the one that comes next."""
        place = TopicPartition(self._topic, partition)
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                first, end = self._consumer.get_watermark_offsets(place, timeout=CONNECT_SECONDS)
            except KafkaException as error:
                # A partition that was made a moment ago may have no leader yet.
                if error.args[0].code() not in NO_LEADER or time.monotonic() > deadline:
                    raise
                time.sleep(RETRY_SECONDS)
            else:
                return first, end

    @property
    def partitions(self) -> list[int]:
        """The partitions of the topic."""
        return self._partitions

    def seek(self, offsets: Mapping[int, int | None]) -> None:
        """Read these partitions, each from an offset, or from its beginning where that is None."""
        self._reading = len(offsets)
        self._consumer.assign(
            [
                TopicPartition(self._topic, partition, OFFSET_BEGINNING if offset is None else offset)
                for partition, offset in offsets.items()
            ]
        )

    def read(self, seconds: float) -> list[Message]:
        """Give what arrives within some seconds, at once where something is there."""
        return [message for message in self._consume(seconds) if message.error() is None]

    def read_to_end(self) -> Iterator[Message]:
        """Yield everything up to the end as it is when it is reached; raises `Unreachable` on silence."""
        ended: set[int | None] = set()
        while len(ended) < self._reading:
            messages = self._consume(READ_SECONDS)
            if not messages:
                raise Unreachable(f"Kafka did not deliver {self._topic} for {READ_SECONDS:.0f} s")
            for message in messages:
                if message.error() is None:
                    yield message
                else:
                    ended.add(message.partition())

    def _consume(self, seconds: float) -> list[Message]:
        """Wait for the first message, then take what is there; errors other than an end are raised."""
        first = self._consumer.poll(seconds)
        if first is None:
            return []
        messages = [first, *self._consumer.consume(FETCH, 0.0)]
        for message in messages:
            error = message.error()
            if error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise KafkaException(error)
        return messages
