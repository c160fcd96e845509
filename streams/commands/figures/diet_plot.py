"""The plot of diets: how far apart, little known and surprising the plays of each week were."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from streams.commands.figures.plot import COLOURS, INK, dress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANELS: Final = {
    "distance": "distance within what was played",
    "novelty": "novelty, bits",
    "serendipity": "serendipity",
}
FIRST: Final = len(COLOURS)
"""Listeners that are drawn; more lines could not be told apart."""


def plot_diets(path: Path, weeks: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Draw a line for each of the first listeners, dots where the alarm was raised, and write the picture.

    `weeks` holds the numbers of each week, by listener and the day on which it began.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(figsize=(9, 7.5), dpi=150, layout="constrained")
        for place, (measure, heading) in enumerate(PANELS.items()):
            axes = figure.add_subplot(len(PANELS), 1, place + 1)
            for nth, (listener, of_listener) in enumerate(list(weeks.items())[:FIRST]):
                _draw_line(axes, listener, of_listener, measure, COLOURS[nth])
            dress(axes, title=f"{heading}; dots: the alarm is raised")
            if place == 0:
                axes.legend(frameon=False, labelcolor=INK, loc="lower left", ncols=FIRST)
        figure.savefig(path)


def _draw_line(
    axes: Axes, listener: str, weeks: Mapping[str, Mapping[str, float]], measure: str, colour: str
) -> None:
    days = np.array(list(weeks), "datetime64[D]")
    heights = [numbers[measure] for numbers in weeks.values()]
    raised = [place for place, numbers in enumerate(weeks.values()) if numbers["exploration"] > 1]
    axes.plot(days, heights, color=colour, linewidth=1.7, label=listener)
    axes.scatter(days[raised], [heights[place] for place in raised], color=colour, s=28)
