"""Records of the models' topics as updates of a replica; what cannot be read is refused with its position."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from confluent_kafka import Message

from models.errors import CorruptState
from models.events import CatalogRecord
from models.items import ModelRows, decode_models
from models.playlists import Deleted, Playlist, PlaylistKind
from models.trainer import ModelWeights, decode_model_weights
from streams.schemas import Refused, decode_catalog, decode_playlist
from streams.topics import ITEM_MODELS, MODEL_WEIGHTS, PLAYLISTS, is_record_key

_KINDS: Final = {ITEM_MODELS.name: "item model", MODEL_WEIGHTS.name: "weights", PLAYLISTS.name: "playlist"}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Models:
    """Item models that arrived together: an id for each row."""

    items: tuple[str, ...]
    rows: ModelRows


Update = Models | CatalogRecord | ModelWeights | Playlist | Deleted


@dataclass(frozen=True, slots=True)
class Arrived:
    """What one fetch brought, and up to where (exclusive) its partitions have arrived with it."""

    updates: tuple[Update, ...]
    ends: Mapping[tuple[str, int], int]


def decode_updates(messages: Sequence[Message]) -> Arrived:
    """Decode what one fetch brought; models that came together are decoded together."""
    models: list[Message] = []
    others: list[Update] = []
    for message in messages:
        _sort(message, models, others)
    ends = {place_of(message): (message.offset() or 0) + 1 for message in messages}
    return Arrived((*others, *_decode_all(models)), ends)


def _sort(message: Message, models: list[Message], others: list[Update]) -> None:
    """Put a model aside, to be decoded with others, and decode anything else."""
    key = message.key() or b""
    if message.topic() == ITEM_MODELS.name and not is_record_key(key):
        models.append(message)
        return
    try:
        if message.topic() == MODEL_WEIGHTS.name:
            others.append(decode_model_weights(message.value() or b""))
        elif message.topic() == PLAYLISTS.name:
            others.append(_decode_playlist(key, message))
        else:
            item = key[: key.index(b"\0")]
            others.append(decode_catalog(item, message.value()))
    except (CorruptState, Refused) as error:
        _log_refused(message, error)


def _decode_playlist(key: bytes, message: Message) -> Playlist | Deleted:
    """Decode a playlist of the editors; to a replica one of a listener is none."""
    _, timestamp_ms = message.timestamp()
    # Its own time, not the clock's: who reads it again must accept the same.
    recorded_at = timestamp_ms / 1000
    playlist = decode_playlist(key, message.value(), recorded_at=recorded_at, now=recorded_at)
    if playlist is not None and playlist.kind is PlaylistKind.EDITORIAL:
        return playlist
    try:
        return Deleted(key.decode())
    except UnicodeDecodeError as error:
        raise Refused("key is not UTF-8", "key") from error


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


def place_of(message: Message) -> tuple[str, int]:
    """Topic and partition of a record."""
    return message.topic() or "", message.partition() or 0


def _log_refused(message: Message, error: Exception) -> None:
    logger.error(
        "refused %s of %s at %s-%s, offset %s: %s; the last good one is kept",
        _KINDS[message.topic() or ""],
        message.key(),
        *place_of(message),
        message.offset(),
        error,
    )
