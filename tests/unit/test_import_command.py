"""`segue import` and the file it writes, without a Kafka."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from models.playlists import Playlist, PlaylistKind
from streams import delivery
from streams.commands.import_ import import_history
from streams.commands.replay import replay
from streams.schemas import decode_catalog, decode_event, decode_playlist
from streams.sources import UnreadableSource
from streams.sources.record_file import Record, read_records, to_record, write_records

NOW = 1_700_000_000.0
LOG = "user,end_time,artist,track,ms_played\nu,2021-04-22 05:41,[bold]A,T,40000\nu,2021-04-22 05:40,A,T,1\n"
cli = typer.Typer()
cli.command("import")(import_history)
cli.command("replay")(replay)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def test_the_file_holds_what_the_wire_accepts(log: Path, tmp_path: Path) -> None:
    code, _, stderr = run("import", "csv", log, "--output", tmp_path / "out.jsonl")
    assert (code, stderr.strip()) == (
        0,
        "2 events, 2 items, 0 playlists, 0 bad rows, 1 listeners, 2021-04-22 to 2021-04-22",
    )
    lines = [orjson.loads(line) for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    assert [line["topic"] for line in lines] == ["catalog", "listening-events"] * 2
    for line in lines:
        key, value = line["key"].encode(), orjson.dumps(line["value"])
        if line["topic"] == "catalog":
            decode_catalog(key, value)
        else:
            decode_event(key, value, now=NOW)


def test_the_same_log_gives_the_same_bytes(log: Path, tmp_path: Path) -> None:
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        assert run("import", "csv", log, "--output", tmp_path / name)[0] == 0
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    assert (tmp_path / "a.jsonl.gz").read_bytes()[4:8] == bytes(4), "no time of writing in the header"
    assert run("import", "csv", log, "--output", "-")[1].encode() == gzip.decompress(
        (tmp_path / "a.jsonl.gz").read_bytes()
    )


def test_a_bad_row_is_shown_and_strict_stops(log: Path, tmp_path: Path) -> None:
    log.write_text(LOG + "u,soon,A,T,1\n")
    out = tmp_path / "out.jsonl"
    code, _, stderr = run("import", "csv", log, "--output", out, "--strict")
    assert code == 1
    assert f"{log}, row 4, column end_time: 'soon' is not a time" in stderr
    assert not out.exists()
    code, stdout, stderr = run("import", "csv", log, "--output", out, "--json")
    assert code == 0
    assert "row 4, column end_time" in stderr
    assert orjson.loads(stdout) == {
        "events": 2,
        "items": 2,
        "playlists": 0,
        "bad_rows": 1,
        "listeners": 1,
        "first_at": 1_619_070_000.0,
        "last_at": 1_619_070_060.0,
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "csv", "LOG"),
        ("import", "csv", "nowhere.csv", "--output", "-"),
        ("import", "spotify", "LOG", "--output", "-"),
        ("import", "csv", "LOG", "--output", "-", "--json"),
        ("import", "csv", "LOG", "--output", "/nowhere/out.jsonl"),
        ("import", "csv", "LOG", "--to-kafka"),
        ("replay", "LOG", "--brokers", "127.0.0.1:1"),
        ("replay", "nowhere.jsonl"),
    ],
)
def test_every_error_says_what_to_do_next(
    log: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEGUE_BROKERS", raising=False)
    monkeypatch.setattr("streams.delivery.CONNECT_SECONDS", 0.5)
    code, stdout, stderr = run(*(str(log) if argument == "LOG" else argument for argument in arguments))
    assert (code, stdout) == (1, "")
    assert "Error: " in stderr
    assert "Next: " in stderr
    assert "Traceback" not in stderr


def test_what_is_not_acknowledged_is_never_called_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_declare_topics", lambda brokers, topics: None)
    monkeypatch.setattr(delivery, "DELIVERY_SECONDS", 0.5)
    sender = delivery.Delivery("127.0.0.1:1")
    sender.send(Record("catalog", key=b"t", value=b"{}", at=None))
    with pytest.raises(delivery.Undelivered, match="after 0 delivered"):
        sender.finish()


def test_a_file_carries_playlists_as_they_are_sent(tmp_path: Path) -> None:
    playlist = Playlist("p:1", "Focus", PlaylistKind.EDITORIAL, NOW, ("t:1", "t:2"), "editors")
    path = tmp_path / "playlists.jsonl.gz"
    write_records(path, [to_record(playlist)])
    [record] = read_records(path, now=NOW)
    assert (record.topic, record.at) == ("playlists", None)
    assert decode_playlist(record.key, record.value, recorded_at=1.0, now=NOW) == playlist


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'{"topic": "elsewhere", "key": "u", "value": {}}',
        b'{"topic": "listening-events", "key": "u", "value": {"type": "play"}}',
        b'{"topic":"listening-events","key":"v","value":{"type":"play","user":"u","item":"t","at":5}}',
        b'{"topic": "catalog", "key": "t", "value": []}',
        b'{"topic": "playlists", "key": "p", "value": {"id": "p", "title": "T"}}',
        b'{"topic": "playlists", "key": "q", "value": {"id": "p", "title": "T", "kind": "editorial"}}',
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: bytes) -> None:
    good = b'{"topic":"catalog","key":"t","value":{"item":"t","title":"T","artist":"A","isrc":"X"}}\n'
    path = tmp_path / "events.jsonl"
    path.write_bytes(good + line + b"\n")
    records = read_records(path, now=NOW)
    assert b'"isrc":"X"' in next(records).value
    with pytest.raises(UnreadableSource, match="line 2: "):
        next(records)
