"""The looks of an experiment -> tables for a person, one JSON object for a program."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from models.experiments.assignment import Experiment
from models.experiments.behaviour import DAY_SECONDS, Metric
from models.experiments.looks import Comparison, Effect, Look

DIGITS: Final = 4


@dataclass(frozen=True, slots=True)
class Judged:
    """An experiment, the metric by which its variants win, and one look for each day with events."""

    experiment: Experiment
    goal: Metric
    looks: Sequence[Look]


def _date_of(day: int) -> str:
    """Write a day since 1970 as a date."""
    return f"{datetime.fromtimestamp(day * DAY_SECONDS, UTC):%Y-%m-%d}"


def as_document(judged: Judged) -> dict[str, object]:
    """Make one JSON object: what is known at the end, and how it came to be, day by day."""
    last = judged.looks[-1]
    return {
        "experiment": judged.experiment.name,
        "goal": judged.goal,
        "shares": {variant.name: variant.share for variant in judged.experiment.variants},
        "listeners": dict(last.listeners),
        "comparisons": {one.variant: _comparison(one) for one in last.comparisons},
        "days": [_day(look) for look in judged.looks],
    }


def as_tables(judged: Judged) -> Iterator[Table | Text]:
    """Make a table for each variant beside the control, and say under it what to do."""
    last = judged.looks[-1]
    control = judged.experiment.variants[0].name
    for one in last.comparisons:
        table = Table("", box=None)
        for title in (control, one.variant, "difference", "always-valid interval", "guardrail"):
            table.add_column(title, justify="right")
        counts = (f"{last.listeners[name]:,}" for name in (control, one.variant))
        table.add_row("listeners", *counts)
        for metric, effect in one.effects.items():
            name = Text(metric.replace("_", " "), style="bold" if metric is judged.goal else "")
            state = one.guardrails.get(metric, "")
            table.add_row(name, *_cells(effect), state)
        yield table
        yield Text(_advice(one), style="bold")


def _comparison(one: Comparison) -> dict[str, object]:
    return {
        "verdict": one.verdict,
        "winner": one.winner or None,
        "stopped_on": None if one.stopped_on is None else _date_of(one.stopped_on),
        "guardrails": {metric.value: state for metric, state in one.guardrails.items()},
        "effects": _effects(one),
    }


def _effects(one: Comparison) -> dict[str, dict[str, float | None]]:
    return {metric.value: _effect(effect) for metric, effect in one.effects.items()}


def _effect(effect: Effect) -> dict[str, float | None]:
    numbers = {
        "control": effect.control,
        "variant": effect.variant,
        "difference": effect.variant - effect.control,
        "low": effect.difference.low,
        "high": effect.difference.high,
    }
    return {name: round(one, DIGITS) if math.isfinite(one) else None for name, one in numbers.items()}


def _day(look: Look) -> dict[str, object]:
    return {
        "day": _date_of(look.day),
        "listeners": dict(look.listeners),
        "active": dict(look.active),
        "effects": {one.variant: _effects(one) for one in look.comparisons},
    }


def _cells(effect: Effect) -> Iterator[str]:
    """A row's numbers; nothing where nothing is known."""
    for number in (effect.control, effect.variant):
        yield "" if math.isnan(number) else f"{number:.{DIGITS}f}"
    difference = effect.variant - effect.control
    yield "" if math.isnan(difference) else f"{difference:+.{DIGITS}f}"
    low, high = effect.difference.low, effect.difference.high
    yield f"{low:+.{DIGITS}f} to {high:+.{DIGITS}f}" if math.isfinite(high - low) else "nothing known"


def _advice(one: Comparison) -> str:
    who = f" {one.winner}" if one.winner else ""
    when = "" if one.stopped_on is None else f", since {_date_of(one.stopped_on)}"
    return f"{one.variant}: {one.verdict}{who}{when}"
