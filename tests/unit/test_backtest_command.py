"""`segue backtest` on small logs: the keys it prints, how it takes figures apart, what it says when wrong."""

from __future__ import annotations

import random
from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from models.evaluation import LastSuccessors, MostPlayed
from models.events import Event, EventType
from models.side_by_side import Novelty, validate_side_by_side
from streams.commands.backtest import backtest
from streams.commands.figures.plot import plot_recall
from streams.commands.figures.tally import By, running_recall

FIGURES = {"targets", "hit@1", "recall@10", "recall@20", "mrr@20"}
cli = typer.Typer()
cli.command()(backtest)


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two listeners, 80 plays each in sessions of ten; bob hears what ann heard, and at last four others."""
    draw, rows = random.Random(1), ["user,end_time,artist,track,ms_played"]
    new = {("bob", 76 + number): 10 + number for number in range(4)}
    for user, start in (("ann", 1_600_000_000), ("bob", 1_600_100_000)):
        for number in range(80):
            at = start + 200 * number + 7_200 * (number // 10)
            track = new.get((user, number), number % 10 if number < 10 or number % 4 else draw.randrange(10))
            rows.append(f"{user},{at},A{track % 3},T{track},180000")
    path = tmp_path / "log.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture
def sequences(tmp_path: Path) -> Path:
    draw, lines = random.Random(2), []
    for listener in range(40):
        items = [f"{'ab'[listener % 2]}{number}" for number in range(12)]
        draw.shuffle(items)
        lines.append(" ".join([f"u{listener}", *items[:9]]))
    path = tmp_path / "sequences.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_figures_of_all_cheap_models_and_the_costs_of_segue(log: Path) -> None:
    code, stdout, _ = run(log, "--json")
    document = orjson.loads(stdout)
    assert code == 0
    assert set(document["baselines"]) == {"last successors", "most played"}
    costs = {"events_per_second", "us_per_request"}
    novelty = {"repeat_recall@20", "discovery_recall@20"}
    assert set(document) == FIGURES | novelty | costs | {"bytes_per_listener", "baselines"}
    for baseline in document["baselines"].values():
        assert set(baseline) == FIGURES | novelty | costs
        assert baseline["targets"] == document["targets"] == 160
    assert document["bytes_per_listener"] > 80 * 12
    assert document["us_per_request"] > 0
    assert document["repeat_recall@20"] > document["discovery_recall@20"]


def test_models_are_chosen_by_name_and_the_first_is_the_one_tested(log: Path) -> None:
    code, stdout, _ = run(log, "--models", "most-played,last-successors", "--json")
    document = orjson.loads(stdout)
    assert code == 0
    assert list(document["baselines"]) == ["last successors"]
    assert "bytes_per_listener" not in document


@pytest.mark.parametrize(
    ("by", "groups"),
    [
        (By.LISTENER, {"ann": 80, "bob": 80}),
        (By.SESSION_START, {"session start": 16, "within a session": 144}),
        (By.REPEAT, {"discovery": 24, "repeat": 136}),
        (
            By.DISCOVERY,
            {"discovery, nobody had it": 14, "discovery, others had it": 10, "repeat": 136},
        ),
    ],
)
def test_figures_are_taken_apart(log: Path, by: By, groups: dict[str, int]) -> None:
    code, stdout, _ = run(log, "--models", "last-successors,most-played", "--by", by, "--json")
    document = orjson.loads(stdout)
    assert code == 0
    assert {group: models["most played"]["targets"] for group, models in document["by"].items()} == groups
    for name, whole in (("last successors", document), ("most played", document["baselines"]["most played"])):
        found = sum(group[name]["targets"] * group[name]["recall@20"] for group in document["by"].values())
        assert found / 160 == pytest.approx(whole["recall@20"], abs=1e-3)


def test_contexts_are_found_where_they_are_known_to_matter() -> None:
    code, stdout, _ = run("--simulated", 6, "--models", "segue,without-contexts", "--json")
    document = orjson.loads(stdout)
    without = document["baselines"]["without contexts"]
    assert code == 0
    assert document["targets"] == without["targets"] > 2_000
    assert document["recall@10"] > without["recall@10"]


def test_the_tables_name_models_and_groups(log: Path) -> None:
    code, stdout, _ = run(log, "--models", "last-successors,most-played", "--by", "listener")
    assert code == 0
    assert "last successors" in stdout
    lines = stdout.split("ann", 1)[1].splitlines()
    assert lines[1].split()[:3] == ["last", "successors", "80"]


def play(at: float, user: str, item: str, *, ms_played: int = 60_000) -> Event:
    return Event(id="", type=EventType.PLAY, user=user, at=at, item=item, ms_played=ms_played)


def test_what_a_target_is_is_known_from_before_it() -> None:
    log = [
        play(100.0, "ann", "x"),
        play(200.0, "ann", "y", ms_played=5_000),
        play(200.0 + 1_800 + 60, "ann", "y"),
        play(3_900.0 + 61, "ann", "x"),
        play(4_000.0, "bob", "x"),
    ]
    targets = list(validate_side_by_side({"a": LastSuccessors(), "b": MostPlayed()}, log))
    # The pause ends when a play begins, which is a minute before it is told.
    assert [target.opens_session for target in targets] == [True, False, True, True]
    assert [target.novelty for target in targets] == [
        Novelty.NOBODY,
        Novelty.REPEAT,
        Novelty.REPEAT,
        Novelty.OTHERS,
    ]
    assert targets[-1].places == {"a": None, "b": 1}


def test_leave_last_out_prints_the_figures_of_its_protocol(sequences: Path) -> None:
    arguments = (sequences, "--format", "sequences", "--protocol", "leave-last-out")
    code, stdout, _ = run(*arguments, "--json")
    document = orjson.loads(stdout)
    assert code == 0
    assert {"hr@5", "ndcg@5", "hr@10", "ndcg@10", "targets"} <= set(document)
    assert document["targets"] == 40
    # Four of the twelve items of its sort are left to a listener, so all fit; of both sorts, 16.
    assert document["hr@10"] == 1.0
    assert document["hr@5"] > document["baselines"]["most played"]["hr@5"]
    assert run(*arguments, "--models", "most-played")[0] == 0


def test_a_split_prints_the_figures_of_its_protocol(sequences: Path) -> None:
    arguments = (sequences, "--format", "sets", "--protocol", "split", "--listeners", 30, "--json")
    code, stdout, _ = run(*arguments)
    document = orjson.loads(stdout)
    assert code == 0
    figures = {"recall@20", "ndcg@20", "coverage", "gini", "mean_log_popularity"}
    assert set(document) == figures | {"listeners", "events_per_second", "baselines"}
    assert document["listeners"] == 30
    # Of the 24 items a listener has eight, so that 20 of the 16 others hold all of them.
    assert document["recall@20"] == document["baselines"]["most played"]["recall@20"] == 1.0
    again = orjson.loads(run(*arguments)[1])
    assert {name: again[name] for name in figures} == {name: document[name] for name in figures}
    other = orjson.loads(run(*arguments, "--seed", 1)[1])
    assert other["ndcg@20"] != document["ndcg@20"]


def test_hidden_items_print_the_figures_of_their_protocol(log: Path) -> None:
    arguments = (log, "--protocol", "split", "--cold-items", 0.4, "--json")
    code, stdout, _ = run(*arguments)
    document = orjson.loads(stdout)
    assert code == 0
    assert set(document["baselines"]) == {"most tagged", "random"}
    figures = {"listeners", "hidden_items", "recall@20", "ndcg@20"}
    assert set(document) == figures | {"events_per_second", "baselines"}
    assert all(set(baseline) == figures for baseline in document["baselines"].values())
    # Fewer than twenty items are hidden, so that everybody finds all of them.
    assert document["hidden_items"] == 5
    assert document["recall@20"] == document["baselines"]["random"]["recall@20"] == 1.0
    assert document["ndcg@20"] == orjson.loads(run(*arguments)[1])["ndcg@20"]
    one = orjson.loads(run(*arguments, "--models", "random", "--listeners", 1)[1])
    assert (one["listeners"], "baselines" in one) == (1, False)


@pytest.mark.parametrize("format", ["pairs", "sets"])
def test_a_published_split_is_judged_by_its_own_test(tmp_path: Path, sequences: Path, format: str) -> None:
    kept, held = tmp_path / "train.txt", tmp_path / "test.txt"
    lines = [line.split() for line in sequences.read_text().splitlines()]
    for path, start, end in ((kept, 1, 7), (held, 7, None)):
        listeners = [(line[0], line[start:end]) for line in lines]
        sets = [" ".join([user, *items]) for user, items in listeners]
        rows = [f"{user}::{item}::1" for user, items in listeners for item in items]
        path.write_text("\n".join(sets if format == "sets" else rows))
    arguments = (kept, "--test", held, "--format", format, "--protocol", "split", "--json")
    code, stdout, _ = run(*arguments)
    document = orjson.loads(stdout)
    assert code == 0
    assert document["listeners"] == 40
    # Of the 24 items a listener has six, so that 20 of the 18 others hold all of them.
    assert document["recall@20"] == document["baselines"]["most played"]["recall@20"] == 1.0
    assert orjson.loads(run(*arguments, "--listeners", 7)[1])["listeners"] == 7
    code, stdout, stderr = run(kept, "--test", kept, "--format", format, "--protocol", "split")
    assert (code, stdout) == (1, "")
    assert "an item that the logs do not" in stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--models", "magic"], "There is no model magic"),
        (["--listeners", "5"], "--listeners says nothing under next-play"),
        (["--test", "x"], "choose --protocol split"),
        (["--protocol", "leave-last-out", "--test", "x"], "--test says nothing under leave-last-out"),
        (["--protocol", "split", "--test", "nowhere", "--format", "pairs"], "nowhere cannot be read"),
        (["--protocol", "split", "--by", "listener"], "--by says nothing under split"),
        (
            ["--protocol", "split", "--models", "sequences"],
            "Choose among segue, neighbours, whole-history, votes, factors, most-played",
        ),
        (
            ["--protocol", "split", "--models", "most-played", "--format", "sets"],
            "needs five different",
        ),
        (["--cold-items", "0.1"], "--cold-items says nothing under next-play"),
        (["--protocol", "split", "--cold-items", "1", "--format", "sets"], "hides no share"),
        (["--protocol", "split", "--cold-items", "0.5", "--format", "sets"], "nothing of their items"),
        (
            ["--protocol", "split", "--cold-items", "0.5", "--models", "most-played"],
            "Choose among segue, most",
        ),
        (["--protocol", "leave-last-out", "--models", "segue"], "Choose among sequences, most-played"),
        (["--protocol", "leave-last-out", "--by", "listener"], "--by says nothing under leave-last-out"),
        (["--protocol", "leave-last-out", "--models", "most-played", "--format", "sequences"], "needs three"),
    ],
)
def test_what_cannot_be_is_said_with_what_to_do(tmp_path: Path, arguments: list[str], told: str) -> None:
    path = tmp_path / "log.txt"
    path.write_text("ann x y\n")
    code, stdout, stderr = run(path, *arguments)
    assert (code, stdout) == (1, "")
    assert told in stderr
    assert "Next:" in stderr


def test_nothing_to_test_on_is_said() -> None:
    code, _, stderr = run()
    assert code == 1
    assert "There is nothing to test on." in stderr


def test_a_plot_is_a_picture_or_it_is_said_what_to_install(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "recall.png"
    code, _, stderr = run(log, "--models", "last-successors,most-played", "--plot", path)
    if find_spec("matplotlib") is None:
        assert code == 1
        assert "pip install matplotlib" in stderr
        return
    assert code == 0
    assert path.read_bytes().startswith(b"\x89PNG")
    plot_recall(path, {"nothing": []})


@pytest.mark.parametrize(("name", "told"), [("none/a.png", "does not exist"), ("a.txt", "no ending")])
def test_a_plot_that_could_not_be_written_is_refused_first(
    log: Path, tmp_path: Path, name: str, told: str
) -> None:
    code, _, stderr = run(log, "--plot", tmp_path / name)
    assert code == 1
    assert told in " ".join(stderr.split())


def test_windows_hold_every_target_once() -> None:
    draw = random.Random(4)
    found = [draw.randrange(2) for _ in range(1_037)]
    middles, recall = running_recall(found)
    assert len(middles) == len(recall) == 100
    assert sum(recall) / 100 == pytest.approx(sum(found) / len(found), abs=0.01)
    assert running_recall([]) == ([], [])
    assert running_recall([1, 0]) == ([0.5, 1.5], [1.0, 0.0])
