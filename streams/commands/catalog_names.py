"""What items are called, from the topic `catalog`."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from confluent_kafka import Message

from streams.demo.names import Names
from streams.schemas import Refused, decode_catalog
from streams.topic_reader import TopicReader
from streams.topics import CATALOG


def read_names(brokers: str) -> Names:
    """Read what the catalog says now.

    Raises:
        Unreachable: Kafka does not answer, or the topic is missing.
    """
    names = Names()
    with TopicReader(brokers, CATALOG.name, from_beginning=True) as catalog:
        learn_names(names, catalog.read_to_end())
    return names


def learn_names(names: Names, messages: Iterable[Message]) -> None:
    """Take in records of the catalog."""
    for message in messages:
        # What a worker refuses names nothing here either: that item goes by its id.
        with suppress(Refused):
            names.add(decode_catalog(message.key(), message.value()))
