"""The plot of a trade-off: durable discoveries against completed plays, a point for each turn of the knob."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from streams.commands.figures.plot import COLOURS, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes


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
        _dress(axes)
        figure.savefig(path)


def _dress(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_color("#9ca3af")
    axes.grid(color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(0.12)
    axes.tick_params(colors=INK, length=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel("completed plays", color=INK)
    axes.set_ylabel("durable discoveries", color=INK)
    axes.set_title(
        "what the knob trades: log-odds added to what a listener has not heard",
        loc="left",
        color=INK,
        fontweight="bold",
        pad=12,
    )
