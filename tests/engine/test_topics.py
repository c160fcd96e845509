"""Topics are as declared, or the worker does not start."""

import uuid

import pytest

from streams.engine import Topic, TopicMismatch, declare


def test_declares_once_and_refuses_another_partition_count(broker: str) -> None:
    name = f"topic-{uuid.uuid4().hex[:8]}"
    declare(broker, [Topic(name, 3, config={"cleanup.policy": "compact"})])
    declare(broker, [Topic(name, 3)])
    with pytest.raises(TopicMismatch, match="has 3 partitions, 4 are declared"):
        declare(broker, [Topic(name, 4)])
