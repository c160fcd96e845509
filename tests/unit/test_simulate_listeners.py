"""`segue simulate --environment listeners` on a tiny world: keys, the picture, what is refused."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from streams.commands.figures.simulated_home import KNOB, Trial, run_trial
from streams.commands.simulate import simulate

cli = typer.Typer()
cli.command()(simulate)


def run(*arguments: object) -> tuple[int, str, str]:
    given = ["--environment", "listeners", *map(str, arguments)]
    result = CliRunner().invoke(cli, given)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def log(tmp_path: Path) -> Path:
    rows = [f"ann,{1_600_000_000 + 200 * nth},A{nth % 3},T{nth % 7},180000" for nth in range(50)]
    path = tmp_path / "ann.csv"
    path.write_text("\n".join(["user,end_time,artist,track,ms_played", *rows]) + "\n")
    return path


def test_ratios_policies_and_habits_beside_real_ones(log: Path) -> None:
    code, stdout, _ = run("--days", 2, "--listeners", 2, "--seeds", 1, "--real", log, "--json")
    assert code == 0
    document = orjson.loads(stdout)
    ratios = {"durable_discoveries_ratio", "completed_plays_ratio", "day30_return_ratio"}
    assert ratios <= document.keys()
    assert document["intervals"].keys() == ratios
    assert set(document["policies"]) == {"live", "greedy"}
    for figures in document["policies"].values():
        assert figures["completed_plays"] > 0
        assert figures["first_listens"] <= figures["completed_plays"]
    low, high = document["intervals"]["completed_plays_ratio"]
    assert low <= document["completed_plays_ratio"] <= high
    assert document["habits"].keys() == {"simulated", "ann"}
    assert document["habits"]["ann"]["skip_share"] == 0.0
    assert "trade_off" not in document


def test_the_trade_off_is_drawn_and_printed(tmp_path: Path) -> None:
    path = tmp_path / "knob.svg"
    code, stdout, _ = run("--days", 1, "--listeners", 1, "--seeds", 1, "--plot", path, "--json")
    assert code == 0
    assert [point["discovery"] for point in orjson.loads(stdout)["trade_off"]] == list(KNOB)
    assert "durable discoveries" in path.read_text()


def test_tables_for_a_person() -> None:
    code, stdout, _ = run("--days", 1, "--listeners", 1, "--seeds", 1)
    assert code == 0
    assert "durable_discoveries" in stdout and "greedy" in stdout and "session_median" in stdout


def test_a_trial_repeats_exactly() -> None:
    trial = Trial("live", seed=4, listeners=1, days=2)
    assert run_trial(trial) == run_trial(trial)


def test_what_is_wrong_is_said_before_anything_is_simulated(tmp_path: Path) -> None:
    code, _, stderr = run("--plot", tmp_path / "knob.txt")
    assert code == 1 and "Next:" in stderr
    code, _, stderr = run("--rounds", 3)
    assert code == 1 and "--rounds" in stderr
    empty = tmp_path / "empty.csv"
    empty.write_text("user,end_time,artist,track,ms_played\n")
    code, _, stderr = run("--real", empty)
    assert code == 1 and "Next:" in stderr
    code, _, stderr = run("--real", tmp_path / "missing.csv")
    assert code == 1 and "Next:" in stderr
