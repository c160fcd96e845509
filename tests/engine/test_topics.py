"""Topics are as declared, or the worker does not start."""

import uuid

import pytest
from confluent_kafka.admin import AdminClient

from streams.engine import Topic, TopicMismatch, declare


def test_declares_once_and_refuses_another_partition_count(broker: str) -> None:
    name = f"topic-{uuid.uuid4().hex[:8]}"
    declare(broker, [Topic(name, 3, config={"cleanup.policy": "compact"})])
    declare(broker, [Topic(name, 3)])
    with pytest.raises(TopicMismatch, match="has 3 partitions, 4 are declared"):
        declare(broker, [Topic(name, 4)])


def test_what_was_declared_is_known_to_whoever_asks_next(broker: str) -> None:
    for _ in range(3):
        names = [f"topic-{uuid.uuid4().hex[:8]}" for _ in range(30)]
        declare(broker, [Topic(name, 4) for name in names])
        known = AdminClient({"bootstrap.servers": broker}).list_topics(timeout=30).topics
        assert all(len(known[name].partitions) == 4 for name in names if name in known)
        assert set(names) <= known.keys()
