"""Spotify's exports: both histories, from a file, a folder or a zip that may mean harm."""

from __future__ import annotations

import zipfile
from pathlib import Path

import orjson
import pytest

from models.events import CatalogRecord, Context, Device, Ended, Event
from models.playlists import Playlist, PlaylistKind
from streams.sources import BadRow, Format, Imported, UnreadableSource, files, read_listening_log

NOW = 1_700_000_000.0
ACCOUNT = {"endTime": "2021-04-22 05:41", "artistName": "Shindy", "trackName": "Dreams", "msPlayed": 6408}
EXTENDED = {
    "ts": "2021-04-22T05:41:07Z",
    "ms_played": 6408,
    "platform": "Android OS 10 API 29 (OnePlus, GM1913)",
    "master_metadata_track_name": "Dreams",
    "master_metadata_album_artist_name": "Shindy",
    "spotify_track_uri": "spotify:track:1",
    "episode_name": None,
    "episode_show_name": None,
    "spotify_episode_uri": None,
    "reason_end": "fwdbtn",
    "ip_addr": "192.0.2.1",
}


def read(path: Path) -> list[Imported]:
    return read_listening_log([path], Format.SPOTIFY, "ann", now=NOW)


def written(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(rows))
    return path


def written_playlists(path: Path, *playlists: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps({"playlists": playlists}))
    return path


def test_the_account_history(tmp_path: Path) -> None:
    podcast = {"endTime": "2021-04-22 05:40", "podcastName": "Show", "episodeName": "One", "msPlayed": 5}
    imported = read(written(tmp_path / "StreamingHistory0.json", ACCOUNT, podcast))
    episode, heard, track, played = imported
    assert episode == CatalogRecord(item="track:Show|One", title="One", artist="Show")
    assert track == CatalogRecord(item="track:Shindy|Dreams", title="Dreams", artist="Shindy")
    assert isinstance(heard, Event)
    assert isinstance(played, Event)
    assert (played.user, played.at, played.ms_played) == ("ann", 1_619_070_060.0, 6408)


def test_the_extended_history(tmp_path: Path) -> None:
    episode = {
        **EXTENDED,
        "master_metadata_track_name": None,
        "episode_name": "One",
        "episode_show_name": "Show",
        "spotify_episode_uri": "spotify:episode:1",
        "reason_end": "trackdone",
        "platform": None,
        "ts": "2021-04-22T05:41:08Z",
    }
    imported = read(written(tmp_path / "Streaming_History_Audio_2021_0.json", EXTENDED, episode))
    assert imported[0] == CatalogRecord(item="spotify:track:1", title="Dreams", artist="Shindy")
    assert imported[2] == CatalogRecord(item="spotify:episode:1", title="One", artist="Show")
    track, heard = imported[1], imported[3]
    assert isinstance(track, Event)
    assert isinstance(heard, Event)
    assert (track.item, track.at, track.ended) == ("spotify:track:1", 1_619_070_067.0, Ended.SKIPPED)
    assert track.context == Context(device=Device.PHONE)
    assert (heard.item, heard.ended, heard.context) == ("spotify:episode:1", Ended.FINISHED, Context())


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({**ACCOUNT, "endTime": "soon"}, "endTime"),
        ({**ACCOUNT, "endTime": None}, "endTime"),
        ({**ACCOUNT, "artistName": ""}, "artistName"),
        ({**ACCOUNT, "trackName": None}, "trackName"),
        ({**ACCOUNT, "trackName": ["Dreams"]}, "trackName"),
        ({**ACCOUNT, "msPlayed": -1}, "msPlayed"),
        ({**ACCOUNT, "msPlayed": "6408"}, "msPlayed"),
        ({**ACCOUNT, "msPlayed": True}, "msPlayed"),
        ({"endTime": "2021-04-22 05:41", "artistName": "A", "trackName": "T"}, "msPlayed"),
        (["2021-04-22 05:41"], ""),
        (None, ""),
    ],
)
def test_a_bad_row_is_named_and_its_neighbours_are_kept(tmp_path: Path, row: object, column: str) -> None:
    path = written(tmp_path / "StreamingHistory0.json", ACCOUNT, row, ACCOUNT)
    imported = read(path)
    assert [(one.path, one.row, one.column) for one in imported if isinstance(one, BadRow)] == [
        (str(path), 2, column)
    ]
    assert sum(isinstance(one, Event) for one in imported) == 2


def test_a_row_without_a_track_is_named(tmp_path: Path) -> None:
    nothing = {**EXTENDED, "master_metadata_track_name": None}
    (bad,) = read(written(tmp_path / "endsong_0.json", nothing))
    assert isinstance(bad, BadRow)
    assert (bad.row, bad.column) == (1, "master_metadata_track_name")


def test_a_folder_and_its_zip_give_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    written(folder / "MyData" / "StreamingHistory_music_0.json", ACCOUNT)
    written(folder / "MyData" / "StreamingHistory_music_1.json", {**ACCOUNT, "endTime": "2021-01-01 00:00"})
    written_playlists(folder / "MyData" / "Playlist1.json", {"name": "Focus", "items": []})
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in sorted(folder.rglob("*.json")):
            archive.write(file, file.relative_to(folder))
    assert read(folder) == read(tmp_path / "export.zip")
    assert sum(isinstance(one, Event) for one in read(folder)) == 2
    assert sum(isinstance(one, Playlist) for one in read(folder)) == 1


