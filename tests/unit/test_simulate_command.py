"""`segue simulate` on invented playlists and users: figures, plot, and what it says when files are wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import orjson
import pytest
import typer
from typer.testing import CliRunner

from models.carousel.environment import Carousel
from models.carousel.population import Population
from models.carousel.trial import new_policies
from streams.commands.figures.plot import plot_regret
from streams.commands.simulate import simulate

cli = typer.Typer()
cli.command()(simulate)
PLAYLISTS, DIMENSIONS = 30, 4
TINY = ("--rounds", 4, "--listeners", 120, "--seeds", 2)


def run(*arguments: object) -> tuple[int, str, str]:
    called = [str(argument) for argument in ("--environment", "carousel", *arguments)]
    result = CliRunner().invoke(cli, called)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def table(numbers: np.ndarray) -> str:
    header = ",".join(f"column_{number}" for number in range(numbers.shape[1]))
    return "\n".join([header, *(",".join(map(str, row)) for row in numbers)]) + "\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("SEGUE_CAROUSEL_DATA", raising=False)
    random = np.random.default_rng(8)
    weights = np.column_stack((random.normal(0.0, 0.3, (PLAYLISTS, DIMENSIONS)), np.full(PLAYLISTS, -3.0)))
    users = np.column_stack((np.zeros(9), random.normal(1.0, 1.0, (9, DIMENSIONS))))
    with gzip.open(tmp_path / "playlist_features.csv.gz", "wt") as written:
        written.write(table(weights))
    (tmp_path / "user_features_small.csv").write_text(table(users))
    return tmp_path


def test_the_figures_are_the_means_of_the_seeds_of_all_policies(data: Path, tmp_path: Path) -> None:
    picture = tmp_path / "regret.svg"
    code, out, _ = run(*TINY, "--data", data, "--json", "--plot", picture)
    assert code == 0
    figures = orjson.loads(out)
    known = new_policies(Carousel(Population(np.eye(20), np.zeros(20, np.int64)), np.zeros((20, 21))))
    assert list(figures["regret"]) == list(known)
    assert {"live", "thompson_segment_pessimistic", "epsilon_greedy_segment", "random"} < known.keys()
    assert figures["seeds"] == [0, 1]
    for name, regret in figures["regret"].items():
        assert regret == pytest.approx(sum(figures["regret_by_seed"][name]) / 2, abs=0.11)
    ratio = figures["ratios"]["random"]
    assert ratio == pytest.approx(figures["regret"]["live"] / figures["regret"]["random"], abs=1e-3)
    assert figures["propensities"]["draws"] == 200_000
    assert figures["propensities"]["p_value"] > 0.001
    assert figures["propensities"]["degrees_of_freedom"] > 50
    drawn = picture.read_text()
    assert "cumulative regret" in drawn and "<svg" in drawn


def test_people_get_a_table_from_the_folder_that_the_environment_names(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEGUE_CAROUSEL_DATA", str(data))
    code, out, _ = run("--rounds", 1, "--listeners", 50, "--seeds", 1)
    assert code == 0
    assert "thompson segment pessimistic" in out
    assert "200,000 draws" in out


def test_what_is_missing_is_said_with_where_it_is(tmp_path: Path, data: Path) -> None:
    code, out, error = run("--data", tmp_path / "nowhere")
    assert (code, out) == (1, "")
    assert "There is no playlist_features.csv" in error
    assert "deezer/carousel_bandits" in error
    (data / "user_features_small.csv").unlink()
    code, _, error = run("--data", data)
    assert code == 1 and "There is no user_features_small.csv" in error


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("segment,dim_0\n0,much\n", "cannot be read"),
        ("segment,dim_0\n", "is empty"),
        (f"segment{',d' * DIMENSIONS}\n" + f"0{',nan' * DIMENSIONS}\n" * 2, "not finite"),
        ("segment,dim_0\n0,1\n0,2\n", "do not belong together"),
    ],
)
def test_files_that_are_no_features_are_refused(data: Path, written: str, said: str) -> None:
    (data / "user_features_small.csv").write_text(written)
    code, out, error = run("--data", data)
    assert (code, out) == (1, "")
    assert said in error and "--data" in error


def test_a_broken_archive_is_refused(data: Path) -> None:
    (data / "playlist_features.csv.gz").write_bytes(b"\x1f\x8b\x08 no archive")
    code, _, error = run("--data", data)
    assert code == 1 and "cannot be read" in error


def test_a_plot_of_one_policy_and_one_round_is_drawn(tmp_path: Path) -> None:
    plot_regret(tmp_path / "one.png", {"live": [3.0]})
    assert (tmp_path / "one.png").read_bytes().startswith(b"\x89PNG")
