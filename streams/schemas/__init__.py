"""Bytes on the wire <-> nouns: the only place that knows the formats, their sizes, ranges and types."""

from streams.schemas.catalog import decode_catalog, encode_catalog, parse_catalog
from streams.schemas.events import decode_event, encode_event, parse_event
from streams.schemas.fields import DAY_MS, ID_BYTES, TAGS_MAX, Document
from streams.schemas.playlists import decode_playlist, encode_playlist, parse_playlist
from streams.schemas.refused import Refused

__all__ = [
    "DAY_MS",
    "ID_BYTES",
    "TAGS_MAX",
    "Document",
    "Refused",
    "decode_catalog",
    "decode_event",
    "decode_playlist",
    "encode_catalog",
    "encode_event",
    "encode_playlist",
    "parse_catalog",
    "parse_event",
    "parse_playlist",
]
