"""`segue experiment`: an A/B experiment on a listening log, judged at the end of every day."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console

from models.events import CatalogRecord, Event
from models.experiments.assignment import Experiment, Variant
from models.experiments.behaviour import Metric
from models.experiments.known_truth import thinned
from models.experiments.trial import LEAST_LISTENERS, Trial, look_daily
from streams.commands.console import fail, say
from streams.commands.figures.experiment_plot import plot_experiment
from streams.commands.figures.experiment_report import Judged, as_document, as_tables
from streams.commands.figures.plot import check_plot
from streams.commands.logs import read_log, simulate_log
from streams.sources import Format

SIMULATED_EVENTS: Final = 400
"""Of each simulated listener: four days."""
TAKEN_OUT: Final = 1 / 3
"""Of what the control's simulated listeners do in the A/B: the others do half as much again."""


def experiment(
    paths: Annotated[list[Path] | None, typer.Argument(help="Listening logs, merged by time.")] = None,
    format: Annotated[Format, typer.Option(help="What wrote the logs.")] = Format.CSV,
    user: Annotated[str, typer.Option(help="The listener of rows that name none.")] = "me",
    name: Annotated[str, typer.Option(help="Of the experiment: it salts the hash.")] = "experiment",
    variants: Annotated[
        str, typer.Option(help="NAME:SHARE with commas; the first is what others are compared with.")
    ] = "control:0.5,discovery:0.5",
    goal: Annotated[Metric, typer.Option(help="By what a variant wins.")] = Metric.COMPLETED_PLAYS,
    simulated: Annotated[
        int | None, typer.Option(min=1, help="Show an A/A and an A/B on so many simulated listeners.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw differences by the day to this file (needs matplotlib).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Assign listeners to variants by hash and compare what they did: may be stopped at any look."""
    defined = _defined(name, variants)
    if plot is not None:
        check_plot(plot)
    if simulated is not None:
        if paths:
            fail("Logs and --simulated are two things to judge.", "Leave out the logs, or --simulated.")
        judged = _simulate(defined, simulated, goal)
    elif paths:
        judged = {"": _judge(defined, *read_log(paths, format, user), goal)}
    else:
        fail("There is nothing to judge.", "Name a listening log, or try --simulated 600.")
    if plot is not None:
        _draw(plot, list(judged.values())[-1])
    if as_json:
        documents = {title: as_document(one) for title, one in judged.items()}
        typer.echo(orjson.dumps(documents.get("", documents)))
    else:
        for title, one in judged.items():
            if min(one.looks[-1].listeners.values()) < LEAST_LISTENERS:
                say(f"A variant has fewer than {LEAST_LISTENERS} listeners: too few to be sure of anything.")
            Console().print(*([title] if title else []), *as_tables(one), sep="\n\n", end="\n\n")


def _defined(name: str, variants: str) -> Experiment:
    """Read an experiment as the command line writes it."""
    pairs = [one.rpartition(":") for one in variants.split(",")]
    try:
        return Experiment(name, tuple(Variant(label.strip(), float(share)) for label, _, share in pairs))
    except ValueError as error:
        fail(f"--variants {variants}: {error}.", "Write NAME:SHARE,NAME:SHARE, the shares adding up to 1.")


def _judge(
    defined: Experiment, records: Iterable[CatalogRecord], events: Iterable[Event], goal: Metric
) -> Judged:
    trial = Trial(defined, goal=goal, artists={record.item: record.artist for record in records})
    return Judged(defined, goal, list(look_daily(trial, events)))


def _simulate(defined: Experiment, listeners: int, goal: Metric) -> dict[str, Judged]:
    """Judge variants that differ in nothing, then a control that lost a third of what it did."""
    control = defined.variants[0].name
    say(f"A/A: variants differ in nothing. A/B: a third of what {control} did is taken out by lot.")
    records, events = simulate_log(listeners, events_each=SIMULATED_EVENTS)
    fewer = thinned(events, defined, variant=control, share=TAKEN_OUT, seed=1)
    return {
        "A/A": _judge(defined, records, events, goal),
        "A/B": _judge(defined, records, fewer, goal),
    }


def _draw(path: Path, judged: Judged) -> None:
    try:
        plot_experiment(path, judged)
    except OSError as error:
        fail(f"The plot cannot be written: {error}", "Name another file, or free some space.")
