"""Lines with their names at their ends: how recall runs along a log, what policies missed by round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from streams.commands.console import fail
from streams.commands.figures.tally import WINDOWS, running_recall

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS: Final = (
    *("#0b6e4f", "#d1731c", "#5b6cb3", "#a23b72", "#6b7280", "#b59f3b"),
    *("#0e9aa7", "#7c4a2d", "#c2543d"),
)
"""The first stands for what is tested, the others can be told apart by the colour-blind too."""
SMOOTHED: Final = 7
INK: Final = "#374151"


def check_plot(path: Path) -> None:
    """Fail before anything is computed where the plot could not be drawn or written."""
    if not path.parent.is_dir():
        fail(f"The folder of {path} does not exist.", "Name a file in a folder that does.")
    if path.suffix.lower() not in {".png", ".svg", ".pdf"}:
        fail(f"{path} has no ending for a picture.", "End its name in .png, .svg or .pdf.")
    if find_spec("matplotlib") is None:
        fail("A plot needs matplotlib, which is missing.", "Install it: python -m pip install matplotlib")


def plot_recall(path: Path, found: Mapping[str, Sequence[int]]) -> None:
    """Draw recall@20 in a hundred windows of the log and a mean over seven, and write the picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(figsize=(9, 4.8), dpi=150, layout="constrained")
        axes = figure.add_subplot()
        ends: list[tuple[float, str, str]] = []
        for place, (name, of_targets) in enumerate(found.items()):
            colour = COLOURS[place % len(COLOURS)]
            targets, recall = running_recall(of_targets)
            smooth = smoothed(recall)
            axes.plot(targets, recall, color=colour, alpha=0.22, linewidth=0.9)
            axes.plot(targets, smooth, color=colour, linewidth=2.4 if place == 0 else 1.7)
            ends.append((smooth[-1] if smooth else 0.0, f"{name}  {_mean(of_targets):.3f}", colour))
        most = max((len(of_targets) for of_targets in found.values()), default=0)
        axes.set_xlim(0, max(1, most))
        axes.set_ylim(bottom=0)
        _name_lines(axes, ends)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        window = max(1, most // WINDOWS)
        dress(
            axes,
            title="recall@20 along the log: the share of plays among the first 20 predicted",
            below=f"plays predicted; thin: windows of {window:,}, thick: mean of seven, number: mean of all",
        )
        figure.savefig(path)


def plot_regret(path: Path, curves: Mapping[str, Sequence[float]]) -> None:
    """Draw cumulative regret by round, a line for each policy, what is tested first; write the picture."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"font.family": "DejaVu Sans", "font.size": 10}):
        figure = Figure(figsize=(9, 4.8), dpi=150, layout="constrained")
        axes = figure.add_subplot()
        ends: list[tuple[float, str, str]] = []
        for place, (name, curve) in enumerate(curves.items()):
            colour = COLOURS[place % len(COLOURS)]
            width = 2.4 if place == 0 else 1.7
            axes.plot(range(len(curve) + 1), [0.0, *curve], color=colour, linewidth=width)
            ends.append((curve[-1], f"{name}  {curve[-1]:,.0f}", colour))
        axes.set_xlim(0, max(1, *(len(curve) for curve in curves.values())))
        # Names are moved apart upwards, and must not reach the title.
        axes.set_ylim(0.0, 1.2 * max(end for end, _, _ in ends) or 1.0)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        _name_lines(axes, ends)
        dress(
            axes,
            title="cumulative regret: clicks that the best slates would have had, and these had not",
            below="rounds; number: after the last one",
        )
        figure.savefig(path)


def smoothed(values: Sequence[float], width: int = SMOOTHED) -> list[float]:
    """Centred means over `width` values, over fewer at the ends.

    >>> smoothed([0.0, 3.0, 6.0], width=3)
    [1.5, 3.0, 4.5]
    """
    reach = width // 2
    parts = [values[max(0, place - reach) : place + reach + 1] for place in range(len(values))]
    return [sum(part) / len(part) for part in parts]


def _mean(found: Sequence[int]) -> float:
    return sum(found) / max(1, len(found))


def _name_lines(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write each name where its line ends, names moved apart where lines meet."""
    limits = axes.get_ylim()
    least = 0.06 * (limits[1] - limits[0])
    height = -least
    for end, name, colour in sorted(ends):
        height = max(end, height + least)
        axes.annotate(
            name,
            (1.0, height),
            xycoords=("axes fraction", "data"),
            xytext=(8, 0),
            textcoords="offset points",
            color=colour,
            va="center",
            fontweight="bold",
        )


def dress(axes: Axes, *, title: str, below: str = "") -> None:
    """Give axes the look of every plot: no frame, quiet lines across, a title, and what runs along below."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#9ca3af")
    axes.grid(axis="y", color="#e5e7eb", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=INK, length=0)
    axes.set_xlabel(below, color=INK)
    axes.set_title(title, loc="left", color=INK, fontweight="bold", pad=12)
