"""`segue graph` on small logs: its figures, the picture, the exports, and what it says when wrong."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import orjson
import pytest
import typer
from typer.testing import CliRunner

from models.events import CatalogRecord
from models.listening_graph import listening_graph
from streams.commands.figures.core_picture import draw_core
from streams.commands.figures.drawn_core import COLOURS, drawn_core
from streams.commands.figures.k_core import KCore, core_numbers, k_core
from streams.commands.graph import graph
from streams.demo.names import Names

cli = typer.Typer()
cli.command()(graph)


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROKERS", "RING_EVENTS", "APP_ID"):
        monkeypatch.delenv(f"SEGUE_{name}", raising=False)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three who share two tracks, two who share two others, one who heard a track alone; one skip."""
    plays = [f"{user},{track},60000" for user in ("ann", "bob", "cyd") for track in ("T1", "T<2>")]
    plays += [f"{user},{track},30000" for user in ("dan", "eve") for track in ("T3", "T4")]
    plays += ["fay,T4,30000", "ann,T3,29999", "ann,T1,60000", "ann,T5,90000"]
    rows = [f"2021-04-22 05:{minute:02},A,{play}" for minute, play in enumerate(plays)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["end_time,artist,user,track,ms_played", *rows]) + "\n")
    return path


@pytest.fixture
def sets(tmp_path: Path) -> Path:
    path = tmp_path / "sets.txt"
    path.write_text("ann x y z\nbob x y\ncyd z x x\ndan w w\n")
    return path


def test_the_figures_of_the_whole_graph_and_of_the_core(log: Path) -> None:
    code, stdout, _ = run(log, "--core", 2, "--json")
    assert code == 0
    assert orjson.loads(stdout) == {
        "core": 2,
        "largest_core": 2,
        "communities": 2,
        "whole": {"listeners": 6, "items": 5, "edges": 12},
        "kept": {"listeners": 5, "items": 4, "edges": 10},
    }
    code, stdout, _ = run(log, "--core", 2)
    assert code == 0
    assert [line.split() for line in stdout.splitlines()[1:]] == [
        ["listeners", "6", "5", "83.3%"],
        ["items", "5", "4", "80.0%"],
        ["edges", "12", "10", "83.3%"],
        ["largest", "k", "2"],
        ["communities", "2"],
    ]


def test_sets_are_read_as_everywhere(sets: Path) -> None:
    document = orjson.loads(run(sets, "--format", "sets", "--core", 2, "--json")[1])
    assert document["whole"] == {"listeners": 4, "items": 4, "edges": 8}
    assert document["kept"] == {"listeners": 3, "items": 3, "edges": 7}


def test_a_log_is_remembered_as_far_as_a_ring_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sets.txt"
    path.write_text(" ".join(["ann", *(f"t{number}" for number in range(200))]) + "\n")
    for ring_events, items in ((64, 64 + 200 % 64), (256, 200)):
        monkeypatch.setenv("SEGUE_RING_EVENTS", str(ring_events))
        code, stdout, _ = run(path, "--format", "sets", "--core", 1, "--json")
        assert (code, orjson.loads(stdout)["whole"]["items"]) == (0, items)


def test_the_graphml_tells_all_that_is_known_of_a_node(log: Path, tmp_path: Path) -> None:
    exports = [tmp_path / "a.graphml", tmp_path / "b.GRAPHML"]
    for export in exports:
        assert run(log, "--core", 1, "--export", export)[0] == 0
    assert exports[0].read_bytes() == exports[1].read_bytes()
    space = {"g": "http://graphml.graphdrawing.org/xmlns"}
    root = ElementTree.parse(exports[0]).getroot()
    nodes = [
        {data.get("key", "")[2:]: data.text or "" for data in node}
        for node in root.iterfind(".//g:node", space)
    ]
    assert len(root.findall(".//g:edge", space)) == 12
    names = [node["name"] for node in nodes]
    assert names[:6] == ["ann", "bob", "cyd", "dan", "eve", "fay"]
    by_name = dict(zip(names, nodes, strict=True))
    item = by_name["track:A|T<2>"]
    assert (item["kind"], item["core"], item["title"], item["artist"]) == ("item", "2", "T<2>", "A")
    assert by_name["fay"] == {
        **{"name": "fay", "kind": "listener", "core": "1", "title": "", "artist": ""},
        "community": by_name["dan"]["community"],
    }
    assert {by_name[user]["community"] for user in ("ann", "bob", "cyd")} == {"1"}


