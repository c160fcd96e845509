"""Topics exist as declared before anything is sent or read."""

import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, NewTopic, TopicMetadata

TIMEOUT_SECONDS = 30.0
POLL_SECONDS = 0.05


class TopicMismatch(RuntimeError):
    """A topic exists with another number of partitions than declared; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic as it has to be; ``config`` holds Kafka's topic settings as text."""

    name: str
    partitions: int
    replication: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


def declare(bootstrap: str, topics: Iterable[Topic], *, client: Mapping[str, str] | None = None) -> None:
    """Create what is missing; ``client`` holds further librdkafka settings (security).

    Raises `TopicMismatch` for a wrong partition count, and `KafkaException` when Kafka cannot be reached or
    refuses.
    """
    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0, **(client or {})})
    existing = admin.list_topics(timeout=TIMEOUT_SECONDS).topics
    missing = []
    for topic in topics:
        found = existing.get(topic.name)
        if found is None or found.error is not None:
            missing.append(topic)
        elif len(found.partitions) != topic.partitions:
            raise _mismatch(topic, len(found.partitions))
    _create(admin, missing)
    _await_leaders(admin, missing)


def _create(admin: AdminClient, topics: Iterable[Topic]) -> None:
    new = [
        NewTopic(
            topic.name,
            num_partitions=topic.partitions,
            replication_factor=topic.replication,
            config=dict(topic.config),
        )
        for topic in topics
    ]
    creations: dict[str, Future[None]] = admin.create_topics(new) if new else {}
    for creation in creations.values():
        try:
            creation.result(TIMEOUT_SECONDS)
        except KafkaException as error:
            # Another worker that starts at the same time declares the same topics.
            if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
                raise


def _await_leaders(admin: AdminClient, topics: Sequence[Topic]) -> None:
    """Wait until brokers tell of the topics: they say they made them before they tell anybody else.

    A consumer that starts meanwhile takes them to have no partitions.
    """
    deadline = time.monotonic() + TIMEOUT_SECONDS
    waiting = list(topics)
    while waiting:
        known = admin.list_topics(timeout=TIMEOUT_SECONDS).topics
        waiting = [topic for topic in waiting if not _is_led(known.get(topic.name), topic.partitions)]
        if waiting and time.monotonic() > deadline:
            raise KafkaException(
                KafkaError(KafkaError.LEADER_NOT_AVAILABLE, f"no leader of {waiting[0].name}")
            )
        if waiting:
            time.sleep(POLL_SECONDS)


def _is_led(found: TopicMetadata | None, partitions: int) -> bool:
    """Whether all partitions are there and have a leader."""
    if found is None or len(found.partitions) < partitions:
        return False
    return all(partition.leader >= 0 for partition in found.partitions.values())


def _mismatch(topic: Topic, found: int) -> TopicMismatch:
    return TopicMismatch(
        f"Topic {topic.name!r} has {found} partitions, {topic.partitions} are declared. State is kept by "
        f"partition and cannot be split afterwards: set the number of partitions to {found}, or use a new "
        f"application id with new topics and replay into them."
    )
