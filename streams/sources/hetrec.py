"""HetRec 2011's Last.fm data (Cantador et al. 2011): who played which artist how often, and tagged it how."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from models.events import PLAY_MS, CatalogRecord, EventType
from streams.schemas import ID_BYTES, TAGS_MAX, Refused, parse_catalog, parse_event
from streams.schemas.fields import text
from streams.sources.record_file import read_lines
from streams.sources.rows import BadRow, Imported, UnreadableSource
from streams.sources.sequences import END, STEP_SECONDS

COLUMNS: Final = {
    "artists": ("id", "name"),
    "tags": ("tagID", "tagValue"),
    "user_taggedartists": ("userID", "artistID", "tagID"),
    "user_artists": ("userID", "artistID", "weight"),
}
"""Each file and the first columns of its header; further ones are not read."""

_HINT: Final = f"Name the folder that holds {', '.join(f'{name}.dat' for name in COLUMNS)}, plain or .gz."
_ID: Final = text("id", max_bytes=ID_BYTES, required=True)
_TAG: Final = text("tagValue", max_bytes=ID_BYTES, required=True)
_COLUMN_OF: Final = {"id": "id", "item": "id", "title": "name", "artist": "name"}


def read_hetrec(path: Path, *, user: str, now: float) -> Iterator[Imported]:
    """Yield the artists in a folder, or beside the file, at `path`, then who played them.

    Files may be named as published or after `hetrec_`. An artist's tags weigh as many listeners as gave them;
    of more than 256 those with most are kept. Each listener plays each artist once, a minute apart, the least
    played first: the files hold counts and no times. A bad row is named by its line, the header being line 1.
    Artists that were tagged and have no name are passed over. `user` is not asked for. Raises
    `UnreadableSource` where a file is missing or is another.
    """
    folder = path if path.is_dir() else path.parent
    tables = {name: _Table(_find(folder, name), columns) for name, columns in COLUMNS.items()}
    tags = _tags(tables["tags"])
    artists = _artists(tables["artists"], _given(tables["user_taggedartists"], tags))
    listeners = _counted(tables["user_artists"], artists)
    for table in tables.values():
        yield from table.bad
    yield from artists.values()
    for listener, counts in listeners.items():
        yield from _plays(tables["user_artists"], listener, counts, artists, now)


class _Table:
    """The rows of a file and, once they were read, those that are `bad`."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._path = path
        self._columns = columns
        self.bad: list[BadRow] = []

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for number, line in enumerate(self._lines(), start=1):
            cells = line.rstrip("\r\n").split("\t")
            if number == 1:
                self._check_header(cells)
            elif len(cells) >= len(self._columns):
                yield number, cells
            elif cells != [""]:
                self.refuse(number, self._columns[len(cells)], f"the row has {len(cells)} columns")

    def refuse(self, number: int, column: str, reason: str) -> None:
        """Leave a row out."""
        self.bad.append(self.bad_row(number, column, reason))

    def bad_row(self, number: int, column: str, reason: str) -> BadRow:
        """Name a row that cannot be read."""
        return BadRow(str(self._path), number, column, reason)

    def _lines(self) -> Iterator[str]:
        try:
            for line in read_lines(self._path):
                try:
                    yield line.decode()
                except UnicodeDecodeError:
                    # The tags were published in Latin-1, the artists in UTF-8.
                    yield line.decode("latin-1")
        except UnreadableSource as error:
            raise UnreadableSource(str(error), hint=_HINT) from error

    def _check_header(self, cells: Sequence[str]) -> None:
        if tuple(cells[: len(self._columns)]) != tuple(self._columns):
            raise UnreadableSource(f"{self._path} does not begin with {', '.join(self._columns)}", hint=_HINT)


def _find(folder: Path, name: str) -> Path:
    """The file of a name in any of its spellings."""
    spellings = [folder / f"{prefix}{name}.dat{end}" for prefix in ("", "hetrec_") for end in ("", ".gz")]
    found = next((path for path in spellings if path.is_file()), None)
    if found is None:
        raise UnreadableSource(f"{folder} holds no {name}.dat", hint=_HINT)
    return found


def _tags(table: _Table) -> dict[str, str]:
    """The name of each tag."""
    tags = {}
    for number, (tag, value, *_) in table:
        try:
            tags[tag] = _TAG({"tagValue": value})
        except Refused as refused:
            table.refuse(number, refused.field, refused.reason)
    return tags


def _given(table: _Table, tags: Mapping[str, str]) -> dict[str, Counter[str]]:
    """How many listeners gave each tag, by artist."""
    given: dict[str, Counter[str]] = defaultdict(Counter)
    for number, (_, artist, tag, *_) in table:
        if tag in tags:
            given[artist][tags[tag]] += 1
        else:
            table.refuse(number, "tagID", f"there is no tag {tag!r}")
    return given


def _artists(table: _Table, given: Mapping[str, Counter[str]]) -> dict[str, CatalogRecord]:
    """The record of each artist."""
    artists = {}
    for number, (artist, name, *_) in table:
        tags = sorted(given.get(artist, Counter()).items(), key=lambda tag: (-tag[1], tag[0]))[:TAGS_MAX]
        try:
            artists[artist] = parse_catalog(
                {"item": f"artist-{_ID({'id': artist})}", "title": name, "artist": name, "tags": dict(tags)}
            )
        except Refused as refused:
            table.refuse(number, _COLUMN_OF[refused.field], refused.reason)
    return artists


def _counted(table: _Table, artists: Mapping[str, CatalogRecord]) -> dict[str, dict[str, tuple[int, int]]]:
    """How often each listener played each artist, and the line that says so."""
    counted: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for number, (user, artist, weight, *_) in table:
        if artist not in artists:
            table.refuse(number, "artistID", f"there is no artist {artist!r}")
        elif not (weight.isascii() and weight.isdigit() and int(weight)):
            table.refuse(number, "weight", f"{weight!r} is not a number of plays")
        elif artist in counted[user]:
            table.refuse(number, "artistID", f"an earlier line has artist {artist!r} of this listener")
        else:
            counted[user][artist] = int(weight), number
    return counted


def _plays(
    table: _Table,
    user: str,
    counts: Mapping[str, tuple[int, int]],
    artists: Mapping[str, CatalogRecord],
    now: float,
) -> Iterator[Imported]:
    """One listener's plays, the artist played least first."""
    rows = sorted(counts.items(), key=lambda row: (row[1][0], -row[1][1]))
    for place, (artist, (_, number)) in enumerate(rows, start=1):
        try:
            yield parse_event(
                {
                    "id": f"{user}-{artist}",
                    "type": EventType.PLAY.value,
                    "user": user,
                    "item": artists[artist].item,
                    "at": END - STEP_SECONDS * (len(rows) - place),
                    "ms_played": PLAY_MS,
                },
                now=now,
            )
        except Refused as refused:
            yield table.bad_row(number, "userID", refused.reason)
