"""HetRec's files: artists with their tags, plays with the counts as their order, and rows that are wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from models.events import PLAY_MS, CatalogRecord, Event
from streams.schemas import decode_catalog, encode_catalog
from streams.sources import BadRow, Format, Imported, UnreadableSource, read_listening_log

FILES = {
    "artists": "id\tname\turl\tpictureURL\n1\tMALICE MIZER\thttp://a\thttp://b\n2\tBjörk\n3\tUnheard\n",
    "tags": "tagID\ttagValue\r\n1\tmetal\r\n2\tj-rock\r\n",
    "user_taggedartists": "userID\tartistID\ttagID\tday\tmonth\tyear\r\n"
    "7\t1\t2\t1\t4\t2009\r\n8\t1\t2\t1\t4\t2009\r\n8\t1\t1\t1\t4\t2009\r\n8\t99\t1\t1\t4\t2009\r\n\r\n",
    "user_artists": "userID\tartistID\tweight\r\n7\t2\t13883\r\n7\t1\t5\r\n8\t1\t7\r\n",
}


def write(folder: Path, prefix: str = "", end: str = "", **changed: str | bytes) -> Path:
    for name, content in (FILES | changed).items():
        data = content.encode() if isinstance(content, str) else content
        (folder / f"{prefix}{name}.dat{end}").write_bytes(gzip.compress(data) if end else data)
    return folder


def read(path: Path) -> list[Imported]:
    return read_listening_log([path], Format.HETREC, "me", now=1.7e9)


def told(log: list[Imported]) -> list[tuple[str, int, str]]:
    return [(Path(bad.path).name, bad.row, bad.column) for bad in log if isinstance(bad, BadRow)]


def test_artists_have_their_tags_and_listeners_their_plays_the_most_played_last(tmp_path: Path) -> None:
    log = read(write(tmp_path))
    malice, bjork, unheard = sorted(
        (one for one in log if isinstance(one, CatalogRecord)), key=lambda record: record.item
    )
    tags = (("j-rock", 2.0), ("metal", 1.0))
    assert malice == CatalogRecord("artist-1", "MALICE MIZER", "MALICE MIZER", tags=tags)
    assert (bjork.title, bjork.tags) == ("Björk", ())
    plays = [one for one in log if isinstance(one, Event)]
    assert [(play.user, play.item) for play in plays] == [
        ("7", "artist-1"),
        ("7", "artist-2"),
        ("8", "artist-1"),
    ]
    assert {play.ms_played for play in plays} == {PLAY_MS}
    assert plays[0].at < plays[1].at
    assert len({play.id for play in plays}) == 3
    assert told(log) == []
    assert log.index(malice) < log.index(plays[0])
    assert log[-1] == unheard
    assert decode_catalog(b"artist-1", encode_catalog(malice)) == malice


@pytest.mark.parametrize("prefix", ["", "hetrec_"])
@pytest.mark.parametrize("end", ["", ".gz"])
def test_files_are_found_by_their_names_and_beside_each_other(tmp_path: Path, prefix: str, end: str) -> None:
    write(tmp_path, prefix, end)
    assert read(tmp_path) == read(tmp_path / f"{prefix}tags.dat{end}")
    assert len(read(tmp_path)) == 6


def test_tags_may_be_in_latin_1(tmp_path: Path) -> None:
    log = read(write(tmp_path, tags="tagID\ttagValue\n1\tmetal\n2\tfrançais\n".encode("latin-1")))
    assert {tag for one in log if isinstance(one, CatalogRecord) for tag, _ in one.tags} == {
        "metal",
        "français",
    }


def test_of_many_tags_those_that_most_gave_are_kept(tmp_path: Path) -> None:
    tags = "tagID\ttagValue\n" + "".join(f"{tag}\ttag {tag:03}\n" for tag in range(300))
    given = "userID\tartistID\ttagID\n" + "".join(f"1\t1\t{tag}\n" for tag in [*range(300), 299])
    log = read(write(tmp_path, tags=tags, user_taggedartists=given))
    (malice,) = (one for one in log if isinstance(one, CatalogRecord) and one.item == "artist-1")
    assert len(malice.tags) == 256
    assert malice.tags[0] == ("tag 299", 2.0)
    assert malice.tags[-1] == ("tag 254", 1.0)


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("artists", "4", "name"),
        ("artists", "4\t", "name"),
        ("artists", "\tNobody", "id"),
        ("artists", f"4\t{'x' * 300}", "name"),
        ("artists", f"{'4' * 300}\tLong", "id"),
        ("tags", "3", "tagValue"),
        ("tags", "3\t", "tagValue"),
        ("tags", f"3\t{'x' * 300}", "tagValue"),
        ("user_taggedartists", "7\t1", "tagID"),
        ("user_taggedartists", "7\t1\t9\t1\t1\t2009", "tagID"),
        ("user_artists", "9\t1", "weight"),
        ("user_artists", "9\t9\t1", "artistID"),
        ("user_artists", "9\t1\t0", "weight"),
        ("user_artists", "9\t1\t-5", "weight"),
        ("user_artists", "9\t1\tmany", "weight"),
        ("user_artists", "7\t1\t6", "artistID"),
        ("user_artists", "\t1\t6", "userID"),
        ("user_artists", f"{'9' * 300}\t1\t6", "userID"),
    ],
)
def test_a_row_that_is_wrong_is_named_by_file_line_and_column(
    tmp_path: Path, name: str, row: str, column: str
) -> None:
    good = read(write(tmp_path))
    log = read(write(tmp_path, **{name: f"{FILES[name]}{row}\n"}))
    assert told(log) == [(f"{name}.dat", FILES[name].count("\n") + 1, column)]
    assert [one for one in log if not isinstance(one, BadRow)] == good


@pytest.mark.parametrize("name", list(FILES))
def test_a_file_that_is_missing_or_another_is_said(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{name: "user,item\n"})
    with pytest.raises(UnreadableSource, match=rf"{name}\.dat does not begin with"):
        read(tmp_path)
    (tmp_path / f"{name}.dat").unlink()
    with pytest.raises(UnreadableSource, match=f"holds no {name}.dat") as caught:
        read(tmp_path)
    assert "user_artists.dat" in caught.value.hint


def test_a_broken_file_is_said(tmp_path: Path) -> None:
    write(tmp_path, end=".gz")
    (tmp_path / "tags.dat.gz").write_bytes(b"no gzip")
    with pytest.raises(UnreadableSource, match="cannot be read"):
        read(tmp_path)
