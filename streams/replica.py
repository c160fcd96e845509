"""The replica: a worker's copy of all item models and weights, fed by a consumer in a thread."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from models.catalogue import Catalogue
from models.events import CatalogRecord
from models.playlists import Deleted, Playlist
from models.trainer import ModelWeights
from streams.model_updates import Arrived, Models, decode_updates, place_of
from streams.saved_replica import TOPICS, Origin, find_origin, load_saved, save_replica
from streams.snapshot import FILE_NAME
from streams.topics import ITEM_MODELS

FETCH: Final = 2_000
POLL_SECONDS: Final = 0.02
LOOK_SECONDS: Final = 0.02
LOAD_SECONDS: Final = 120.0
LOADED_AT_ONCE: Final = 10
"""Fetches that are waited for before they are applied, while everything is loaded."""


class ReplicaFailed(RuntimeError):
    """The models could not be read from Kafka in time."""


class Replica:
    """Follows `item-models`, `model-weights` and `playlists`; what arrived is applied when asked.

    A value that cannot be read is refused with its position, and the last good one is kept. `home` is where
    its snapshot lies.
    """

    def __init__(self, brokers: str, *, home: Path, on_failure: Callable[[BaseException], None]) -> None:
        self._brokers = brokers
        self._path = home / FILE_NAME
        self._consumer = Consumer(
            {
                "bootstrap.servers": brokers,
                "group.id": "segue-replica",  # never joined: partitions are assigned by hand
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 20,
                "log_level": 2,
            }
        )
        self._on_failure = on_failure
        self._arrived: deque[Arrived] = deque()
        self._positions: dict[tuple[str, int], int] = {}
        self._applied: dict[tuple[str, int], int] = {}
        self._weights: ModelWeights | None = None
        self._newer = False
        self._origin: Origin | None = None
        self._stopping = threading.Event()
        self._loaded = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="replica", daemon=True)

    def load(self, catalogue: Catalogue) -> Catalogue:
        """Take in everything that was published so far; returns the catalogue that holds it.

        That is the one of the snapshot, which what came after it is applied to, or else the one given.

        Raises:
            ReplicaFailed: Kafka delivered nothing for two minutes.
        """
        self._origin = find_origin(self._brokers)
        saved = load_saved(self._path, self._origin, self._consumer)
        if saved is not None:
            catalogue, self._weights, self._newer = saved.catalogue, saved.weights, saved.weights is not None
            self._positions, self._applied = dict(saved.offsets), dict(saved.offsets)
        self._thread.start()
        deadline = time.monotonic() + LOAD_SECONDS
        while not self._loaded.wait(LOOK_SECONDS):
            # A million models that wait take as much memory as the catalogue that they are for.
            if len(self._arrived) >= LOADED_AT_ONCE:
                self._take_in(catalogue)
                deadline = time.monotonic() + LOAD_SECONDS
            elif time.monotonic() > deadline:
                raise ReplicaFailed(f"{ITEM_MODELS.name} was not read in {LOAD_SECONDS:.0f} s; is Kafka up?")
        return catalogue

    def stop(self) -> None:
        """Stop following; what arrived can still be applied."""
        self._stopping.set()
        self._thread.join()

    def apply(self, catalogue: Catalogue) -> ModelWeights | None:
        """Apply what arrived to the catalogue; returns the newest weights, if new ones arrived.

        Records, then models, then playlists go in together, so that how Kafka cut them changes nothing.
        """
        self._take_in(catalogue)
        newer, self._newer = self._newer, False
        return self._weights if newer else None

    def save(self, catalogue: Catalogue) -> None:
        """Write a snapshot of what was applied; nothing may be applied meanwhile."""
        if self._origin is not None:
            save_replica(
                self._path, self._origin, catalogue=catalogue, weights=self._weights, offsets=self._applied
            )

    def position(self, topic: str, partition: int) -> int:
        """The offset up to which a partition has arrived (exclusive)."""
        return self._positions.get((topic, partition), 0)

    def _take_in(self, catalogue: Catalogue) -> None:
        models: list[Models] = []
        records: list[CatalogRecord] = []
        playlists: list[Playlist | Deleted] = []
        for _ in range(len(self._arrived)):
            arrived = self._arrived.popleft()
            for update in arrived.updates:
                match update:
                    case Models() as some:
                        models.append(some)
                    case CatalogRecord() as record:
                        records.append(record)
                    case Playlist() | Deleted() as change:
                        playlists.append(change)
                    case ModelWeights() as newer:
                        self._weights, self._newer = newer, True
            self._applied |= arrived.ends
        if records:
            catalogue.apply_records(records)
        if models:
            ids = [item for some in models for item in some.items]
            catalogue.apply_models(ids, np.concatenate([some.rows for some in models]))
        if playlists:
            catalogue.apply_playlists(playlists)

    def _follow(self) -> None:
        try:
            partitions = self._assign()
            ended: set[tuple[str, int]] = set()
            while not self._stopping.is_set():
                messages = self._consumer.consume(FETCH, POLL_SECONDS)
                self._take(messages, ended)
                if len(ended) == partitions:
                    self._loaded.set()
            self._consumer.close()
        except BaseException as error:
            # A worker whose catalogue stands still would go on with stale slates.
            self._on_failure(error)

    def _assign(self) -> int:
        metadata = self._consumer.list_topics(timeout=30)
        partitions = [
            TopicPartition(topic, partition, self._positions.get((topic, partition), OFFSET_BEGINNING))
            for topic in TOPICS
            for partition in metadata.topics[topic].partitions
        ]
        self._consumer.assign(partitions)
        return len(partitions)

    def _take(self, messages: Sequence[Message], ended: set[tuple[str, int]]) -> None:
        records = []
        for message in messages:
            error = message.error()
            if error is None:
                records.append(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add(place_of(message))
            elif not error.retriable() and error.fatal():
                raise KafkaException(error)
        if records:
            arrived = decode_updates(records)
            self._arrived.append(arrived)
            self._positions |= arrived.ends
