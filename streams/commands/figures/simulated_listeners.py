"""People with a home screen, under the core's own slates and a greedy ranking: run, compared, printed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import orjson
import typer
from rich.console import Console
from rich.table import Table

from models.events import Event
from models.listeners.habits import measure_habits
from streams.commands.console import fail
from streams.commands.figures.home_report import mean_habits, policy_figures, ratios, trade_off
from streams.commands.figures.simulated_home import KNOB, POLICIES, Trial, run_trials, select
from streams.commands.figures.trade_off_plot import plot_trade_off
from streams.commands.logs import read_log
from streams.sources import Format

TRADE_OFF_DAYS: Final = 45
"""Enough for most discoveries to last or not: the knob has many settings, and each is a run."""

Document = dict[str, object]


def simulate_listeners(
    *, days: int, listeners: int, seeds: int, real: Sequence[Path], plot: Path | None, as_json: bool
) -> None:
    """Let the same people live under both policies, and print how they fared.

    `real` are logs whose habits are printed beside; `plot` draws the trade-off of the knob.
    """
    real_habits = {path.name.split(".")[0]: _habits_of(path) for path in real}
    trials = [Trial(policy, seed, listeners, days) for seed in range(1, seeds + 1) for policy in POLICIES]
    turns = [Trial("live", 1, listeners, min(days, TRADE_OFF_DAYS), knob) for knob in KNOB] if plot else []
    outcomes = run_trials(list(dict.fromkeys(trials + turns)))
    by_policy = {policy: select(outcomes[: len(trials)], policy) for policy in POLICIES}
    document: Document = ratios(by_policy["live"], by_policy["greedy"])
    document["policies"] = {policy: policy_figures(of_it) for policy, of_it in by_policy.items()}
    simulated = [habits for outcome in by_policy["live"] for habits in outcome.habits]
    document["habits"] = {"simulated": mean_habits(simulated)} | real_habits
    document |= {"days": days, "listeners": listeners, "seeds": seeds}
    if plot is not None:
        found = {outcome.trial: outcome for outcome in outcomes}
        points = trade_off([found[turn] for turn in turns])
        plot_trade_off(plot, points)
        document["trade_off"] = points
    if as_json:
        typer.echo(orjson.dumps(document))
    else:
        Console().print(*_tables(document), sep="\n\n")


def _habits_of(path: Path) -> dict[str, float]:
    _, events = read_log([path], Format.CSV, "me")
    people: dict[str, list[Event]] = {}
    for event in events:
        people.setdefault(event.user, []).append(event)
    plays = [of_one for of_one in people.values() if any(event.ms_played for event in of_one)]
    if not plays:
        fail(f"{path.name} holds no play.", "Name a listening log; see `segue backtest --help`.")
    return mean_habits([measure_habits(of_one) for of_one in plays])


def _tables(document: Document) -> list[Table]:
    """The ratios with their intervals, then policies, habits and knob, a column each."""
    intervals = document["intervals"]
    assert isinstance(intervals, dict)
    first = Table("live / greedy", box=None)
    for column in ("", "95% from", "to"):
        first.add_column(column, justify="right")
    for name, (low, high) in intervals.items():
        first.add_row(name.removesuffix("_ratio"), f"{document[name]:.3f}", f"{low:.3f}", f"{high:.3f}")
    tables = [first]
    for part in ("policies", "habits"):
        columns = document[part]
        assert isinstance(columns, dict)
        tables.append(_table(part, columns))
    points = document.get("trade_off")
    if isinstance(points, list):
        tables.append(_table("knob", {f"{point['discovery']:+g}": point for point in points}))
    return tables


def _table(title: str, columns: dict[str, dict[str, float]]) -> Table:
    table = Table(title, box=None)
    for name in columns:
        table.add_column(name, justify="right")
    for figure in next(iter(columns.values())):
        table.add_row(figure, *(f"{column[figure]:,}" for column in columns.values()))
    return table
