"""Topics of a measurement: made, filled, counted, read back, removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

_TIMEOUT_SECONDS = 30.0


def create(bootstrap: str, name: str, *, partitions: int, config: Mapping[str, str] | None = None) -> None:
    """Create a topic and wait for it; raises KafkaException where it exists."""
    admin = AdminClient(_client(bootstrap))
    for creation in admin.create_topics([NewTopic(name, partitions, 1, config=dict(config or {}))]).values():
        creation.result(_TIMEOUT_SECONDS)


def delete(bootstrap: str, *, containing: str) -> None:
    """Delete every topic with `containing` in its name, changelogs included."""
    admin = AdminClient(_client(bootstrap))
    names = [name for name in admin.list_topics(timeout=_TIMEOUT_SECONDS).topics if containing in name]
    for deletion in (admin.delete_topics(names) if names else {}).values():
        deletion.result(_TIMEOUT_SECONDS)


def fill(bootstrap: str, name: str, records: Iterable[tuple[str, int, bytes]]) -> None:
    """Append records (key, partition, value); raises KafkaException unless every one is acknowledged."""
    producer = Producer({**_client(bootstrap), "acks": "all", "linger.ms": 20})
    failed: list[KafkaException] = []

    def acknowledge(error: object, _message: Message) -> None:
        if error is not None:
            failed.append(KafkaException(error))

    for key, partition, value in records:
        while True:
            try:
                producer.produce(name, value, key, partition, on_delivery=acknowledge)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    if producer.flush(_TIMEOUT_SECONDS) or failed:
        raise failed[0] if failed else TimeoutError(f"{name} was not filled in {_TIMEOUT_SECONDS} s")


class TopicReader:
    """Counts and reads one topic, without a group."""

    def __init__(self, bootstrap: str, name: str, *, partitions: int) -> None:
        self._consumer = Consumer(
            {**_client(bootstrap), "group.id": f"{name}-reader", "enable.auto.commit": False}
        )
        self._partitions = [TopicPartition(name, partition, 0) for partition in range(partitions)]

    def __enter__(self) -> TopicReader:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    def count(self) -> int:
        """Count the records ever appended, by the end offsets of the partitions."""
        ends = (self._consumer.get_watermark_offsets(tp, timeout=_TIMEOUT_SECONDS) for tp in self._partitions)
        return sum(end for _, end in ends)

    def values(self) -> Iterator[bytes]:
        """Read what the topic holds now, in the order of each partition."""
        left = self.count()
        self._consumer.assign(self._partitions)
        while left > 0:
            messages = self._consumer.consume(min(left, 10_000), timeout=_TIMEOUT_SECONDS)
            if not messages:
                raise TimeoutError(f"{left} records did not come")
            for message in messages:
                if message.error():
                    raise KafkaException(message.error())
                yield message.value() or b""
            left -= len(messages)


def _client(bootstrap: str) -> dict[str, str | int]:
    # Errors only: what librdkafka has to say of idle queues would stand among the figures.
    return {"bootstrap.servers": bootstrap, "log_level": 3}
