"""Spotify's exports, the account history and the extended one: a `.json` file, a folder or the zip itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import orjson

from models.events import Ended
from streams.sources.files import read_files
from streams.sources.rows import Imported, Listen, RowReader, UnreadableSource
from streams.sources.spotify_playlists import PLAYLIST_FILES, holds_playlists, read_playlists
from streams.sources.times import parse_time

HISTORY_FILES: Final = ("StreamingHistory*.json", "Streaming_History_Audio_*.json", "endsong_*.json")
ACCOUNT_TIME: Final = "endTime"
EXTENDED_TIME: Final = "ts"

_ACCOUNT_NAMES: Final = (("trackName", "artistName"), ("episodeName", "podcastName"))
_EXTENDED_NAMES: Final = (
    ("master_metadata_track_name", "master_metadata_album_artist_name", "spotify_track_uri"),
    ("episode_name", "episode_show_name", "spotify_episode_uri"),
    ("audiobook_chapter_title", "audiobook_title", "audiobook_chapter_uri"),
)
"""Columns of title, artist and item for a track, an episode, a chapter; the first with a title counts."""

_ENDED: Final = {
    "trackdone": Ended.FINISHED,
    "fwdbtn": Ended.SKIPPED,
    "backbtn": Ended.SKIPPED,
    "endplay": Ended.STOPPED,
    "logout": Ended.STOPPED,
    "remote": Ended.STOPPED,
    "trackerror": Ended.STOPPED,
    "unexpected-exit": Ended.STOPPED,
    "unexpected-exit-while-paused": Ended.STOPPED,
}

# In this order: "Partner android_tv" is a television, and "iOS (Apple Watch)" a watch.
_DEVICES: Final = (
    ("watch", "watch"),
    ("tv", "tv"),
    ("roku", "tv"),
    ("playstation", "tv"),
    ("xbox", "tv"),
    ("tesla", "car"),
    ("automotive", "car"),
    ("sonos", "speaker"),
    ("cast", "speaker"),
    ("amazon", "speaker"),
    ("ios", "phone"),
    ("iphone", "phone"),
    ("android", "phone"),
    ("windows", "computer"),
    ("os x", "computer"),
    ("osx", "computer"),
    ("linux", "computer"),
    ("web_player", "computer"),
)


def read_spotify(path: Path, *, user: str, now: float) -> Iterator[Imported]:
    """Yield the listens and playlists of an export, all of one `user`; a row is named by its place, from 1.

    Times are when a play ended, in UTC: to the minute in the account history, to the second in the extended.
    Raises `UnreadableSource` where there is neither at `path`, or both kinds of history, which tell the same
    listens.
    """
    kinds: set[str] = set()
    playlists: list[tuple[str, bytes]] = []
    for name, content in read_files(path, (*HISTORY_FILES, *PLAYLIST_FILES)):
        if holds_playlists(name):
            playlists.append((name, content))
            continue
        rows = _rows(name, content)
        time_column = _time_column(rows)
        kinds.add(time_column)
        if len(kinds) > 1:
            raise UnreadableSource(
                f"{path} holds both the account history and the extended history: the same listens twice",
                hint="Import one of the two; the extended history reaches further back.",
            )
        reader = RowReader(path=name, now=now)
        for number, row in enumerate(rows, start=1):
            yield from _imported(reader, number, row, time_column, user)
    if not kinds and not playlists:
        raise UnreadableSource(
            f"{path} holds no streaming history", hint=f"Expected files named {' or '.join(HISTORY_FILES)}."
        )
    # The account history knows no ids: what is in a playlist must be named as what was played is.
    yield from read_playlists(playlists, user=user, named=ACCOUNT_TIME in kinds, now=now)


def _imported(reader: RowReader, number: int, row: object, time_column: str, user: str) -> Iterator[Imported]:
    if not isinstance(row, dict):
        yield reader.bad(number, "", "the row is not an object")
        return
    try:
        at = parse_time(str(row.get(time_column, "")))
    except ValueError as error:
        yield reader.bad(number, time_column, str(error))
        return
    listen = _account if time_column == ACCOUNT_TIME else _extended
    yield from reader.read(listen(number, row, user, at))


def _account(number: int, row: Mapping[str, object], user: str, at: float) -> Listen:
    title, artist = next((names for names in _ACCOUNT_NAMES if row.get(names[0])), _ACCOUNT_NAMES[0])
    return Listen(
        row=number,
        columns={"at": ACCOUNT_TIME, "title": title, "artist": artist, "ms_played": "msPlayed"},
        user=user,
        at=at,
        title=row.get(title),
        artist=row.get(artist),
        ms_played=row.get("msPlayed", ""),
    )


def _extended(number: int, row: Mapping[str, object], user: str, at: float) -> Listen:
    title, artist, item = next((names for names in _EXTENDED_NAMES if row.get(names[0])), _EXTENDED_NAMES[0])
    return Listen(
        row=number,
        columns={
            "at": EXTENDED_TIME,
            "title": title,
            "artist": artist,
            "item": item,
            "ms_played": "ms_played",
        },
        user=user,
        at=at,
        title=row.get(title),
        artist=row.get(artist),
        ms_played=row.get("ms_played", ""),
        item=row.get(item),
        ended=_ENDED.get(str(row.get("reason_end")), Ended.UNKNOWN),
        device=_device(str(row.get("platform") or "")),
    )


def _device(platform: str) -> str:
    """Name what the music came out of.

    >>> _device("Android OS 10 API 29 (OnePlus)"), _device("Partner android_tv Sony"), _device("")
    ('phone', 'tv', '')
    """
    lowered = platform.lower()
    return next((device for part, device in _DEVICES if part in lowered), "")


def _rows(name: str, content: bytes) -> list[object]:
    try:
        rows = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise UnreadableSource(f"{name} is not JSON: {error}", hint="Unpack the export again.") from error
    if not isinstance(rows, list):
        raise UnreadableSource(f"{name} is not a list of listens", hint="Name a streaming history file.")
    return rows


def _time_column(rows: Sequence[object]) -> str:
    """Tell the kinds of history apart: only the account history says `endTime`."""
    account = any(isinstance(row, dict) and ACCOUNT_TIME in row for row in rows)
    return ACCOUNT_TIME if account else EXTENDED_TIME
