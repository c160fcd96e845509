"""What is known of an experiment at the end of a day, and what to do: the nouns of a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.experiments.behaviour import Metric
from models.experiments.guardrails import State
from models.experiments.sequential import Interval


class Verdict(StrEnum):
    """What to do with a variant."""

    WINNER = "stop: winner"
    HARM = "stop: harmful guardrail"
    MISMATCH = "stop: sample ratio mismatch"
    GO_ON = "go on"


@dataclass(frozen=True, slots=True)
class Effect:
    """A metric in the control and in a variant, NaN where nothing is known, and the difference's interval."""

    control: float
    variant: float
    difference: Interval


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variant beside the control: effects, guardrails, and the first verdict that was not to go on.

    A mismatch takes the place of an earlier verdict. `winner` names the better of the two where that is the
    verdict, and is empty otherwise; `stopped_on` is the day of the verdict, None while it is to go on.
    """

    variant: str
    effects: Mapping[Metric, Effect]
    guardrails: Mapping[Metric, State]
    verdict: Verdict
    winner: str = ""
    stopped_on: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What is known at the end of a day: listeners so far and on that day, by variant, and comparisons."""

    day: int
    listeners: Mapping[str, int]
    active: Mapping[str, int]
    comparisons: tuple[Comparison, ...]
