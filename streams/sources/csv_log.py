"""CSV with a header (`.csv` or `.csv.gz`, UTF-8): one listen a row, columns found by their usual names."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from streams.sources.rows import Imported, Listen, RowReader, UnreadableSource
from streams.sources.times import parse_time

ALIASES: Final = {
    "user": ("user", "user_id", "listener"),
    "at": ("end_time", "endtime", "ts", "timestamp", "at", "played_at"),
    "artist": ("artist", "artist_name", "artistname"),
    "title": ("track", "title", "track_name", "trackname"),
    "ms_played": ("ms_played", "msplayed", "duration_played"),
    "item": ("item", "track_id", "uri"),
    "duration_ms": ("duration_ms",),
}
"""Our field -> the headers that mean it, in lower case; of several in one file the first counts."""

_REQUIRED: Final = ("at", "artist", "title", "ms_played")
_WHOLE: Final = re.compile(r"\s*(-?[0-9]{1,18})(?:\.0+)?\s*")
_HINT: Final = "Save the log as CSV in UTF-8, separated by commas, with the column names in its first line."


def read_csv(path: Path, *, user: str, now: float) -> Iterator[Imported]:
    """Yield the listens of a CSV file; a row is named by its line, the header being line 1.

    Raises `UnreadableSource` where the file or a required column is missing.
    """
    with _opened(path) as text:
        rows = _numbered(text)
        header = _header(path, rows)
        places = _places(path, header)
        columns = {field: header[place] for field, place in places.items()}
        reader = RowReader(path=str(path), now=now)
        for line, row in rows:
            if isinstance(row, csv.Error):
                yield reader.bad(line, "", str(row))
            elif len(row) != len(header):
                column = header[min(len(row), len(header) - 1)]
                yield reader.bad(line, column, f"the row has {len(row)} columns, the header {len(header)}")
            else:
                values = {field: row[place] for field, place in places.items()}
                yield from _listen(reader, line, columns, values, user)


def _listen(
    reader: RowReader, line: int, columns: dict[str, str], values: dict[str, str], user: str
) -> Iterator[Imported]:
    try:
        at = parse_time(values["at"].strip())
    except ValueError as error:
        yield reader.bad(line, columns["at"], str(error))
        return
    yield from reader.read(
        Listen(
            row=line,
            columns=columns,
            user=values.get("user", user),
            at=at,
            title=values["title"],
            artist=values["artist"],
            ms_played=_number(values["ms_played"]),
            item=values.get("item"),
            duration_ms=_number(values.get("duration_ms", "")) or None,
        )
    )


def _numbered(text: TextIO) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Number each row by the line on which it begins; blank lines are no rows."""
    rows = csv.reader(text)
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, error
        else:
            if row:
                yield line, row


def _number(text: str) -> int | str:
    """Return a whole number, or the text itself for the rules to refuse by name."""
    match = _WHOLE.fullmatch(text)
    return int(match[1]) if match else text


def _header(path: Path, rows: Iterator[tuple[int, list[str] | csv.Error]]) -> list[str]:
    for _, header in rows:
        if isinstance(header, list):
            return header
    raise UnreadableSource(f"{path} is empty", hint=_HINT)


def _places(path: Path, header: Sequence[str]) -> dict[str, int]:
    """Find the place of each field in the header."""
    places = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    found = {
        field: next((places[name] for name in names if name in places), None)
        for field, names in ALIASES.items()
    }
    for field in _REQUIRED:
        if found[field] is None:
            names = " or ".join(ALIASES[field])
            have = ", ".join(header)[:200]
            raise UnreadableSource(f"{path} has no column {names}; it has {have}", hint=_HINT)
    return {field: place for field, place in found.items() if place is not None}


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        # Bytes that are not UTF-8 become surrogates, which the rules refuse in their row and column.
        with opener(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
            yield text
    except (OSError, EOFError, zlib.error, csv.Error) as error:
        raise UnreadableSource(f"{path} cannot be read: {error}", hint=_HINT) from error
