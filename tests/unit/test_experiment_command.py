"""`segue experiment` on a small log whose truth is known: figures, verdict, plot, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest
import typer
from typer.testing import CliRunner

from models.experiments.assignment import Experiment, Variant, assign
from models.experiments.behaviour import Metric
from streams.commands.experiment import experiment

HALVES = Experiment("louder", (Variant("control", 0.5), Variant("discovery", 0.5)))
LISTENERS, DAYS = 400, 5
cli = typer.Typer()
cli.command()(experiment)


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Who the experiment `louder` assigns to discovery plays half as much again; a tenth are skips."""
    draws, rows = np.random.default_rng(1), []
    for number in range(LISTENERS):
        plays = 9.0 if assign(HALVES, f"u{number}") == "discovery" else 6.0
        for day in range(DAYS):
            for place in range(max(1, draws.poisson(plays))):
                at = 1_600_041_600 + 86_400 * day + 200 * place
                ms_played = 5_000 if draws.random() < 0.1 else 180_000
                rows.append(f"u{number},{at},A{draws.integers(0, 6)},T{draws.integers(0, 40)},{ms_played}")
    path = tmp_path_factory.mktemp("logs") / "log.csv"
    path.write_text("\n".join(["user,end_time,artist,track,ms_played", *rows]) + "\n")
    return path


def test_the_variant_that_was_louder_wins(log: Path) -> None:
    code, stdout, _ = run(log, "--name", "louder", "--json")
    document = orjson.loads(stdout)
    compared = document["comparisons"]["discovery"]
    effect = compared["effects"]["completed_plays"]
    assert code == 0
    assert sum(document["listeners"].values()) == LISTENERS
    assert (compared["verdict"], compared["winner"]) == ("stop: winner", "discovery")
    assert compared["guardrails"] == {"skip_rate": "pass", "variety": "pass"}
    assert effect["low"] < 3.0 * 0.9 < effect["high"]
    assert effect["difference"] == pytest.approx(effect["variant"] - effect["control"], abs=2e-4)
    # Six artists of forty tracks each, in blocks of 25 plays.
    assert compared["effects"]["variety"]["control"] == pytest.approx(100 * 6 / 25, rel=0.05)
    assert compared["effects"]["durable_discoveries"]["low"] is None
    days = document["days"]
    assert [day["day"] for day in days] == [f"2020-09-{number}" for number in range(14, 14 + DAYS)]
    assert compared["stopped_on"] in {day["day"] for day in days}
    assert set(days[0]["effects"]["discovery"]) == set(Metric)
    assert days[-1]["active"] == days[-1]["listeners"]


def test_another_name_assigns_others_and_finds_nothing(log: Path) -> None:
    code, stdout, _ = run(log, "--name", "nothing changed", "--variants", "a:0.2, b:0.4, c:0.4", "--json")
    document = orjson.loads(stdout)
    assert code == 0
    assert document["shares"] == {"a": 0.2, "b": 0.4, "c": 0.4}
    assert {name: one["verdict"] for name, one in document["comparisons"].items()} == {
        "b": "go on",
        "c": "go on",
    }


def test_it_says_that_there_are_too_few_listeners(log: Path) -> None:
    code, stdout, stderr = run(log, "--variants", "control:0.8,discovery:0.2")
    assert code == 0
    assert "fewer than 100 listeners" in stderr
    assert "nothing known" in " ".join(stdout.split())


def test_the_goal_is_what_decides(log: Path) -> None:
    code, stdout, _ = run(log, "--name", "louder", "--goal", "active_days", "--json")
    assert code == 0
    assert orjson.loads(stdout)["comparisons"]["discovery"]["verdict"] == "go on"


def test_the_table_says_what_to_do_and_the_plot_is_drawn(log: Path, tmp_path: Path) -> None:
    plot = tmp_path / "experiment.svg"
    code, stdout, _ = run(log, "--name", "louder", "--plot", plot)
    assert code == 0
    assert "discovery: stop: winner discovery, since 2020-09-" in stdout
    assert "completed plays" in stdout
    assert "<svg" in plot.read_text()


def test_simulated_listeners_show_an_a_a_and_an_a_b() -> None:
    code, stdout, stderr = run("--simulated", 40, "--variants", "control:0.5,more:0.5", "--json")
    document = orjson.loads(stdout)
    same, more = (document[title]["comparisons"]["more"] for title in ("A/A", "A/B"))
    assert code == 0
    assert "differ in nothing" in stderr
    assert same["verdict"] == "go on"
    plays = [one["effects"]["completed_plays"] for one in (same, more)]
    assert plays[0]["variant"] == plays[1]["variant"]
    assert plays[1]["control"] == pytest.approx(plays[0]["control"] * 2 / 3, rel=0.05)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "nothing to judge"),
        (("no such.csv",), "cannot be read"),
        (("log.csv", "--simulated", "10"), "two things to judge"),
        (("--simulated", "10", "--variants", "control"), "NAME:SHARE"),
        (("--simulated", "10", "--variants", "a:0.5,b:0.6"), "add up to 1"),
        (("--simulated", "10", "--variants", "a:half,b:0.5"), "half"),
        (("--simulated", "10", "--plot", "x.txt"), "no ending for a picture"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(arguments: tuple[str, ...], said: str) -> None:
    code, _, stderr = run(*arguments)
    assert code == 1
    assert said in stderr.replace("\n", " ")
    assert "Next:" in stderr
