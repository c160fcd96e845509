"""`segue graph` of what workers remember, on a real Kafka, beside the graph of the log that they learned."""

import random
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner, Result

from models.events import EVENT_CODES, EventType, stable_key
from models.state import changed_values, head_key, new_listener
from streams.commands.graph import graph
from streams.commands.import_ import import_history
from streams.declaration import Topic, declare
from streams.topics import ITEM_MODELS, record_key
from tests.end_to_end.system import System

cli = typer.Typer()
cli.command("graph")(graph)
cli.command("import")(import_history)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Listeners of two tastes; one listens for longer than a ring remembers, and one only skips."""
    draw, rows = random.Random(3), []
    for listener in range(12):
        for nth in range(300 if listener == 0 else 30):
            track = listener % 2 + 2 * int(abs(draw.gauss(0, 12)))
            played = 5_000 if listener == 11 or nth % 5 == 4 else 60_000
            rows.append((1_600_000_000 + 200 * nth + listener, f"u{listener}", f"T{track}", played))
    lines = [f"{at},{user},A{track[1:]},{track},{played}" for at, user, track, played in sorted(rows)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["end_time,user,artist,track,ms_played", *lines]) + "\n")
    return path


def run(*arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert done.exit_code == code, done.output
    return done


def test_a_workers_state_gives_the_graph_of_the_log_it_learned(
    module_broker: str, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_RING_EVENTS", "128")
    with System(module_broker, tmp_path, item_linger_seconds=0) as system:
        early = run("graph", "--brokers", module_broker, code=1)
        assert "no topic segue-listeners-changelog" in early.stderr
        assert "SEGUE_APP_ID" in early.stderr
        system.start()
        run("import", "csv", log, "--to-kafka", "--brokers", module_broker)
        system.wait_until_drained(seconds=60)
        found = {}
        for name, source in (("log", (log,)), ("state", ("--brokers", module_broker))):
            export = tmp_path / f"{name}.graphml"
            done = run("graph", *source, "--core", 3, "--export", export, "--json")
            found[name] = orjson.loads(done.stdout), export.read_bytes()
            assert done.stderr == ""
    assert found["state"] == found["log"]
    assert found["log"][0]["whole"]["listeners"] == 11
    assert 0 < found["log"][0]["kept"]["items"] < found["log"][0]["whole"]["items"]


def test_what_no_worker_published_goes_by_its_key_and_what_is_spoilt_is_refused(
    module_broker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_APP_ID", "by-hand")
    changelog = Topic("by-hand-listeners-changelog", partitions=2, replication=1, config={})
    declare(module_broker, [changelog])
    with System(module_broker, tmp_path) as system:
        system.produce(ITEM_MODELS.name, [(b"named", b""), (record_key("titled"), b"no record")])
        system.produce(changelog.name, stored("ann", "named", "titled", "unknown"))
        system.produce(changelog.name, stored("gone", "named"))
        system.produce(changelog.name, [(head_key("gone"), None)])
        export = tmp_path / "edges.csv"
        done = run("graph", "--brokers", module_broker, "--core", 1, "--export", export)
        assert "not published yet, and go by their keys: 1" in done.stderr
        key = stable_key("unknown") & (1 << 64) - 1
        edges = export.read_text().splitlines()[1:]
        assert edges == [f"ann,key:{key:016x},1", "ann,named,1", "ann,titled,1"]
        system.produce(changelog.name, [(head_key("ann"), b"\x02, an earlier version")])
        spoilt = run("graph", "--brokers", module_broker, code=1)
        assert "cannot be read: listener head" in spoilt.stderr
        assert "Next:" in spoilt.stderr


def stored(user: str, *items: str) -> list[tuple[bytes, bytes | None]]:
    listener = new_listener(user, ring_events=64)
    for item in items:
        play = {"at_seconds": 10**9, "ms_played": 30_000, "code": EVENT_CODES[EventType.PLAY]}
        listener.history.append(stable_key(item), index=0, artist=-1, **play)
    return list(changed_values(listener, count_before=0).items())
