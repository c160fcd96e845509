"""The replica: a worker's copy of all item models and weights, fed by a consumer in a thread."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition

from models.catalogue import Catalogue
from models.errors import CorruptState
from models.events import CatalogRecord
from models.items import ModelRows, decode_models
from models.trainer import ModelWeights, decode_model_weights
from streams.schemas import Refused, decode_catalog
from streams.topics import ITEM_MODELS, MODEL_WEIGHTS, is_record_key

FETCH: Final = 2_000
POLL_SECONDS: Final = 0.02
LOAD_SECONDS: Final = 120.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Models:
    """Item models that arrived together: an id for each row."""

    items: tuple[str, ...]
    rows: ModelRows


Update = Models | CatalogRecord | ModelWeights


class ReplicaFailed(RuntimeError):
    """The models could not be read from Kafka in time."""


class Replica:
    """Follows `item-models` and `model-weights`; what arrived is applied when asked, between batches.

    A value that cannot be read is refused with its position, and the last good one is kept.
    """

    def __init__(self, brokers: str, *, on_failure: Callable[[BaseException], None]) -> None:
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
        self._arrived: deque[Update] = deque()
        self._positions: dict[tuple[str, int], int] = {}
        self._stopping = threading.Event()
        self._loaded = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="replica", daemon=True)

    def load(self) -> None:
        """Start following and wait until everything that was published so far has arrived.

        Raises:
            ReplicaFailed: Kafka did not deliver it within two minutes.
        """
        self._thread.start()
        if not self._loaded.wait(LOAD_SECONDS):
            raise ReplicaFailed(f"{ITEM_MODELS.name} was not read within {LOAD_SECONDS:.0f} s; is Kafka up?")

    def stop(self) -> None:
        """Stop following; what arrived can still be applied."""
        self._stopping.set()
        self._thread.join()

    def apply(self, catalogue: Catalogue) -> ModelWeights | None:
        """Apply what arrived to the catalogue; returns the newest weights, if new ones arrived.

        Records and then models go in together, so that how Kafka cut them changes nothing.
        """
        weights: ModelWeights | None = None
        models: list[Models] = []
        records: list[CatalogRecord] = []
        for _ in range(len(self._arrived)):
            match self._arrived.popleft():
                case Models() as some:
                    models.append(some)
                case CatalogRecord() as record:
                    records.append(record)
                case ModelWeights() as newer:
                    weights = newer
        if records:
            catalogue.apply_records(records)
        if models:
            ids = [item for some in models for item in some.items]
            catalogue.apply_models(ids, np.concatenate([some.rows for some in models]))
        return weights

    def position(self, topic: str, partition: int) -> int:
        """The offset up to which a partition has arrived (exclusive)."""
        return self._positions.get((topic, partition), 0)

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
            TopicPartition(topic, partition, OFFSET_BEGINNING)
            for topic in (ITEM_MODELS.name, MODEL_WEIGHTS.name)
            for partition in metadata.topics[topic].partitions
        ]
        self._consumer.assign(partitions)
        return len(partitions)

    def _take(self, messages: Sequence[Message], ended: set[tuple[str, int]]) -> None:
        models: list[Message] = []
        for message in messages:
            error = message.error()
            if error is None:
                self._sort(message, models)
            elif error.code() == KafkaError._PARTITION_EOF:
                ended.add(_place(message))
            elif not error.retriable() and error.fatal():
                raise KafkaException(error)
        self._arrived.extend(_decode_all(models))
        for message in messages:
            if message.error() is None:
                self._positions[_place(message)] = (message.offset() or 0) + 1

    def _sort(self, message: Message, models: list[Message]) -> None:
        key = message.key() or b""
        if message.topic() == ITEM_MODELS.name and not is_record_key(key):
            models.append(message)
            return
        try:
            if message.topic() == MODEL_WEIGHTS.name:
                self._arrived.append(decode_model_weights(message.value() or b""))
            else:
                item = key[: key.index(b"\0")]
                self._arrived.append(decode_catalog(item, message.value()))
        except (CorruptState, Refused) as error:
            _log_refused(message, error)


def _decode_all(messages: list[Message]) -> list[Models]:
    """Decode many models at once; one by one where a bad one is among them."""
    if not messages:
        return []
    try:
        rows = decode_models([message.value() or b"" for message in messages])
    except CorruptState as error:
        if len(messages) == 1:
            _log_refused(messages[0], error)
            return []
        half = len(messages) // 2
        return _decode_all(messages[:half]) + _decode_all(messages[half:])
    return [Models(items=tuple((message.key() or b"").decode() for message in messages), rows=rows)]


def _place(message: Message) -> tuple[str, int]:
    return message.topic() or "", message.partition() or 0


def _log_refused(message: Message, error: Exception) -> None:
    logger.error(
        "refused %s of %s at %s-%s, offset %s: %s; the last good one is kept",
        "weights" if message.topic() == MODEL_WEIGHTS.name else "item model",
        message.key(),
        *_place(message),
        message.offset(),
        error,
    )
