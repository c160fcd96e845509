"""The playlists of Spotify's account export -> playlists, and the catalog records of what is in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Final

import orjson

from models.events import CatalogRecord
from models.playlists import PlaylistKind
from streams.schemas import Refused, parse_catalog, parse_playlist
from streams.schemas.fields import Document, as_document
from streams.sources.rows import BadRow, Imported, UnreadableSource, readable_id, track_id
from streams.sources.times import parse_time

PLAYLIST_FILES: Final = ("Playlist[0-9]*.json",)

_KINDS: Final = (
    ("track", "trackName", "artistName", "trackUri"),
    ("episode", "episodeName", "showName", "episodeUri"),
)
"""Where an entry has its title, artist and id; files of the listener's own are neither."""
_COLUMNS: Final = {"title": "name", "at": "lastModifiedDate"}
"""What the export calls a field."""


def holds_playlists(name: str) -> bool:
    """Whether a file of an export, by its name, holds playlists.

    >>> holds_playlists("export/Playlist1.json"), holds_playlists("PlaylistInABottle.json")
    (True, False)
    """
    return any(fnmatchcase(PurePath(name).name, pattern) for pattern in PLAYLIST_FILES)


def read_playlists(
    files: Iterable[tuple[str, bytes]], *, user: str, named: bool, now: float
) -> Iterator[Imported]:
    """Yield the playlists of files (name and content), each after the records of what is in it.

    Items have Spotify's ids, or with `named` those that are made of artist and title. A playlist, which has
    no id there, is named by its owner and title; the n-th of the same title ends in `|n`. Raises
    `UnreadableSource` for what holds no playlists.
    """
    titles: Counter[str] = Counter()
    for name, content in files:
        for number, entry in enumerate(_playlists(name, content), start=1):
            try:
                playlist = as_document(entry, "playlist")
                titles[str(playlist.get("name"))] += 1
                yield from _read(playlist, name, number, titles, user=user, named=named, now=now)
            except Refused as refused:
                column = _COLUMNS.get(refused.field, refused.field)
                yield BadRow(path=name, row=number, column=column, reason=refused.reason)


def _playlists(name: str, content: bytes) -> list[object]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnreadableSource(f"{name} is not JSON: {error}", hint="Unpack the export again.") from error
    playlists = document.get("playlists") if isinstance(document, dict) else None
    if not isinstance(playlists, list):
        raise UnreadableSource(f"{name} holds no playlists", hint="Name a Playlist file of an export.")
    return playlists


def _read(
    playlist: Document, name: str, number: int, titles: Counter[str], *, user: str, named: bool, now: float
) -> Iterator[Imported]:
    title = str(playlist.get("name"))
    items: list[str] = []
    entries = playlist.get("items")
    for place, entry in enumerate(entries if isinstance(entries, list) else ()):
        try:
            record = _record(as_document(entry, "entry"), named=named)
        except Refused as refused:
            yield BadRow(path=name, row=number, column=f"items.{place}", reason=refused.reason)
        else:
            items.append(record.item)
            yield record
    nth = f"|{titles[title]}" if titles[title] > 1 else ""
    document = {
        "id": readable_id("playlist", user, title + nth),
        "title": playlist.get("name"),
        "owner": user,
        "kind": PlaylistKind.LISTENER.value,
        "at": _modified(playlist.get("lastModifiedDate")),
        "items": items,
    }
    yield parse_playlist(document, recorded_at=now, now=now)


def _record(entry: Document, *, named: bool) -> CatalogRecord:
    for kind, title, artist, item in _KINDS:
        if entry.get(kind) is not None:
            track = as_document(entry[kind], kind)
            about: Document = {"title": track.get(title), "artist": track.get(artist)}
            # Checked once before it has a name, so that a broken title is not reported as a broken id.
            unnamed = parse_catalog({**about, "item": "track:"})
            name = None if named else track.get(item)
            return parse_catalog({**about, "item": name or track_id(unnamed.artist, unnamed.title)})
    raise Refused("neither a track nor an episode of the catalogue", "entry")


def _modified(date: object) -> float | None:
    """The time of a day's beginning, None where the export does not say; raise `Refused` for no date."""
    if date is None:
        return None
    try:
        return parse_time(f"{date} 00:00")
    except ValueError as error:
        raise Refused(str(error), "lastModifiedDate") from error
