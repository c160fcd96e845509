"""Topics of a measurement: made, filled, counted, read back, removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

_TIMEOUT_SECONDS = 30.0

Record = tuple[str | bytes, int, bytes]
"""Key, partition, value."""


class KafkaInUse(RuntimeError):
    """The Kafka holds a Segue; a measurement would mix its listeners with those of others."""


def create(bootstrap: str, name: str, *, partitions: int, config: Mapping[str, str] | None = None) -> None:
    """Create a topic and wait for it; raises KafkaException where it exists."""
    admin = AdminClient(_client(bootstrap))
    for creation in admin.create_topics([NewTopic(name, partitions, 1, config=dict(config or {}))]).values():
        creation.result(_TIMEOUT_SECONDS)


def names(bootstrap: str) -> list[str]:
    """Name every topic."""
    return sorted(AdminClient(_client(bootstrap)).list_topics(timeout=_TIMEOUT_SECONDS).topics)


def delete(bootstrap: str, *, containing: str) -> None:
    """Delete every topic with `containing` in its name, changelogs included."""
    delete_named(bootstrap, [name for name in names(bootstrap) if containing in name])


def delete_named(bootstrap: str, doomed: Sequence[str]) -> None:
    """Delete exactly these topics, which exist."""
    admin = AdminClient(_client(bootstrap))
    for deletion in (admin.delete_topics(list(doomed)) if doomed else {}).values():
        deletion.result(_TIMEOUT_SECONDS)


def waiting(bootstrap: str, *, group: str, partitions: Sequence[tuple[str, int]]) -> int:
    """Count the records of topic partitions that a group has not committed yet."""
    consumer = Consumer({**_client(bootstrap), "group.id": group, "enable.auto.commit": False})
    try:
        tps = consumer.committed([TopicPartition(*one) for one in partitions], timeout=_TIMEOUT_SECONDS)
        ends = (consumer.get_watermark_offsets(tp, timeout=_TIMEOUT_SECONDS)[1] for tp in tps)
        # A partition that nothing was committed of has a negative offset.
        return sum(end - max(tp.offset, 0) for tp, end in zip(tps, ends, strict=True))
    finally:
        consumer.close()


def fill(bootstrap: str, name: str, records: Iterable[Record], *, linger_ms: int = 20) -> None:
    """Append records, of each partition in order; raises KafkaException unless every one is acknowledged.

    A record waits `linger_ms` for others that come with it: long to be quick, 0 to be punctual.
    """
    # Without idempotence a retry, as to a partition that has no leader yet, puts records out of order.
    settings = {"enable.idempotence": True, "acks": "all", "linger.ms": linger_ms}
    producer = Producer({**_client(bootstrap), **settings})
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
        """Read the values that the topic holds now, in the order of each partition."""
        return (message.value() or b"" for message in self.messages())

    def messages(self) -> Iterator[Message]:
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
                yield message
            left -= len(messages)


def _client(bootstrap: str) -> dict[str, str | int]:
    # What librdkafka has to say of a broker that was stopped would stand among the figures.
    return {"bootstrap.servers": bootstrap, "log_level": 2}
