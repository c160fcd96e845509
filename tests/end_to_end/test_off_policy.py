"""Policies judged by a worker on a real Kafka, killed between, and read by `segue offpolicy --from-topic`."""

from pathlib import Path

import numpy as np
import orjson
import typer
from typer.testing import CliRunner

from models.off_policy import Outcome, OutcomeBlock, PolicyEstimator, outcome_rows, pack_outcomes
from streams.commands.offpolicy import offpolicy
from streams.topics import OUTCOMES, POLICIES_KEY, POLICY_ESTIMATES
from tests.end_to_end.system import System

cli = typer.Typer()
cli.command()(offpolicy)

BLOCK = 10


def an_outcome(offset: int) -> Outcome:
    return Outcome(*map(float, np.random.default_rng(offset).uniform(0.1, 1.0, 5)))


def blocks(first: int, count: int) -> list[tuple[bytes, bytes]]:
    """Blocks of ten offsets, each overlapping the one before by half, as after restarts."""
    found = []
    for start in range(first, first + BLOCK // 2 * count, BLOCK // 2):
        rows = outcome_rows((offset, an_outcome(offset)) for offset in range(start, start + BLOCK))
        found.append((POLICIES_KEY, pack_outcomes(OutcomeBlock(2, {"shadow": rows}))))
    return found


def test_each_outcome_counts_once_and_the_command_says_so(module_broker: str, tmp_path: Path) -> None:
    arguments = ["--from-topic", "--brokers", module_broker, "--json"]
    with System(module_broker, tmp_path) as system:
        early = CliRunner().invoke(cli, arguments)
        assert early.exit_code == 1 and "No policy was judged yet" in early.stderr
        system.start()
        system.produce(OUTCOMES.name, blocks(0, 40))
        system.wait_for_records(POLICY_ESTIMATES.name, 1, seconds=90)
        system.kill()
        system.produce(OUTCOMES.name, blocks(150, 40))
        system.start()
        system.wait_until_drained(seconds=90)
        done = CliRunner().invoke(cli, arguments)
        assert done.exit_code == 0, done.output
        table = CliRunner().invoke(cli, arguments[:-1])
    expected = PolicyEstimator()
    expected.learn_many(outcome_rows((offset, an_outcome(offset)) for offset in range(355)))
    [(name, found)] = orjson.loads(done.stdout)["policies"].items()
    truth = expected.estimate()
    assert (name, found["count"]) == ("shadow", 355)
    assert found["snips"]["value"] == truth.snips.value
    assert found["dr"]["interval"] == [truth.dr.low, truth.dr.high]
    assert "shadow" in table.stdout and "355 rows" in table.stdout
