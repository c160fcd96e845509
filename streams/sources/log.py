"""Several listening logs -> one stream in time order, for `segue import` and `segue backtest`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

from models.events import CatalogRecord, Event
from models.playlists import Playlist
from streams.sources.csv_log import read_csv
from streams.sources.hetrec import read_hetrec
from streams.sources.pairs import read_pairs
from streams.sources.rows import BadRow, Imported, Source
from streams.sources.sequences import read_sequences, read_sets
from streams.sources.spotify import read_spotify


class Format(StrEnum):
    """The formats that can be imported."""

    SPOTIFY = "spotify"
    CSV = "csv"
    SEQUENCES = "sequences"
    SETS = "sets"
    HETREC = "hetrec"
    PAIRS = "pairs"


SOURCES: Final[Mapping[Format, Source]] = {
    Format.SPOTIFY: read_spotify,
    Format.CSV: read_csv,
    Format.SEQUENCES: read_sequences,
    Format.SETS: read_sets,
    Format.HETREC: read_hetrec,
    Format.PAIRS: read_pairs,
}


def read_rows(paths: Sequence[Path], format: Format, user: str, *, now: float) -> Iterator[Imported]:
    """Yield what the logs hold, file after file, as it is read; `UnreadableSource` stops the reading."""
    for path in paths:
        yield from SOURCES[format](path, user=user, now=now)


def in_time_order(imported: Iterable[Imported]) -> list[Imported]:
    """Order by the time of events and playlists; equal times keep the order of files and rows.

    Bad rows, which have no time, come first; the record of an item comes once, before its first event, or
    last where nobody played it.
    """
    bad: list[Imported] = []
    records: dict[str, CatalogRecord] = {}
    timed: list[Event | Playlist] = []
    for one in imported:
        match one:
            case BadRow():
                bad.append(one)
            case CatalogRecord():
                records.setdefault(one.item, one)
            case Event() | Playlist():
                timed.append(one)
    timed.sort(key=lambda one: one.at)
    happened = [each for one in timed for each in _with_record(one, records)]
    return bad + happened + list(records.values())


def read_listening_log(paths: Sequence[Path], format: Format, user: str, *, now: float) -> list[Imported]:
    """Read listening logs into one list in time order; `user` is the listener of rows that name none.

    `now` (Unix seconds) is the time of reading: rows more than a day ahead of it are bad. Every event and
    record satisfies the rules of the wire. Raises `UnreadableSource` for a path that is no such log.
    """
    return in_time_order(read_rows(paths, format, user, now=now))


def _with_record(one: Event | Playlist, records: dict[str, CatalogRecord]) -> list[Imported]:
    record = records.pop(one.item, None) if isinstance(one, Event) else None
    return [one] if record is None else [record, one]