def test_both_histories_at_once_would_count_twice(tmp_path: Path) -> None:
    written(tmp_path / "a" / "StreamingHistory0.json", ACCOUNT)
    written(tmp_path / "b" / "Streaming_History_Audio_0.json", EXTENDED)
    with pytest.raises(UnreadableSource, match="both"):
        read(tmp_path)


def test_a_zip_that_leaves_its_folder_writes_nothing(tmp_path: Path) -> None:
    export = tmp_path / "deep" / "export.zip"
    export.parent.mkdir()
    with zipfile.ZipFile(export, "w") as archive:
        archive.writestr("../StreamingHistory0.json", orjson.dumps([ACCOUNT]))
        archive.writestr("/StreamingHistory1.json", orjson.dumps([ACCOUNT]))
    before = sorted(tmp_path.rglob("*"))
    assert sum(isinstance(one, Event) for one in read(export)) == 2
    assert sorted(tmp_path.rglob("*")) == before


def test_a_zip_bomb_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1 << 20)
    export = tmp_path / "export.zip"
    with zipfile.ZipFile(export, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("StreamingHistory0.json", b" " * (2 << 20))
    with pytest.raises(UnreadableSource, match="more than 1 MiB"):
        read(export)


@pytest.mark.parametrize("content", [b"", b"{}", b"[", b"PK\x03\x04 cut short", b"\xff\xfe"])
def test_what_is_no_export_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "StreamingHistory0.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource, match="StreamingHistory0"):
        read(path)


def test_a_folder_without_a_history_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="holds no streaming history"):
        read(tmp_path)


TRACK = {"trackName": "Dreams", "artistName": "Shindy", "albumName": "A", "trackUri": "spotify:track:1"}
FOCUS = {
    "name": "Focus",
    "lastModifiedDate": "2021-04-22",
    "items": [
        {"track": TRACK, "episode": None, "localTrack": None, "addedDate": "2021-04-22"},
        {
            "track": None,
            "episode": {"episodeName": "One", "showName": "Show", "episodeUri": "spotify:episode:1"},
        },
    ],
}


def playlists(imported: list[Imported]) -> list[Playlist]:
    return [one for one in imported if isinstance(one, Playlist)]


def test_playlists_alone_name_items_by_their_ids(tmp_path: Path) -> None:
    imported = read(written_playlists(tmp_path / "Playlist1.json", FOCUS))
    focus = Playlist(
        id="playlist:ann|Focus",
        title="Focus",
        kind=PlaylistKind.LISTENER,
        at=1_619_049_600.0,
        items=("spotify:track:1", "spotify:episode:1"),
        owner="ann",
    )
    track = CatalogRecord(item="spotify:track:1", title="Dreams", artist="Shindy")
    episode = CatalogRecord(item="spotify:episode:1", title="One", artist="Show")
    assert imported == [focus, track, episode]


@pytest.mark.parametrize(
    ("history", "row", "item"),
    [
        ("StreamingHistory0.json", ACCOUNT, "track:Shindy|Dreams"),
        ("Streaming_History_Audio_2021_0.json", EXTENDED, "spotify:track:1"),
    ],
)
def test_items_of_playlists_are_named_as_the_history_names_them(
    tmp_path: Path, history: str, row: object, item: str
) -> None:
    written(tmp_path / history, row)
    written_playlists(tmp_path / "Playlist1.json", FOCUS)
    imported = read(tmp_path)
    [played] = [one for one in imported if isinstance(one, Event)]
    [focus] = playlists(imported)
    assert played.item == focus.items[0] == item
    assert [one.item for one in imported if isinstance(one, CatalogRecord)].count(item) == 1
    assert imported.index(focus) < imported.index(played), "in the order of time"


def test_playlists_of_one_title_are_kept_apart(tmp_path: Path) -> None:
    same = written_playlists(tmp_path / "Playlist1.json", FOCUS, {**FOCUS, "items": []}).parent
    written_playlists(tmp_path / "Playlist2.json", {"name": "Focus", "lastModifiedDate": None})
    found = {one.id: one for one in playlists(read(same))}
    assert found.keys() == {"playlist:ann|Focus", "playlist:ann|Focus|2", "playlist:ann|Focus|3"}
    assert found["playlist:ann|Focus|3"].at == NOW


@pytest.mark.parametrize(
    ("changes", "column", "kept"),
    [
        ({"name": None}, "name", 1),
        ({"lastModifiedDate": "soon"}, "lastModifiedDate", 1),
        ({"lastModifiedDate": "2093-01-01"}, "lastModifiedDate", 1),
        ({"items": [{"localTrack": {"uri": "spotify:local:1"}}]}, "items.0", 2),
        ({"items": [{"track": {**TRACK, "trackName": ""}}]}, "items.0", 2),
        ({"items": [{"track": {**TRACK, "trackUri": 5}}, "x"]}, "items.0", 2),
    ],
)
def test_a_bad_playlist_or_item_is_named_and_its_neighbours_are_kept(
    tmp_path: Path, changes: dict[str, object], column: str, kept: int
) -> None:
    path = written_playlists(tmp_path / "Playlist1.json", {**FOCUS, "name": "First"}, {**FOCUS, **changes})
    imported = read(path)
    bad = [one for one in imported if isinstance(one, BadRow)]
    assert (bad[0].path, bad[0].row, bad[0].column) == (str(path), 2, column)
    assert len(playlists(imported)) == kept


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"playlists": 5}'])
def test_what_holds_no_playlists_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "Playlist1.json"
    path.write_bytes(content)
    with pytest.raises(UnreadableSource):
        read(path)
