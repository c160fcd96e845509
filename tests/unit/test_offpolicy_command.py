"""`segue offpolicy` on small logs: figures, the table, and what it says when wrong."""

from __future__ import annotations

import gzip
from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from models.off_policy import Outcome, PolicyEstimator
from streams.commands.offpolicy import offpolicy

cli = typer.Typer()
cli.command()(offpolicy)

HEADER = "timestamp,item_id,position,click,propensity_score"


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(
        cli, [str(argument) for argument in arguments], env={"COLUMNS": "80", "SEGUE_BROKERS": None}
    )
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def write(path: Path, *rows: str, header: str = HEADER) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Two items alike, of which the first is clicked twice in four."""
    rows = [f"t,{nth % 2},1,{int(nth in (0, 4))},0.5" for nth in range(8)]
    path = tmp_path / "random.csv.gz"
    path.write_bytes(gzip.compress("\n".join([HEADER, *rows]).encode()))
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Three of four choices are the first item."""
    rows = ["t,0,1,1,0.75", "t,0,1,0,0.75", "t,0,1,0,0.75", "t,1,1,0,0.25"]
    return write(tmp_path / "bts_men.csv", *rows)


def test_the_figures_of_one_log_judged_by_another(log: Path, target: Path) -> None:
    code, stdout, _ = run(log, "--format", "obd", "--target", target, "--json")
    assert code == 0
    found = orjson.loads(stdout)
    assert (found["count"], found["capped"], found["cap"], found["mean_weight"]) == (8, 0, 1.5, 1.0)
    assert found["on_policy"] == 0.25
    assert found["ips"]["value"] == found["snips"]["value"] == 0.375
    low, high = found["dr"]["interval"]
    assert 0.0 <= low < 0.375 < high <= 1.0
    assert all(found[name]["on_policy_within"] for name in ("ips", "snips", "dr"))
    assert found["ips"]["effective_sample_size"] == 6.4
    _, capped, _ = run(log, "--format", "obd", "--target", target, "--cap", 1, "--json")
    assert (orjson.loads(capped)["capped"], orjson.loads(capped)["ips"]["value"]) == (4, 0.25)


def test_the_table_draws_the_intervals(log: Path, target: Path) -> None:
    code, stdout, _ = run(log, "--format", "obd", "--target", target)
    assert code == 0
    assert all(words in stdout for words in ("bts_men", "8 rows", "worth 6"))
    for name in ("ips", "snips", "dr"):
        [line] = [line for line in stdout.splitlines() if f" {name} " in line]
        assert "├" in line and "◆" in line and "●" in line and "┤" in line


def test_rows_that_name_both_propensities(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", "0.5,1,0.25", header="logged,reward,target")
    second = write(tmp_path / "b.csv", "0.25,0,0.5,0.5", header="logged,reward,target,predicted")
    code, stdout, _ = run(first, second, "--json")
    assert code == 0
    found, expected = orjson.loads(stdout), PolicyEstimator()
    expected.learn_one(Outcome(0.5, 0.25, 1.0))
    expected.learn_one(Outcome(0.25, 0.5, 0.0, predicted=0.5))
    assert (found["cap"], found["dr"]["value"]) == (20.0, expected.estimate().dr.value)
    assert "on_policy" not in found
    assert "target" in run(first)[1]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("t,0,1,1,0.75", "position 1 "),
        ("t,0,1,1,0", "row 3, column propensity_score: '0' is not a number above 0, and at most 1"),
        ("t,0.5,1,1,1", "row 3, column item_id: '0.5' is not a whole number from 0 to 9,999"),
        ("t,0,1,nan,1", "row 3, column click: 'nan' is not a number from 0 to 1"),
        ("t,0,1,yes,1", "row 3, column click: 'yes' is not a number from 0 to 1"),
        ("t,0,1,1", "row 3: it has 4 columns, the header 5"),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: str, says: str) -> None:
    log = write(tmp_path / "log.csv", "t,0,0,1,0.5", row)
    other = write(tmp_path / "other.csv", "t,0,0,1,0.5")
    code, stdout, stderr = run(log, "--format", "obd", "--target", other)
    assert (code, stdout) == (1, "")
    assert says in stderr and "Next: " in stderr and "Traceback" not in stderr


def test_what_is_no_log_is_refused_with_what_to_do(tmp_path: Path, log: Path) -> None:
    empty, bare = tmp_path / "empty.csv", write(tmp_path / "bare.csv", header="logged,target,reward")
    empty.write_text("")
    broken = tmp_path / "broken.csv.gz"
    broken.write_bytes(log.read_bytes()[:-20])
    for arguments, says in (
        ((), "three things to judge"),
        ((log, "--simulated"), "three things to judge"),
        ((log, "--target", log), "--target goes with"),
        ((log, "--format", "obd"), "--target goes with"),
        ((log,), "has no column logged"),
        ((empty,), "has no column logged; it has none"),
        ((bare,), "has no rows"),
        ((tmp_path / "none.csv",), "cannot be read"),
        ((broken, "--format", "obd", "--target", log), "cannot be read"),
        (("--from-topic",), "No Kafka is named"),
    ):
        code, stdout, stderr = run(*arguments)
        assert (code, stdout) == (1, ""), arguments
        assert says in stderr and "Next: " in stderr, arguments


def test_simulated_logs_say_how_often_intervals_hold() -> None:
    arguments = ("--simulated", "--runs", 4, "--impressions", 2_000, "--seed", 3)
    code, stdout, _ = run(*arguments, "--json")
    assert code == 0
    found = orjson.loads(stdout)
    assert (found["runs"], found["impressions"]) == (4, 2_000)
    three = found["by_estimator"]
    assert found["coverage"] == min(one["coverage"] for one in three.values())
    assert found["relative_half_width"] == max(one["relative_half_width"] for one in three.values())
    assert 0.0 <= found["fixed_time"]["coverage"] <= found["fixed_time"]["coverage_without_peeking"] <= 1.0
    assert "4 logs of 2,000 impressions" in run(*arguments)[1]
