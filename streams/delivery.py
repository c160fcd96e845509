"""Records into Kafka from the command line, with every delivery checked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

from confluent_kafka import KafkaError, KafkaException, Message, Producer
from confluent_kafka.admin import AdminClient

from streams import declaration
from streams.settings import BadSetting, Settings, read_settings
from streams.sources.record_file import Record
from streams.topics import CATALOG, LISTENING_EVENTS, PLAYLISTS, Topic

CONNECT_SECONDS: Final = 10.0
DELIVERY_SECONDS: Final = 60.0

_UNREACHABLE: Final = "Start a Kafka with `segue broker`, or name a running one: --brokers HOST:PORT."


class Undelivered(Exception):
    """Kafka does not answer, or did not acknowledge a record; `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class Delivery:
    """A producer that either delivers every record, in order within its partition, or raises `Undelivered`.

    Keys go to partitions by murmur2, as Java's clients do it: every producer of the field partitions alike,
    and a listener's events stay in one partition whoever sends them.
    """

    def __init__(self, brokers: str) -> None:
        if not brokers:
            raise Undelivered("no Kafka is named", hint=f"{_UNREACHABLE} SEGUE_BROKERS works too.")
        _declare_topics(brokers, (LISTENING_EVENTS, CATALOG, PLAYLISTS))
        self._error: KafkaError | None = None
        self._sent = 0
        self._delivered = 0
        self._producer = Producer(
            {
                "bootstrap.servers": brokers,
                "acks": "all",
                "enable.idempotence": True,
                "partitioner": "murmur2_random",
                "linger.ms": 20,
                "delivery.timeout.ms": int(DELIVERY_SECONDS * 1000),
                "log_level": 0,
            }
        )

    def send(self, record: Record) -> None:
        """Queue a record, waiting while the queue is full; `Undelivered` where this or an earlier failed."""
        while not self._queued(record):
            self.wait(0.1)
        self._sent += 1
        self.wait(0.0)

    def wait(self, seconds: float) -> None:
        """Serve acknowledgements for at most `seconds`."""
        self._producer.poll(seconds)
        self._raise_failure()

    def finish(self) -> int:
        """Return the number of records delivered, once that is all of them."""
        # Each record ends as delivered or failed within the delivery timeout, so this ends.
        while self._producer.flush(1.0):
            self._raise_failure()
        self._raise_failure()
        if self._delivered != self._sent:
            raise Undelivered(f"{self._delivered} of {self._sent} records were delivered", hint=_UNREACHABLE)
        return self._delivered

    def _queued(self, record: Record) -> bool:
        try:
            self._producer.produce(
                record.topic, key=record.key, value=record.value, on_delivery=self._on_delivery
            )
        except BufferError:
            return False
        except KafkaException as error:
            raise _undelivered(error.args[0], self._delivered) from error
        return True

    def _on_delivery(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self._delivered += 1
        else:
            self._error = self._error or error

    def _raise_failure(self) -> None:
        if self._error is not None:
            raise _undelivered(self._error, self._delivered)


def _undelivered(error: KafkaError, delivered: int) -> Undelivered:
    return Undelivered(
        f"Kafka did not take a record, after {delivered} delivered: {error.str()}",
        hint="See the broker's log, then send again: equal events keep their ids.",
    )


def _declare_topics(brokers: str, topics: Sequence[Topic]) -> None:
    """Create what is missing; the partition count of what exists is the deployment's choice."""
    try:
        settings = read_settings(os.environ)
        admin = AdminClient({"bootstrap.servers": brokers, "log_level": 0})
        existing = admin.list_topics(timeout=CONNECT_SECONDS).topics
        missing = [topic for topic in topics if topic.name not in existing]
        declaration.declare(brokers, [_declared(topic, settings) for topic in missing])
    except KafkaException as error:
        cause = error.args[0].str()
        raise Undelivered(f"Kafka at {brokers} does not serve: {cause}", hint=_UNREACHABLE) from error
    except BadSetting as error:
        raise Undelivered(str(error), hint="Change it, or unset it.") from error


def _declared(topic: Topic, settings: Settings) -> declaration.Topic:
    partitions = topic.partitions or settings.partitions
    return declaration.Topic(topic.name, partitions, settings.replication, topic.config)
