"""Files of pairs: every separator in use, headers told from listeners, and bad lines by their number."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from models.events import Event
from streams.sources import BadRow, Format, Imported, UnreadableSource, read_listening_log

NOW = 1_700_000_000.0


def read(folder: Path, text: str | bytes, *, name: str = "pairs.txt") -> list[Imported]:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_listening_log([path], Format.PAIRS, "me", now=NOW)


def pairs(imported: list[Imported]) -> list[tuple[str, str]]:
    return [(one.user, one.item) for one in imported if isinstance(one, Event)]


@pytest.mark.parametrize(
    "text",
    [
        "ann x\nbob y\n",
        "ann\tx\t5\t2009\nbob\ty\n",
        "ann   x 3.5\n  bob y  \n",
        "ann,x\nbob,y,3\n",
        '"ann", "x"\r\n"bob","y"\r\n',
        "ann::x::5::978300760\nbob::y::3::978302109\n",
        "userID\tartistID\tweight\nann\tx\t1\nbob\ty\t2\n",
        "userId,movieId,rating\nann,x,1\nbob,y,2\n",
        "\ufeffuser_id,song\nann,x\nbob,y\n",
        "\n\nuid item\n\nann x\n\nbob y",
        "user_id:token\titem_id:token\ttimestamp:float\nann\tx\t1\nbob\ty\t2\n",
    ],
)
def test_the_first_two_columns_are_read_however_they_are_separated(tmp_path: Path, text: str) -> None:
    imported = read(tmp_path, text)
    assert pairs(imported) == [("ann", "x"), ("bob", "y")]
    assert len(imported) == 2
    events = [one for one in imported if isinstance(one, Event)]
    assert all(event.is_play for event in events)
    assert len({event.id for event in events}) == 2


@pytest.mark.parametrize("first", ["1 2", "ann song", "user7 item", "users of,this"])
def test_a_line_of_data_is_no_header(tmp_path: Path, first: str) -> None:
    separator = "," if "," in first else " "
    assert len(pairs(read(tmp_path, f"{first}\nbob{separator}y\n"))) == 2


def test_names_of_columns_are_a_header_on_the_first_line_only(tmp_path: Path) -> None:
    assert pairs(read(tmp_path, "ann x\nuser item\n")) == [("ann", "x"), ("user", "item")]


def test_what_separates_the_first_line_separates_all(tmp_path: Path) -> None:
    assert pairs(read(tmp_path, "ann\tDon't Stop, Now\nbob\tA::B\n")) == [
        ("ann", "Don't Stop, Now"),
        ("bob", "A::B"),
    ]
    assert pairs(read(tmp_path, 'ann,"Don\'t Stop, Now",1\n')) == [("ann", "Don't Stop, Now")]


def test_a_bad_line_is_named_and_its_neighbours_are_kept(tmp_path: Path) -> None:
    text = b"user\titem\nann\tx\nalone\n\nbob\t\nbob\t\xff\n\ty\t5\nbob\t" + b"z" * 300 + b"\nbob\ty\n"
    imported = read(tmp_path, text)
    bad = [(one.row, one.column) for one in imported if isinstance(one, BadRow)]
    assert bad == [(3, ""), (5, "item"), (6, "item"), (7, "user"), (8, "item")]
    assert pairs(imported) == [("ann", "x"), ("bob", "y")]


def test_a_field_that_csv_refuses_is_a_bad_line(tmp_path: Path) -> None:
    imported = read(tmp_path, "ann,x\nann," + "y" * 200_000 + "\nbob,y\n")
    assert [one.row for one in imported if isinstance(one, BadRow)] == [2]
    assert pairs(imported) == [("ann", "x"), ("bob", "y")]


def test_repeats_are_kept_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert pairs(read(tmp_path, "ann x\nbob y\nann x\n")) == [("ann", "x"), ("bob", "y"), ("ann", "x")]


def test_compressed_files_are_read_and_missing_ones_named(tmp_path: Path) -> None:
    whole = gzip.compress(b"ann x\n" * 1000)
    assert len(pairs(read(tmp_path, whole, name="pairs.gz"))) == 1000
    with pytest.raises(UnreadableSource, match="cannot be read") as caught:
        read(tmp_path, whole[:-20], name="pairs.gz")
    assert "a listener and an item on each line" in caught.value.hint
