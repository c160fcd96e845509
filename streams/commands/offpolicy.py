"""`segue offpolicy`: what a policy would have earned, from what another one logged."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console, RenderableType
from rich.progress import Progress

from streams.commands.console import fail, stderr


class LogFormat(StrEnum):
    """What wrote the logs."""

    OUTCOMES = "outcomes"
    OBD = "obd"


def offpolicy(
    logs: Annotated[list[Path] | None, typer.Argument(help="Logged impressions (CSV), in order.")] = None,
    format: Annotated[
        LogFormat,
        typer.Option(help="Rows that name logged, target and reward; or the Open Bandit Dataset's."),
    ] = LogFormat.OUTCOMES,
    target: Annotated[
        Path | None, typer.Option(help="Under obd: the log of the policy to judge, for its propensities.")
    ] = None,
    cap: Annotated[
        float | None,
        typer.Option(
            min=1.0, help="Importance weights count at most this; 20, under obd what the policies allow."
        ),
    ] = None,
    from_topic: Annotated[
        bool, typer.Option("--from-topic", help="Show what workers estimate now instead.")
    ] = False,
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Test the intervals on logs whose truth is known instead.")
    ] = False,
    runs: Annotated[int, typer.Option(min=1, help="Under --simulated: logs.")] = 500,
    impressions: Annotated[int, typer.Option(min=1_000, help="Under --simulated: rows of each.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Under --simulated: of the logs.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Estimate a policy's mean reward by IPS, SNIPS and DR, with intervals that hold at every look."""
    if sum((bool(logs), from_topic, simulated)) != 1:
        fail(
            "Logs, --from-topic and --simulated are three things to judge.",
            "Name a log of impressions, or choose one of the two.",
        )
    if (target is not None) != (bool(logs) and format is LogFormat.OBD):
        fail(
            "--target goes with logs of --format obd, and they with it.",
            "Name the log of the policy to judge: segue offpolicy LOG --format obd --target LOG.",
        )
    if from_topic:
        document, table = _live(brokers)
    elif simulated:
        document, table = _simulated(runs, impressions, seed)
    else:
        document, table = _logged(logs or [], target, cap)
    if as_json:
        typer.echo(orjson.dumps(document))
    else:
        Console().print(table)


def _logged(paths: list[Path], target: Path | None, cap: float | None) -> tuple[object, RenderableType]:
    from models.off_policy import WEIGHT_CAP, PolicyEstimator
    from models.off_policy.two_logs import Unsupported, target_outcomes
    from streams.commands.figures.impressions import BadLog, read_open_bandit, read_outcomes
    from streams.commands.figures.policy_values import estimate_document, estimates_table

    on_policy, name = None, "target"
    try:
        if target is None:
            rows, bound = read_outcomes(paths), WEIGHT_CAP
        else:
            own = read_open_bandit([target])
            rows, bound = target_outcomes(read_open_bandit(paths), own)
            on_policy, name = float(own.rewards.mean()), target.name.partition(".")[0]
    except BadLog as error:
        fail(str(error), error.hint)
    except Unsupported as error:
        fail(f"{target} says nothing about {error}.", "Name a log of the same campaign as the target.")
    estimator = PolicyEstimator(cap=cap or bound)
    estimator.learn_many(rows)
    estimate = estimator.estimate()
    document = {"cap": estimator.cap, **estimate_document(estimate, on_policy=on_policy)}
    return document, estimates_table({name: estimate}, on_policy=on_policy)


def _live(brokers: str) -> tuple[object, RenderableType]:
    from confluent_kafka import KafkaException

    from streams.commands.figures.policy_values import estimate_document, estimates_table
    from streams.estimates import UnreadableEstimate, read_estimates
    from streams.topic_reader import Unreachable

    hint = "Name the Kafka that the workers use: --brokers HOST:PORT, and run a worker first."
    if not brokers:
        fail("No Kafka is named.", hint)
    try:
        estimates = read_estimates(brokers)
    except Unreachable as error:
        fail(str(error), hint)
    except UnreadableEstimate as error:
        fail(str(error), "Use the version that the workers run.")
    except KafkaException as error:
        fail(f"Kafka at {brokers} fails: {error.args[0].str()}", hint)
    if not estimates:
        fail("No policy was judged yet.", "Let somebody listen to what was recommended, and ask again.")
    document = {name: estimate_document(one) for name, one in estimates.items()}
    return {"policies": document}, estimates_table(estimates)


def _simulated(runs: int, impressions: int, seed: int) -> tuple[object, RenderableType]:
    from models.off_policy.coverage import coverage_figures, run_trials
    from streams.commands.figures.policy_values import coverage_document, coverage_table

    with Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        trials = run_trials(runs=runs, impressions=impressions, seed=seed)
        done = list(progress.track(trials, total=runs, description="Looking"))
    figures = coverage_figures(done)
    return (
        coverage_document(figures, impressions=impressions),
        coverage_table(figures, impressions=impressions),
    )
