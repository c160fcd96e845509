"""The format of `catalog`: one JSON object an item, its record key the item."""

from __future__ import annotations

import orjson

from models.events import CatalogRecord
from streams.schemas import fields
from streams.schemas.fields import Document
from streams.schemas.json_text import load_object
from streams.schemas.refused import Refused


def decode_catalog(key: bytes | None, value: bytes | None) -> CatalogRecord:
    """Read one record of `catalog`; raise `Refused` for any bytes that are not a valid one.

    >>> decode_catalog(b"t:1", b'{"item": "t:1", "title": "Dreams", "artist": "Shindy"}').title
    'Dreams'
    """
    record = parse_catalog(load_object(value))
    if key != record.item.encode():
        raise Refused("key is missing" if key is None else "key must be the item", "key")
    return record


def parse_catalog(document: Document) -> CatalogRecord:
    """Check a JSON object by the table of fields and make a record of it; raise `Refused` if it breaks it."""
    return CatalogRecord(
        item=fields.ITEM(document),
        title=fields.TITLE(document),
        artist=fields.ARTIST(document),
        duration_ms=fields.DURATION_MS(document),
        genres=fields.GENRES(document),
        tags=fields.TAGS(document),
        features=fields.FEATURES(document),
    )


def encode_catalog(record: CatalogRecord) -> bytes:
    """Write a record as compact JSON without its defaults; `decode_catalog` inverts it."""
    document: dict[str, object] = {
        "item": record.item,
        "title": record.title,
        "artist": record.artist,
        "duration_ms": record.duration_ms,
        "genres": record.genres,
        "tags": dict(record.tags),
        "features": dict(record.features),
    }
    return orjson.dumps({name: value for name, value in document.items() if value})