def test_the_edges_as_csv(sets: Path, tmp_path: Path) -> None:
    export = tmp_path / "edges.csv"
    sets.write_text(sets.read_text() + "eve x\n")
    assert run(sets, "--format", "sets", "--core", 1, "--export", export)[0] == 0
    assert export.read_text().splitlines() == [
        "listener,item,core",
        *("ann,x,2", "ann,y,2", "ann,z,2", "bob,x,2", "bob,y,2", "cyd,x,2", "cyd,z,2", "dan,w,1", "eve,x,1"),
    ]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_the_same_log_gives_the_same_picture(log: Path, tmp_path: Path, ending: str) -> None:
    pictures = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for picture in pictures:
        assert run(log, "--core", 2, "--picture", picture)[0] == 0
    assert pictures[0].read_bytes() == pictures[1].read_bytes()


def test_the_picture_says_what_it_shows(log: Path, tmp_path: Path) -> None:
    picture = tmp_path / "core.svg"
    assert run(log, "--core", 2, "--picture", picture)[0] == 0
    text = picture.read_text()
    for said in (
        "the 2-core, 5 listeners, 4 items, 10 edges",
        "Drawn: everything",
        "listener: 5 drawn",
        "item: 4 drawn",
        "core number 2: 9 drawn",
        "community 1: 3 listeners, 2 items",
        "most heard: T1 by A",
    ):
        assert f"<!-- {said}" in text or f"{said} -->" in text, said


def test_the_highest_cores_are_drawn_first_and_both_kinds_of_them() -> None:
    block = {f"block{listener}": {f"b{item}" for item in range(30)} for listener in range(40)}
    rim = {f"rim{listener}": {f"r{listener}", "b0"} for listener in range(30)}
    whole = listening_graph(block | rim)
    core = k_core(whole, core_numbers(whole), 1)
    drawn = drawn_core(core, 20)
    assert (len(drawn.graph.listeners), len(drawn.graph.items)) == (10, 10)
    assert set(drawn.core.tolist()) == {30}
    everything = drawn_core(core)
    assert everything.graph.listeners == whole.listeners
    least, most = everything.areas(np.array([1, 30])).tolist()
    assert least < most


def test_many_communities_and_one_without_items_can_be_drawn(tmp_path: Path) -> None:
    whole = listening_graph({str(number): {str(number)} for number in range(12)})
    core = KCore(1, whole, core_numbers(whole), np.array([0, *range(1, 12), *range(12)][::-1]))
    assert len(drawn_core(core).colours()) == len(COLOURS)
    alone = KCore(1, whole, core_numbers(whole), np.array([1] * 12 + [0] * 12))
    names = Names()
    names.add(CatalogRecord(item="0", title="$\\cash$ " * 20, artist="\N{SNOWMAN}\U0001f984"))
    for number, drawn in enumerate((core, alone, core)):
        draw_core(tmp_path / f"{number}.svg", drawn, names)
    assert (tmp_path / "0.svg").read_bytes() == (tmp_path / "2.svg").read_bytes()
    assert "3 other communities: 6 nodes" in (tmp_path / "0.svg").read_text()
    assert "community 2: 12 listeners, 0 items" in (tmp_path / "1.svg").read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "There is nothing to draw."),
        (("--format", "sets"), "--format says nothing without logs"),
        (("--user", "me", "--brokers", "127.0.0.1:1"), "--user says nothing without logs"),
        (("LOG", "--brokers", "127.0.0.1:1"), "Logs and --brokers are two things"),
        (("LOG", "--core", "3"), "There is no 3-core: the largest k with one is 2."),
        (("LOG", "--picture", "core.graphml"), "no ending for a picture"),
        (("LOG", "--export", "core.svg"), "no ending for a graph"),
        (("LOG", "--export", "nowhere/core.csv"), "does not exist"),
        (("LOG", "--core", "1", "--export", "FOLDER.csv"), "cannot be written"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(
    log: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], told: str
) -> None:
    monkeypatch.chdir(log.parent)
    (log.parent / "FOLDER.csv").mkdir()
    code, stdout, stderr = run(*(str(log) if argument == "LOG" else argument for argument in arguments))
    assert (code, stdout) == (1, "")
    assert told in stderr
    assert "Next:" in stderr


def test_skips_alone_are_no_graph(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("end_time,artist,track,ms_played\n2021-04-22 05:41,A,T,4000\n")
    code, _, stderr = run(path, "--core", 1)
    assert code == 1
    assert "Nobody played anything for 30 seconds" in stderr


def test_a_kafka_in_the_environment_does_not_forbid_logs(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEGUE_BROKERS", "127.0.0.1:1")
    assert run(log, "--core", 1)[0] == 0


@pytest.mark.parametrize("package", ["igraph", "matplotlib"])
def test_what_is_missing_is_said_with_how_to_install_it(
    log: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    code, _, stderr = run(log, "--core", 1, "--picture", log.with_suffix(".svg"))
    assert code == 1
    assert f"python -m pip install {package}" in stderr
