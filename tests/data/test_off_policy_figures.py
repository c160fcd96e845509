"""The bar: what Open Bandit's random policy logged says of its Thompson sampling, which logged the truth."""

from pathlib import Path

import orjson
import pytest
import typer
from typer.testing import CliRunner

from streams.commands.offpolicy import offpolicy

LOGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "off_policy"

cli = typer.Typer()
cli.command()(offpolicy)


@pytest.mark.data
def test_the_value_of_bts_lies_in_the_intervals_from_random():
    random, bts = str(LOGS / "random_men.csv.gz"), str(LOGS / "bts_men.csv.gz")
    done = CliRunner().invoke(cli, [random, "--format", "obd", "--target", bts, "--json"])
    assert done.exit_code == 0, done.output
    found = orjson.loads(done.stdout)
    assert (found["count"], found["capped"], found["on_policy"]) == (10_000, 0, 0.0069)
    assert 0.95 < found["mean_weight"] < 1.05
    for name in ("ips", "snips", "dr"):
        low, high = found[name]["interval"]
        assert found[name]["on_policy_within"] and low <= found["on_policy"] <= high
        assert found[name]["value"] == pytest.approx(found["on_policy"], rel=0.2)
        assert (high - low) / 2 <= 1.0 * found["on_policy"]
        assert 2_500 < found[name]["effective_sample_size"] < 3_500
    assert found["ips"]["interval"][0] > 0.002
