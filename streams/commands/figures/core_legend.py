"""The legend of a picture of a k-core: kinds of nodes, core numbers, communities, with their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from streams.commands.figures.drawn_core import GREY, DrawnCore
from streams.commands.figures.k_core import KCore
from streams.commands.figures.plot import INK
from streams.demo.names import Names

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

LISTENER, ITEM, COMMUNITY = "o", "D", "s"
LABEL_CHARS: Final = 40


def add_legend(axes: Axes, core: KCore, drawn: DrawnCore, names: Names) -> None:
    """Write the legend to the right of the picture."""
    legend = axes.legend(
        handles=[*_kinds(drawn), *_core_numbers(drawn), *_communities(core, drawn, names)],
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
        labelcolor=INK,
        labelspacing=0.75,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)  # a dollar in a title is no formula


def _kinds(drawn: DrawnCore) -> list[Line2D]:
    listeners, items = len(drawn.graph.listeners), len(drawn.graph.items)
    return [
        _mark(f"listener: {listeners:,} drawn", LISTENER, INK, 40.0, filled=False),
        _mark(f"item: {items:,} drawn", ITEM, INK, 40.0),
    ]


def _core_numbers(drawn: DrawnCore) -> list[Line2D]:
    numbers = np.unique(drawn.core)
    shown = np.unique(numbers[[0, len(numbers) // 2, -1]])
    return [
        _mark(f"core number {number}: {int((drawn.core == number).sum()):,} drawn", ITEM, GREY, area)
        for number, area in zip(shown.tolist(), drawn.areas(shown).tolist(), strict=True)
    ]


def _communities(core: KCore, drawn: DrawnCore, names: Names) -> list[Line2D]:
    """Count the nodes of the whole k-core in each community, and name the item with most listeners."""
    colours = drawn.colours()
    marks = [
        _mark(_described(core, community, names), COMMUNITY, colour, 90.0)
        for community, colour in colours.items()
    ]
    if core.communities > len(colours):
        others = int((~np.isin(core.community, list(colours))).sum())
        label = f"{core.communities - len(colours)} other communities: {others:,} nodes"
        marks.append(_mark(label, COMMUNITY, GREY, 90.0))
    return marks


def _described(core: KCore, community: int, names: Names) -> str:
    first = len(core.graph.listeners)
    nodes = np.flatnonzero(core.community == community)
    items = nodes[nodes >= first]
    text = f"community {community + 1}: {len(nodes) - len(items):,} listeners, {len(items):,} items"
    if not len(items):
        return text
    top = core.graph.items[int(items[np.argmax(core.graph.degrees()[items])]) - first]
    return f"{text}\nmost heard: {_named(top, names)}"


def _named(item: str, names: Names) -> str:
    artist = names.artist(item)
    text = f"{names.title(item)} by {artist}" if artist else names.title(item)
    return text if len(text) <= LABEL_CHARS else text[: LABEL_CHARS - 1] + "…"


def _mark(label: str, marker: str, colour: str, area: float, *, filled: bool = True) -> Line2D:
    from matplotlib.lines import Line2D

    return Line2D(
        [],
        [],
        linestyle="none",
        marker=marker,
        markersize=area**0.5,
        markerfacecolor=colour if filled else "white",
        markeredgecolor=colour,
        label=label,
    )
