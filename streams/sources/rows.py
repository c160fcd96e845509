"""One row of a listening log -> an event and what the catalogue learns of its item, or a bad row."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from models.events import CatalogRecord, Ended, Event, EventType
from models.playlists import Playlist
from streams.schemas import ID_BYTES, Refused, parse_catalog, parse_event

_DIGEST_BYTES: Final = 12


class UnreadableSource(Exception):
    """A path that is no log of its format at all; `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row left out: `row` counts as the format's reader says, `column` is the file's own name for it."""

    path: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = f"{self.path}, row {self.row}"
        return f"{where}, column {self.column}: {self.reason}" if self.column else f"{where}: {self.reason}"


Imported = Event | CatalogRecord | Playlist | BadRow
"""What an importer yields; the record of an item comes before its first event, if it has one."""


class Source(Protocol):
    """A format: reads the log at `path`; `user` is the listener of rows that name none."""

    def __call__(self, path: Path, *, user: str, now: float) -> Iterator[Imported]:
        """Yield events, each item's record before its first event, and bad rows, in the order of the file."""


@dataclass(frozen=True, slots=True)
class Listen:
    """A row in our words, its values as the file has them: nothing is checked yet.

    `columns` says what the file calls each field, for those who must find the row that was refused.
    """

    row: int
    columns: Mapping[str, str]
    user: object
    at: float
    title: object
    artist: object
    ms_played: object
    item: object = None
    duration_ms: object = None
    ended: Ended = Ended.UNKNOWN
    device: str = ""


@dataclass(slots=True)
class RowReader:
    """Turns the listens of one file into checked events, catalog records and bad rows.

    The rules are those of the wire, so that a worker refuses nothing that was imported. An event's id is
    made of what happened, not of where it was read: importing a file again, or under another name, gives
    the same ids; the n-th equal row of a file ends in `-n`.
    """

    path: str
    now: float
    _items: set[str] = field(default_factory=set)
    _seen: Counter[str] = field(default_factory=Counter)

    def read(self, listen: Listen) -> Iterator[Imported]:
        """Yield the event of this row, after the record of its item if that is new; or one `BadRow`."""
        try:
            record = _record(listen)
            event = self._event(listen, record.item)
        except Refused as refused:
            yield self.bad(listen.row, listen.columns.get(refused.field, ""), refused.reason)
            return
        if record.item not in self._items:
            self._items.add(record.item)
            yield record
        yield event

    def bad(self, row: int, column: str, reason: str) -> BadRow:
        """Name a row of this file that cannot be read."""
        return BadRow(path=self.path, row=row, column=column, reason=reason)

    def _event(self, listen: Listen, item: str) -> Event:
        facts = f"{listen.user}\0{listen.at!r}\0{item}\0{listen.ms_played}"
        digest = _digest(facts)
        event = parse_event(
            {
                "id": digest if not self._seen[digest] else f"{digest}-{self._seen[digest] + 1}",
                "type": EventType.PLAY.value,
                "user": listen.user,
                "at": listen.at,
                "item": item,
                "ms_played": listen.ms_played,
                "duration_ms": listen.duration_ms,
                "ended": listen.ended.value,
                "context": {"device": listen.device},
            },
            now=self.now,
        )
        self._seen[digest] += 1
        return event


def track_id(artist: str, title: str) -> str:
    """Name a track by its artist and title where the log has no id.

    >>> track_id("Shindy", "Dreams"), track_id("A|B", "C")
    ('track:Shindy|Dreams', 'track:A%7CB|C')
    """
    return readable_id("track", artist, title)


def readable_id(kind: str, maker: str, title: str) -> str:
    """Name what somebody made where the log has no id: readable, stable, and no two alike.

    A bar in the maker is escaped, and a name too long for an id ends in a hash of the whole.
    """
    name = f"{kind}:{maker.replace('%', '%25').replace('|', '%7C')}|{title}"
    if len(name.encode()) <= ID_BYTES:
        return name
    tail = f"~{_digest(name)}"
    return name.encode()[: ID_BYTES - len(tail)].decode(errors="ignore") + tail


def _record(listen: Listen) -> CatalogRecord:
    document = {"title": listen.title, "artist": listen.artist, "duration_ms": listen.duration_ms}
    for name in ("title", "artist"):
        text = document[name]
        if text is None or (isinstance(text, str) and not text.strip()):
            raise Refused(f"{name} is missing", name)
    # Checked once before it has a name, so that a broken title is not reported as a broken id.
    unnamed = parse_catalog({**document, "item": "track:"})
    return parse_catalog({**document, "item": listen.item or track_id(unnamed.artist, unnamed.title)})


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
