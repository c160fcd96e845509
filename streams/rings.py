"""Every listener's ring, read from the changelog of the listeners table while workers go on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import numpy as np
from confluent_kafka import Message

from models.events import CatalogRecord, ItemKey, stable_key
from models.state import stored_rings
from streams.schemas import Refused, decode_catalog
from streams.topic_reader import TopicReader
from streams.topics import ITEM_MODELS, is_record_key


class Remembered(NamedTuple):
    """What rings hold: the items `played` for 30 seconds or more, by listener, and `records` of items.

    An item whose model was not published yet has no id: `unnamed` counts those, which go by their keys.
    """

    played: dict[str, set[str]]
    records: list[CatalogRecord]
    unnamed: int


def read_remembered(brokers: str, *, app_id: str) -> Remembered:
    """Read the state of the workers of `app_id`: each listener as after one of the last batches.

    Raises:
        Unreachable: Kafka does not answer, or has no such state.
        CorruptState: a value is not what a worker of this version writes.
    """
    # Rings before names: what is named later than a ring was written is named.
    keys_played = dict(_keys_played(brokers, app_id))
    names, records = _items_named(brokers)
    seen: set[int] = set().union(*map(set, keys_played.values()))
    played = {
        user: {names.get(key) or key_as_id(ItemKey(key)) for key in keys}
        for user, keys in keys_played.items()
    }
    return Remembered(played, records, unnamed=len(seen - names.keys()))


def key_as_id(key: ItemKey) -> str:
    """Write a key where the id is not known.

    >>> key_as_id(ItemKey(-2))
    'key:fffffffffffffffe'
    """
    return f"key:{key & 0xFFFF_FFFF_FFFF_FFFF:016x}"


def _keys_played(brokers: str, app_id: str) -> Iterator[tuple[str, list[int]]]:
    """Read one partition after the other: all that is stored of a listener lies in one."""
    with TopicReader(brokers, f"{app_id}-listeners-changelog", from_beginning=True) as changelog:
        for partition in changelog.partitions:
            changelog.seek({partition: None})
            values: dict[bytes, bytes] = {}
            for message in changelog.read_to_end():
                _apply(message, values)
            for user, ring in stored_rings(values):
                yield user, np.unique(ring.item[ring.good]).tolist()


def _apply(message: Message, values: dict[bytes, bytes]) -> None:
    """Do what a table does that is restored: a record without a value deletes its key."""
    key, value = message.key() or b"", message.value()
    if value is None:
        values.pop(key, None)
    else:
        values[key] = value


def _items_named(brokers: str) -> tuple[dict[int, str], list[CatalogRecord]]:
    """Give the ids of published items by their keys, and what the catalogue says of items."""
    names: dict[int, str] = {}
    records: list[CatalogRecord] = []
    with TopicReader(brokers, ITEM_MODELS.name, from_beginning=True) as models:
        for message in models.read_to_end():
            key = message.key() or b""
            item = key.partition(b"\0")[0]
            if is_record_key(key):
                # What a worker's replica refuses names nothing here either.
                with suppress(Refused):
                    records.append(decode_catalog(item, message.value()))
            names[stable_key(item.decode())] = item.decode()
    return names, records
