"""The plot of an experiment: differences from the control, with the intervals that hold at every look."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from models.experiments.behaviour import Metric
from models.experiments.guardrails import GUARDRAILS, Guardrail
from models.experiments.looks import Comparison, Effect
from streams.commands.figures.experiment_report import Judged
from streams.commands.figures.plot import COLOURS, INK, dress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

HARM: Final = "#b91c1c"


def plot_experiment(path: Path, judged: Judged) -> None:
    """Draw the goal along the days, and each guardrail with its margin below it, and write the picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(figsize=(9, 9), dpi=150, layout="constrained")
        top, *others = figure.subplots(
            1 + len(GUARDRAILS), sharex=True, gridspec_kw={"height_ratios": [2, *(1 for _ in GUARDRAILS)]}
        )
        control = judged.experiment.variants[0].name
        _draw(top, judged, judged.goal)
        for place, one in enumerate(judged.looks[-1].comparisons):
            _mark_stop(top, one, COLOURS[place % len(COLOURS)])
        dress(top, title=f"{_named(judged.goal)}: difference from {control}", below="")
        top.legend(frameon=False, loc="upper left")
        for axes, guardrail in zip(others, GUARDRAILS, strict=True):
            _draw(axes, judged, guardrail.metric)
            _draw_margin(axes, guardrail)
            last = axes is others[-1]
            below = "day (UTC); each band holds the difference at all looks together with chance .95"
            title = f"{_named(guardrail.metric)}: must not pass the red line"
            dress(axes, title=title, below=below if last else "")
        # Days since 1970 are matplotlib's own dates.
        others[-1].xaxis_date()
        figure.autofmt_xdate()
        figure.savefig(path)


def _draw(axes: Axes, judged: Judged, metric: Metric) -> None:
    """Draw a line and a band for each variant, from the first look at which something is known."""
    axes.axhline(0.0, color=INK, linewidth=1.0)
    reach = 0.0
    for place, last in enumerate(judged.looks[-1].comparisons):
        effects = [(look.day, look.comparisons[place].effects[metric]) for look in judged.looks]
        known = [(day, effect) for day, effect in effects if math.isfinite(effect.difference.high)]
        days = [day for day, _ in known]
        colour = COLOURS[place % len(COLOURS)]
        lows, highs = ([getattr(one.difference, end) for _, one in known] for end in ("low", "high"))
        axes.fill_between(days, lows, highs, color=colour, alpha=0.18, linewidth=0)
        lines = [effect.variant - effect.control for _, effect in known]
        axes.plot(days, lines, color=colour, linewidth=2.4, label=last.variant, marker=".", markersize=4)
        reach = max(reach, _reach([effect for _, effect in known]))
    if reach > 0.0:
        axes.set_ylim(-reach, reach)


def _reach(known: Sequence[Effect]) -> float:
    """How far from 0 the plot goes: the first bands are as wide as little is known, and leave the picture."""
    later = known[len(known) // 4 :]
    return 1.1 * max((max(-one.difference.low, one.difference.high) for one in later), default=0.0)


def _mark_stop(axes: Axes, one: Comparison, colour: str) -> None:
    if one.stopped_on is not None:
        axes.axvline(
            one.stopped_on, color=colour, linestyle="--", linewidth=1.2, label=f"{one.verdict} {one.winner}"
        )


def _draw_margin(axes: Axes, guardrail: Guardrail) -> None:
    margin = guardrail.margin if guardrail.rise_harms else -guardrail.margin
    axes.axhline(margin, color=HARM, linewidth=1.2, linestyle="--")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, 1.5 * margin), max(high, 1.5 * margin))


def _named(metric: Metric) -> str:
    return metric.replace("_", " ")
