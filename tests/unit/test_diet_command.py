"""`segue diet` and the benchmark of calibration on small logs: what they print, draw and refuse."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from benchmarks.calibration import main
from streams.commands.diet import bars, diet

commands = typer.Typer()
commands.command("diet")(diet)
commands.command("calibration")(main)
NUMBERS = {"plays", "distance", "novelty", "serendipity", "gini", "lift", "exploration"}
SHOWN = {"shown_distance", "shown_novelty", "shown_serendipity", "shown_gini"}


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(commands, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three weeks from a Monday on: ann hears ten artists and in the third week one, bob one song."""
    rows = ["user,end_time,artist,track,ms_played"]
    for play in range(120):
        day, nth = divmod(play, 6)
        at = 1_641_204_000 + 86_400 * day + 200 * nth
        artist = play % 10 if day < 14 else 0
        rows.append(f"ann,{at},A{artist},T{play % 30 if day < 14 else play % 3},180000")
        if play % 12 == 0:
            rows.append(f"bob,{at + 50},B,Song,180000")
    path = tmp_path_factory.mktemp("diet") / "log.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def listeners(log: Path) -> dict[str, dict[str, dict[str, float]]]:
    code, stdout, _ = run("diet", log, "--json")
    assert code == 0
    found: dict[str, dict[str, dict[str, float]]] = orjson.loads(stdout)["listeners"]
    return found


def test_every_week_of_every_listener_is_told(listeners: dict[str, dict[str, dict[str, float]]]) -> None:
    weeks = ["2022-01-03", "2022-01-10", "2022-01-17"]
    assert {listener: list(found) for listener, found in listeners.items()} == {"ann": weeks, "bob": weeks}
    for found in listeners.values():
        assert all(set(numbers) == NUMBERS | SHOWN for numbers in found.values())
    assert sum(numbers["plays"] for numbers in listeners["ann"].values()) == 120


def test_a_week_of_one_artist_is_narrower_and_one_song_is_the_narrowest(
    listeners: dict[str, dict[str, dict[str, float]]],
) -> None:
    first, _, third = listeners["ann"].values()
    *_, of_one_song = listeners["bob"].values()
    assert third["distance"] < first["distance"]
    assert third["serendipity"] < first["serendipity"]
    assert of_one_song["distance"] == pytest.approx(0, abs=0.02)
    assert third["gini"] == of_one_song["gini"] == 0.0, "one artist is spread evenly over one artist"
    assert all(numbers["exploration"] == 1.0 for numbers in listeners["ann"].values())


def test_a_table_and_a_line_of_bars_for_each_listener(log: Path) -> None:
    code, stdout, _ = run("diet", log)
    assert code == 0
    assert stdout.count("2022-01-17") == 2
    assert "serendipity" in stdout
    assert any(bar in stdout for bar in "▁█")


def test_bars_of_numbers_that_are_all_the_same_are_low() -> None:
    assert bars([2.0, 2.0]) == "▁▁"
    assert bars([1.0, 4.5, 8.0]) == "▁▅█"


def test_a_plot_is_drawn_or_the_command_says_what_is_missing(log: Path, tmp_path: Path) -> None:
    picture = tmp_path / "diet.svg"
    code, _, stderr = run("diet", log, "--plot", picture)
    if find_spec("matplotlib") is None:
        assert code == 1
        assert "pip install matplotlib" in stderr
    else:
        assert code == 0
        assert "<svg" in picture.read_text()


def test_what_is_wrong_is_said_before_anything_is_learned(log: Path, tmp_path: Path) -> None:
    for arguments, said in (
        ((), "nothing to look at"),
        ((log, "--simulated", 2), "two things to look at"),
        ((tmp_path / "none.csv",), "none.csv"),
        ((log, "--plot", tmp_path / "diet.txt"), "ending for a picture"),
    ):
        code, stdout, stderr = run("diet", *arguments)
        assert (code, stdout) == (1, "")
        assert said in stderr
        assert "Next:" in stderr


def test_calibration_is_told_at_each_strength_on_the_same_plays(log: Path) -> None:
    code, stdout, _ = run("calibration", log, "--events", 100, "--json")
    assert code == 0
    found = orjson.loads(stdout)["strengths"]
    assert list(found) == ["0", "0.25", "0.5", "0.75"]
    assert {numbers["targets"] for numbers in found.values()} == {100}
    assert found["0.75"]["kl"] <= found["0"]["kl"]
    assert {"hit@1", "recall@20", "mrr@20", "hellinger"} <= set(found["0"])
