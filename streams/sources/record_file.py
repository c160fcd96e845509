"""The file between `segue import` and `segue replay`: one JSON object a line, each a record for a topic."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import orjson

from models.events import CatalogRecord, Event
from models.playlists import Playlist
from streams.schemas import (
    Refused,
    encode_catalog,
    encode_event,
    encode_playlist,
    parse_catalog,
    parse_event,
    parse_playlist,
)
from streams.schemas.fields import as_document
from streams.sources.rows import UnreadableSource
from streams.topics import CATALOG, LISTENING_EVENTS, PLAYLISTS

_HINT: Final = "Write the file anew with `segue import FORMAT PATH --output FILE`."


@dataclass(frozen=True, slots=True)
class Record:
    """What goes to Kafka; `at` is the time of an event, in Unix seconds, and None for anything else."""

    topic: str
    key: bytes
    value: bytes
    at: float | None


def to_record(noun: Event | CatalogRecord | Playlist) -> Record:
    """Make the record that carries an event, what the catalogue says of an item, or a playlist."""
    match noun:
        case Event():
            return Record(LISTENING_EVENTS.name, noun.user.encode(), encode_event(noun), noun.at)
        case CatalogRecord():
            return Record(CATALOG.name, noun.item.encode(), encode_catalog(noun), None)
        case Playlist():
            return Record(PLAYLISTS.name, noun.id.encode(), encode_playlist(noun), None)


def encode_line(record: Record) -> bytes:
    r"""Write a record as one line of JSON.

    >>> encode_line(to_record(CatalogRecord(item="t:1", title="Dreams", artist="Shindy")))
    b'{"topic":"catalog","key":"t:1","value":{"item":"t:1","title":"Dreams","artist":"Shindy"}}\n'
    """
    line = {"topic": record.topic, "key": record.key.decode(), "value": orjson.Fragment(record.value)}
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def decode_line(line: bytes, *, now: float) -> Record:
    """Read one line by the rules of the wire; unknown fields pass. Raises `Refused`."""
    try:
        document = as_document(orjson.loads(line), "line")
    except orjson.JSONDecodeError as error:
        raise Refused(f"line is not JSON: {error.msg}", "line") from error
    value = as_document(document.get("value"), "value")
    at: float | None
    match document.get("topic"):
        case LISTENING_EVENTS.name:
            event = parse_event(value, now=now)
            topic, key, at = LISTENING_EVENTS.name, event.user, event.at
        case CATALOG.name:
            topic, key, at = CATALOG.name, parse_catalog(value).item, None
        case PLAYLISTS.name:
            topic, key, at = PLAYLISTS.name, parse_playlist(value, recorded_at=now, now=now).id, None
        case _:
            known = f"{LISTENING_EVENTS.name}, {CATALOG.name} or {PLAYLISTS.name}"
            raise Refused(f"topic must be {known}", "topic")
    if document.get("key") != key:
        raise Refused(f"key must be {key!r}, as in its value", "key")
    return Record(topic, key.encode(), orjson.dumps(value), at)


def write_records(path: Path, records: Iterable[Record]) -> None:
    """Write a file of records, compressed where its name ends in `.gz`, under its name only when complete.

    The same records give the same bytes. Raises `OSError`.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as file, _compressed(file, path) as out:
            out.writelines(map(encode_line, records))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_records(path: Path, *, now: float) -> Iterator[Record]:
    """Yield the records of a file; raises `UnreadableSource` that names the line of the first wrong one."""
    for number, line in enumerate(read_lines(path), start=1):
        try:
            yield decode_line(line, now=now)
        except Refused as refused:
            raise UnreadableSource(f"{path}, line {number}: {refused}", hint=_HINT) from refused


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a plain or compressed file; raises `UnreadableSource` where it cannot be read."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as lines:
            yield from lines
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableSource(f"{path} cannot be read: {error}", hint=_HINT) from error


@contextmanager
def _compressed(file: IO[bytes], path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if path.suffix != ".gz":
        yield file
        return
    # Neither time nor name goes into the header, so that equal records are equal files.
    with gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=6, mtime=0) as out:
        yield out
