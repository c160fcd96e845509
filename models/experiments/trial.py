"""An A/B experiment on a stream of events, judged at the end of every day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from math import hypot, nan
from typing import Final

from models.events import Event
from models.experiments.assignment import Experiment, assign
from models.experiments.behaviour import PER_DAY, Behaviour, Fraction, Metric, day_of
from models.experiments.guardrails import GUARDRAILS, State
from models.experiments.looks import Comparison, Effect, Look, Verdict
from models.experiments.mismatch import is_mismatched
from models.experiments.moments import Estimate, RatioMoments, difference
from models.experiments.sequential import ALPHA, Interval, always_valid

EXPECTED_LIFT: Final = 0.05
"""The relative effect that intervals are made for, where no guardrail names a margin."""
KNOWN_WITHIN: Final = 0.1
"""The mean of a metric says what 5% of it is once its standard error is at most this part of it."""
LEAST_LISTENERS: Final = 100
"""A variant with fewer of whom a metric is known says nothing of it: intervals hold for many listeners."""


class Trial:
    """Keeps each listener's totals and, for each variant and metric, six sums.

    `goal` is the metric by which a variant wins; `artists` names those of items whose events do not. With k
    variants beside the control, each is compared at `alpha` / k, so that all are right together with chance
    1 - `alpha`.
    """

    def __init__(
        self, experiment: Experiment, *, goal: Metric, artists: Mapping[str, str], alpha: float = ALPHA
    ) -> None:
        self._experiment = experiment
        self._goal = goal
        self._artists = artists
        self._names = [variant.name for variant in experiment.variants]
        self._alpha = alpha / (len(self._names) - 1)
        self._sums = {name: {metric: RatioMoments() for metric in Metric} for name in self._names}
        self._listeners: dict[str, tuple[str, Behaviour]] = {}
        self._told: dict[str, Mapping[Metric, Fraction]] = {}
        self._today: dict[str, None] = {}
        self._enough: Mapping[Metric, bool] = {}
        self._scales = {guardrail.metric: guardrail.margin for guardrail in GUARDRAILS}
        self._stopped: dict[str, tuple[Verdict, str, int]] = {}

    def hear(self, event: Event) -> None:
        """Take in an event of the current day."""
        if event.user not in self._listeners:
            self._listeners[event.user] = assign(self._experiment, event.user), Behaviour()
        artist = event.artist or self._artists.get(event.item, "")
        self._listeners[event.user][1].hear(event, artist=artist)
        self._today[event.user] = None

    def close_day(self, day: int) -> Look:
        """Judge by all days up to this one, which is over; days may be left out, and come in order."""
        active = dict.fromkeys(self._names, 0)
        for user in self._today:
            active[self._settle(user)] += 1
        self._today.clear()
        listeners = {name: round(self._sums[name][Metric.ACTIVE_DAYS].listeners) for name in self._names}
        estimates = {name: self._estimate(name, day) for name in self._names}
        self._enough = {
            metric: min(sums[metric].listeners for sums in self._sums.values()) >= LEAST_LISTENERS
            for metric in Metric
        }
        self._fix_scales(estimates)
        mismatched = is_mismatched(self._experiment, listeners)
        control, *others = self._names
        comparisons = [
            self._compare(estimates[control], estimates[name], name, day, mismatched=mismatched)
            for name in others
        ]
        return Look(day, listeners, active, tuple(comparisons))

    def _settle(self, user: str) -> str:
        """Bring a listener's totals into the sums of their variant; gives its name."""
        name, behaviour = self._listeners[user]
        fractions, told = behaviour.fractions(), self._told.get(user, {})
        for metric, fraction in fractions.items():
            sums = self._sums[name][metric]
            if metric not in told:
                sums.add(*fraction)
            else:
                sums.replace(told[metric], fraction)
        self._told[user] = fractions
        return name

    def _estimate(self, name: str, day: int) -> dict[Metric, Estimate | None]:
        sums = self._sums[name]
        return {
            metric: (sums[metric].shifted(day + 1) if metric in PER_DAY else sums[metric]).estimate()
            for metric in Metric
        }

    def _fix_scales(self, estimates: Mapping[str, Mapping[Metric, Estimate | None]]) -> None:
        """Fix once what size of effect is looked for, by the mean of all variants: it tells no difference."""
        for metric in Metric:
            known = [one for of in estimates.values() if (one := of[metric]) is not None]
            total = sum(one.value for one in known)
            error = hypot(*(one.standard_error for one in known))
            settled = len(known) == len(self._names) and total > 0.0 and error <= KNOWN_WITHIN * total
            if settled and self._enough[metric] and metric not in self._scales:
                self._scales[metric] = EXPECTED_LIFT * total / len(known)

    def _compare(
        self,
        control: Mapping[Metric, Estimate | None],
        variant: Mapping[Metric, Estimate | None],
        name: str,
        day: int,
        *,
        mismatched: bool,
    ) -> Comparison:
        effects = {metric: self._effect(metric, control[metric], variant[metric]) for metric in Metric}
        guardrails = {one.metric: one.state(effects[one.metric].difference) for one in GUARDRAILS}
        verdict, winner = Verdict.MISMATCH, ""
        if not mismatched:
            better = (self._names[0], name)
            verdict, winner = _judge(effects[self._goal].difference, list(guardrails.values()), better)
        if verdict is not Verdict.GO_ON:
            self._stop(name, verdict, winner, day)
        if name not in self._stopped:
            return Comparison(name, effects, guardrails, verdict)
        return Comparison(name, effects, guardrails, *self._stopped[name])

    def _stop(self, name: str, verdict: Verdict, winner: str, day: int) -> None:
        """Keep the first verdict, but for a mismatch: what was found before it is worthless too."""
        kept = self._stopped.setdefault(name, (verdict, winner, day))
        if verdict is Verdict.MISMATCH and kept[0] is not Verdict.MISMATCH:
            self._stopped[name] = (verdict, winner, day)

    def _effect(self, metric: Metric, control: Estimate | None, variant: Estimate | None) -> Effect:
        if control is None or variant is None or not self._enough[metric] or metric not in self._scales:
            values = [nan if one is None else one.value for one in (control, variant)]
            return Effect(values[0], values[1], Interval())
        estimate = difference(control, variant)
        interval = always_valid(estimate, scale=self._scales[metric], alpha=self._alpha)
        return Effect(control.value, variant.value, interval)


def look_daily(trial: Trial, events: Iterable[Event]) -> Iterator[Look]:
    """Let a trial hear events, which are in the order of time, and look at the end of each day with any."""
    for day, of_the_day in groupby(events, key=day_of):
        for event in of_the_day:
            trial.hear(event)
        yield trial.close_day(day)


def _judge(goal: Interval, guardrails: list[State], better: tuple[str, str]) -> tuple[Verdict, str]:
    """The verdict of one look, and who wins, of (control, variant): a variant only if nothing is harmed."""
    if State.FAIL in guardrails:
        return Verdict.HARM, ""
    if goal.high < 0.0:
        return Verdict.WINNER, better[0]
    if goal.low > 0.0 and set(guardrails) == {State.PASS}:
        return Verdict.WINNER, better[1]
    return Verdict.GO_ON, ""
