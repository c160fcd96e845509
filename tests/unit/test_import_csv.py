"""CSV logs: headers by many names, times in many forms, and bad rows by line and column."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from models.events import CatalogRecord, Event
from streams.sources import BadRow, Format, Imported, UnreadableSource, read_listening_log

NOW = 1_700_000_000.0
HEADER = "user,end_time,artist,track,ms_played\n"


def read(folder: Path, *texts: str | bytes) -> list[Imported]:
    paths = [folder / f"{number}.csv" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_listening_log(paths, Format.CSV, "me", now=NOW)


def events(imported: list[Imported]) -> list[Event]:
    return [one for one in imported if isinstance(one, Event)]


def bad(imported: list[Imported]) -> list[tuple[int, str]]:
    return [(one.row, one.column) for one in imported if isinstance(one, BadRow)]


def test_a_row_becomes_a_catalog_record_and_a_play(tmp_path: Path) -> None:
    record, event = read(tmp_path, HEADER + "u02,2021-04-22 05:41:00,Shindy,Dreams,6408\n")
    assert record == CatalogRecord(item="track:Shindy|Dreams", title="Dreams", artist="Shindy")
    assert isinstance(event, Event)
    assert (event.user, event.item, event.at, event.ms_played) == (
        "u02",
        "track:Shindy|Dreams",
        1_619_070_060.0,
        6408,
    )


def test_headers_are_found_by_their_other_names(tmp_path: Path) -> None:
    header = "\ufeffmsPlayed,URI,trackName,artistName,duration_ms,endTime\n"
    text = header + "6408,t:1,Dreams,Shindy,180000,1619070060\n"
    record, event = read(tmp_path, text)
    assert record == CatalogRecord(item="t:1", title="Dreams", artist="Shindy", duration_ms=180_000)
    assert isinstance(event, Event)
    assert (event.user, event.item, event.duration_ms) == ("me", "t:1", 180_000)


@pytest.mark.parametrize(
    "time",
    [
        "2021-04-22 05:41",
        "2021-04-22T05:41:00Z",
        "2021-04-22T07:41:00.000+02:00",
        "1619070060",
        "1619070060000",
        " 1619070060.0 ",
    ],
)
def test_times_are_read_in_each_form(tmp_path: Path, time: str) -> None:
    (event,) = events(read(tmp_path, HEADER + f"u02,{time},Shindy,Dreams,6408\n"))
    assert event.at == 1_619_070_060.0


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("u,yesterday,A,T,1", "end_time"),
        ("u,20210422,A,T,1", "end_time"),
        ("u,2021-04-22,A,T,1", "end_time"),
        ("u,2021-13-22 05:41,A,T,1", "end_time"),
        ("u,0001-01-01T00:00+14:00,A,T,1", "end_time"),
        ("u,2099-01-01 00:00,A,T,1", "end_time"),
        ("u,,A,T,1", "end_time"),
        ("u,2021-04-22 05:41,,T,1", "artist"),
        ("u,2021-04-22 05:41,A, ,1", "track"),
        ("u,2021-04-22 05:41,A,T,-1", "ms_played"),
        ("u,2021-04-22 05:41,A,T,", "ms_played"),
        ("u,2021-04-22 05:41,A,T,1_000", "ms_played"),
        ("u,2021-04-22 05:41,A,T," + "9" * 5000, "ms_played"),
        ("u,2021-04-22 05:41,A,T,86400001", "ms_played"),
        (",2021-04-22 05:41,A,T,1", "user"),
        ("u,2021-04-22 05:41,A,T", "ms_played"),
        ("u,2021-04-22 05:41,A,T, with a comma,1", "ms_played"),
        ("u,2021-04-22 05:41,A\x07,T,1", "artist"),
        ("u,2021-04-22 05:41,A,T\udcff,1", "track"),
        (f"u,2021-04-22 05:41,A,{'T' * 140_000},1", ""),
    ],
)
def test_a_bad_row_is_named_and_its_neighbours_are_kept(tmp_path: Path, row: str, column: str) -> None:
    good = "u,2021-04-22 05:42,A,T,1\n"
    text = HEADER + good + "\n" + row + "\n" + good
    imported = read(tmp_path, text.encode("utf-8", "surrogateescape"))
    assert bad(imported) == [(4, column)]
    assert len(events(imported)) == 2


def test_a_quoted_line_break_does_not_shift_the_row_numbers(tmp_path: Path) -> None:
    text = HEADER + 'u,2021-04-22 05:42,"A\nB",T,1\nu,never,A,T,1\n'
    assert bad(read(tmp_path, text)) == [(2, "artist"), (4, "end_time")]


def test_files_are_merged_in_time_order_and_ties_keep_theirs(tmp_path: Path) -> None:
    first = HEADER + "a,2021-01-03 00:00,A,1,1\na,2021-01-01 00:00,A,3,1\na,2021-01-01 00:00,A,2,1\n"
    second = HEADER + "b,2021-01-02 00:00,A,1,1\nb,2021-01-01 00:00,A,3,1\n"
    imported = read(tmp_path, first, second)
    assert [(one.user, one.item[-1]) for one in events(imported)] == [
        ("a", "3"),
        ("a", "2"),
        ("b", "3"),
        ("b", "1"),
        ("a", "1"),
    ]
    known: set[str] = set()
    for one in imported:
        if isinstance(one, CatalogRecord):
            assert one.item not in known
            known.add(one.item)
        elif isinstance(one, Event):
            assert one.item in known


def test_ids_depend_on_what_happened_only(tmp_path: Path) -> None:
    row = "u,2021-04-22 05:41,A,T,1\n"
    ids = [event.id for event in events(read(tmp_path, HEADER + row + row + row.replace("T", "V")))]
    assert len(set(ids)) == 3
    assert ids[1] == f"{ids[0]}-2"
    assert [event.id for event in events(read(tmp_path, HEADER + row))] == ids[:1]


def test_items_of_long_and_like_names_differ(tmp_path: Path) -> None:
    rows = [f"u,2021-04-22 05:41,{artist},{title},1" for artist, title in _NAMES]
    items = [event.item for event in events(read(tmp_path, HEADER + "\n".join(rows)))]
    assert len(set(items)) == len(_NAMES)
    assert all(len(item.encode()) <= 256 for item in items)


_NAMES = [
    ("A|B", "C"),
    ("A", "B|C"),
    ("A%7CB", "C"),
    ("é" * 100, "ü" * 200),
    ("é" * 100, "ü" * 201),
    ("a" * 250, "b"),
    ("a" * 250, "c"),
]


def test_compressed_files_are_read_and_broken_ones_named(tmp_path: Path) -> None:
    whole = gzip.compress((HEADER + "u,2021-04-22 05:41,A,T,1\n" * 1000).encode())
    path = tmp_path / "log.csv.gz"
    path.write_bytes(whole)
    assert len(events(read_listening_log([path], Format.CSV, "me", now=NOW))) == 1000
    path.write_bytes(whole[:-20])
    with pytest.raises(UnreadableSource, match=r"log\.csv\.gz cannot be read"):
        read_listening_log([path], Format.CSV, "me", now=NOW)


@pytest.mark.parametrize("text", ["", "\n", "user,artist,track,ms_played\n", "u;end_time;artist\n"])
def test_a_file_without_the_columns_is_no_log(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableSource) as caught:
        read(tmp_path, text)
    assert "column" in caught.value.hint


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match="nowhere"):
        read_listening_log([tmp_path / "nowhere.csv"], Format.CSV, "me", now=NOW)
