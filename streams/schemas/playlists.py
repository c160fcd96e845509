"""The format of `playlists`: one JSON object a playlist, its record key the playlist; the last one wins.

An item is its id alone, or an object that names its position: `["t:1", {"item": "t:2", "position": 7}]`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Final

import orjson

from models.playlists import MOST_ITEMS, Playlist, PlaylistKind
from streams.schemas.fields import (
    AT_LEAST_SECONDS,
    AT_MOST_AHEAD_SECONDS,
    ID_BYTES,
    TITLE,
    Document,
    as_document,
    checked_number,
    choice,
    text,
    whole,
)
from streams.schemas.json_text import load_object
from streams.schemas.refused import Refused

MAX_PLAYLIST_BYTES: Final = 1 << 20
"""As much as `MOST_ITEMS` take with their positions; more than other records may have."""
MAX_POSITION: Final = (1 << 31) - 1
ID: Final = text("id", max_bytes=ID_BYTES, required=True)
OWNER: Final = text("owner", max_bytes=ID_BYTES)
KIND: Final = choice("kind", {kind.value: kind for kind in PlaylistKind})


def decode_playlist(
    key: bytes | None, value: bytes | None, *, recorded_at: float, now: float
) -> Playlist | None:
    """Read one record of `playlists`, None where it deletes; raise `Refused` for bytes that are no valid one.

    Times are Unix seconds: `recorded_at`, that of the record, is when the playlist became what it is if it
    does not say so itself, and `now` bounds both: at most a day ahead.

    >>> value = b'{"id": "p:1", "title": "Focus", "kind": "editorial", "items": ["t:1", "t:2"]}'
    >>> decode_playlist(b"p:1", value, recorded_at=9.5, now=10.0).items
    ('t:1', 't:2')
    >>> decode_playlist(b"p:1", None, recorded_at=9.5, now=10.0)
    """
    if not key:
        raise Refused("key is missing", "key")
    if value is None:
        return None
    document = load_object(value, max_bytes=MAX_PLAYLIST_BYTES)
    playlist = parse_playlist(document, recorded_at=recorded_at, now=now)
    if key != playlist.id.encode():
        raise Refused("key must be the id", "key")
    return playlist


def parse_playlist(document: Document, *, recorded_at: float, now: float) -> Playlist:
    """Check a JSON object and make a playlist of it; raise `Refused` if it breaks a bound."""
    at = document.get("at")
    return Playlist(
        id=ID(document),
        title=TITLE(document),
        kind=KIND(document),
        at=float(
            checked_number(
                recorded_at if at is None else at,
                "at",
                least=AT_LEAST_SECONDS,
                most=now + AT_MOST_AHEAD_SECONDS,
            )
        ),
        items=_items(document.get("items")),
        owner=OWNER(document),
    )


def encode_playlist(playlist: Playlist) -> bytes:
    """Write a playlist as compact JSON, its items in order; `decode_playlist` inverts it."""
    document: dict[str, object] = {
        "id": playlist.id,
        "title": playlist.title,
        "owner": playlist.owner,
        "kind": playlist.kind,
        "at": playlist.at,
        "items": playlist.items,
    }
    return orjson.dumps({name: value for name, value in document.items() if value})


def _items(entries: object) -> tuple[str, ...]:
    if entries is None:
        return ()
    if not isinstance(entries, list):
        raise Refused("items must be a list", "items")
    if len(entries) > MOST_ITEMS:
        raise Refused(f"items has {len(entries)} entries, more than {MOST_ITEMS}", "items")
    placed = [_placed(entry, place) for place, entry in enumerate(entries)]
    return tuple(item for _, item in sorted(placed, key=itemgetter(0)))


def _placed(entry: object, place: int) -> tuple[int, str]:
    """The position of an entry, its place in the list if it names none, and its item."""
    path = f"items.{place}"
    read_item = text(f"{path}.item", max_bytes=ID_BYTES, required=True)
    if isinstance(entry, str):
        return place, read_item({"item": entry})
    document = as_document(entry, path)
    if document.get("position") is None:
        return place, read_item(document)
    position = whole(f"{path}.position", least=0, most=MAX_POSITION)(document)
    return position, read_item(document)
