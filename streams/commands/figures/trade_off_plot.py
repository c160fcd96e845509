"""The plot of a trade-off: durable discoveries against completed plays, a point for each turn of the knob."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from streams.commands.figures.plot import COLOURS, INK, dress


def plot_trade_off(path: Path, points: Sequence[Mapping[str, float]]) -> None:
    """Draw the points in the order of the knob, each with its setting, and write the picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(figsize=(7.5, 4.8), dpi=150, layout="constrained")
        axes = figure.add_subplot()
        across = [point["completed_plays"] for point in points]
        up = [point["durable_discoveries"] for point in points]
        axes.plot(across, up, color=COLOURS[0], linewidth=1.7, alpha=0.4)
        axes.scatter(across, up, color=COLOURS[0], s=36, zorder=3)
        for point, x, y in zip(points, across, up, strict=True):
            axes.annotate(
                f"{point['discovery']:+g}",
                (x, y),
                xytext=(8, 4),
                textcoords="offset points",
                color=INK,
                fontweight="bold" if point["discovery"] == 0 else "normal",
            )
        axes.margins(0.12)
        axes.set_ylabel("durable discoveries", color=INK)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        title = "what the knob trades: log-odds added to what a listener has not heard"
        dress(axes, title=title, below="completed plays")
        figure.savefig(path)
