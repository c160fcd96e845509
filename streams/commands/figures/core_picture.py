"""The picture of a k-core: listeners and items, coloured by community, large where their core is high."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from streams.commands.figures.core_legend import ITEM, LISTENER, add_legend
from streams.commands.figures.drawn_core import GREY, DrawnCore, Places, drawn_core
from streams.commands.figures.k_core import KCore
from streams.commands.figures.plot import INK
from streams.demo.names import Names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SAME_BYTES: Final = {"font.family": "DejaVu Sans", "font.size": 10, "svg.hashsalt": "segue"}
UNDATED: Final[dict[str, dict[str, None]]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""What is left out of files that would tell when they were drawn."""


def draw_core(path: Path, core: KCore, names: Names) -> None:
    """Draw at most 2,000 nodes, those of the highest cores, and write the picture; same core, same bytes."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    drawn = drawn_core(core)
    # Names in scripts that the font lacks are drawn as boxes, without a word for each letter.
    with rc_context(SAME_BYTES), warnings.catch_warnings(action="ignore"):
        figure = Figure(figsize=(13, 9), dpi=150, layout="constrained")
        axes = figure.add_subplot()
        axes.set_axis_off()
        axes.set_aspect("equal", adjustable="datalim")
        places = drawn.places()
        _draw_edges(axes, drawn, places)
        _draw_nodes(axes, drawn, places)
        axes.set_title(_title(core, drawn), loc="left", color=INK, fontweight="bold", pad=12)
        add_legend(axes, core, drawn, names)
        figure.savefig(path, metadata=UNDATED.get(path.suffix.lower(), {}))


def _draw_edges(axes: Axes, drawn: DrawnCore, places: Places) -> None:
    """Draw edges within communities in their colours over those between them, fainter the more there are."""
    from matplotlib.collections import LineCollection

    edges, within, colours = drawn.graph.edges, drawn.within(), _shades(drawn)
    alpha = float(np.clip(24.0 / np.sqrt(max(1, len(edges))), 0.08, 0.6))
    for some, shades, share in ((~within, GREY, 0.5), (within, colours[edges[within, 0]], 1.0)):
        lines = LineCollection(list(places[edges[some]]), colors=shades, linewidths=0.5, alpha=share * alpha)
        # Tens of thousands of lines would make a vector picture too heavy to open.
        lines.set_rasterized(True)
        axes.add_collection(lines)


def _draw_nodes(axes: Axes, drawn: DrawnCore, places: Places) -> None:
    """Draw listeners as rings and items as filled diamonds over them."""
    shades, areas, first = _shades(drawn), drawn.areas(drawn.core), len(drawn.graph.listeners)
    for marker, nodes in ((LISTENER, slice(None, first)), (ITEM, slice(first, None))):
        colour = shades[nodes].tolist()
        axes.scatter(
            places[nodes, 0],
            places[nodes, 1],
            s=areas[nodes],
            marker=marker,
            facecolors="white" if marker == LISTENER else colour,
            edgecolors=colour if marker == LISTENER else "white",
            linewidths=1.0 if marker == LISTENER else 0.4,
            zorder=3,
        )


def _shades(drawn: DrawnCore) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    """Give each node the colour of its community."""
    colours = drawn.colours()
    return np.array([colours.get(community, GREY) for community in drawn.community.tolist()])


def _title(core: KCore, drawn: DrawnCore) -> str:
    graph, shown = core.graph, drawn.graph
    counts = f"{len(graph.listeners):,} listeners, {len(graph.items):,} items, {len(graph.edges):,} edges"
    what = "everything"
    if len(shown) < len(graph):
        nodes = f"{len(shown):,} of {len(graph):,} nodes, the highest cores first"
        what = f"{nodes}, and {len(shown.edges):,} edges among them"
    return f"Who plays what: the {core.k}-core, {counts}\nDrawn: {what}"
