"""A replica's snapshot beside its topics: whether it is theirs, what is in it, and where to read on."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from confluent_kafka import Consumer, TopicCollection, TopicPartition
from confluent_kafka.admin import AdminClient

from models.catalogue import Catalogue
from models.errors import CorruptState
from models.saved_catalogue import restore_catalogue, save_catalogue
from models.trainer import ModelWeights, decode_model_weights, encode_model_weights
from streams.snapshot import Snapshot, Source, write_snapshot
from streams.topics import ITEM_MODELS, MODEL_WEIGHTS, PLAYLISTS

TOPICS: Final = (ITEM_MODELS.name, MODEL_WEIGHTS.name, PLAYLISTS.name)
KAFKA_SECONDS: Final = 30.0
_WEIGHTS: Final = "model weights"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a snapshot held; `offsets` are those of the records that come next."""

    catalogue: Catalogue
    weights: ModelWeights | None
    offsets: Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Origin:
    """The topics as the cluster knows them: made anew they have other ids, and other records."""

    cluster: str
    topics: Mapping[str, str]


def find_origin(brokers: str) -> Origin:
    """Ask Kafka which cluster this is and which topics these are. Raises `KafkaException`."""
    admin = AdminClient({"bootstrap.servers": brokers, "log_level": 2})
    cluster = admin.describe_cluster(request_timeout=KAFKA_SECONDS).result().cluster_id
    found = admin.describe_topics(TopicCollection(list(TOPICS)), request_timeout=KAFKA_SECONDS)
    return Origin(cluster, {name: str(topic.result().topic_id) for name, topic in found.items()})


def load_saved(path: Path, origin: Origin, consumer: Consumer) -> Saved | None:
    """Load the snapshot of these topics, None without one; says in one line of the log why there is none."""
    try:
        snapshot = Snapshot(path)
        try:
            offsets = _check_source(snapshot.source, origin, consumer)
            weights = snapshot.read(_WEIGHTS).tobytes()
            saved = Saved(
                restore_catalogue(snapshot.read), decode_model_weights(weights) if weights else None, offsets
            )
        finally:
            snapshot.close()
    except FileNotFoundError:
        logger.info("no snapshot of the models yet: their topics are read from the beginning")
        return None
    except (CorruptState, OSError) as error:
        logger.warning("%s is not used, the topics are read from the beginning: %s", path.name, error)
        return None
    logger.info("%s items from the snapshot", f"{len(saved.catalogue):,}")
    return saved


def save_replica(
    path: Path,
    origin: Origin,
    *,
    catalogue: Catalogue,
    weights: ModelWeights | None,
    offsets: Mapping[tuple[str, int], int],
) -> None:
    """Write a snapshot of what was applied up to `offsets`; a disk that fails is told, and ends nothing."""
    by_topic: dict[str, dict[str, int]] = {name: {} for name in TOPICS}
    for (topic, partition), offset in offsets.items():
        by_topic[topic][str(partition)] = offset
    numbers = np.frombuffer(encode_model_weights(weights) if weights else b"", np.uint8)
    try:
        arrays = {**save_catalogue(catalogue), _WEIGHTS: numbers}
        write_snapshot(path, Source(origin.cluster, origin.topics, by_topic), arrays)
    except OSError as error:
        logger.error("the snapshot was not written, the one before stays: %s", error)


def _check_source(source: Source, origin: Origin, consumer: Consumer) -> dict[tuple[str, int], int]:
    """The offsets of a snapshot, if the topics hold what comes after them."""
    if (source.cluster, dict(source.topics)) != (origin.cluster, dict(origin.topics)):
        raise CorruptState("it is of other topics")
    offsets = {}
    for topic in TOPICS:
        for number, offset in source.offsets[topic].items():
            place = TopicPartition(topic, int(number))
            first, end = consumer.get_watermark_offsets(place, timeout=KAFKA_SECONDS)
            if not first <= offset <= end:
                raise CorruptState(f"{topic}-{number} holds {first} to {end}, not {offset}")
            offsets[topic, int(number)] = offset
    return offsets
