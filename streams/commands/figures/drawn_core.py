"""What of a k-core is drawn, where, how large and in which colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.listening_graph import ListeningGraph, NodeArray
from streams.commands.figures.k_core import KCore, as_igraph, seed_igraph

MOST_DRAWN: Final = 2_000
COLOURS: Final = (
    *("#332288", "#cc6677", "#117733", "#ddaa33", "#66aadd", "#882255", "#44aa99", "#999933", "#aa4499"),
)
"""After Paul Tol's muted scheme, which the colour-blind can tell apart too."""
GREY: Final = "#9ca3af"
BETWEEN: Final = 0.05
"""What an edge between two communities pulls, compared with one within, so that they lie apart."""
LAYOUT_ROUNDS: Final = 200
SMALLEST, LARGEST = 14.0, 80.0
"""Areas in square points."""

Places = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DrawnCore:
    """The nodes that are drawn: the part of the graph among them, their core numbers and communities."""

    graph: ListeningGraph
    core: NodeArray
    community: NodeArray

    def places(self) -> Places:
        """Where the nodes lie (nodes x 2): edges pull, nodes push (Fruchterman and Reingold, 1991)."""
        seed_igraph()
        weights = np.where(self.within(), 1.0, BETWEEN).tolist()
        layout = as_igraph(self.graph).layout_fruchterman_reingold(
            weights=weights, niter=LAYOUT_ROUNDS, grid=False
        )
        return np.array(layout.coords, np.float64)

    def within(self) -> npt.NDArray[np.bool_]:
        """Which edges join two nodes of one community."""
        ends = self.community[self.graph.edges]
        return np.asarray(ends[:, 0] == ends[:, 1])

    def colours(self) -> Mapping[int, str]:
        """The colours of the communities with most nodes drawn, in the order of their numbers."""
        counts = np.bincount(self.community)
        largest = np.argsort(-counts, kind="stable")[: len(COLOURS)]
        coloured = sorted(largest[counts[largest] > 0].tolist())
        return dict(zip(coloured, COLOURS, strict=False))

    def areas(self, core: NodeArray) -> Places:
        """How large core numbers are drawn, in square points: growing from the lowest that is drawn."""
        low, high = self.core.min(), self.core.max()
        return np.asarray(SMALLEST + (LARGEST - SMALLEST) * (core - low) / max(1, high - low))


def drawn_core(core: KCore, most: int = MOST_DRAWN) -> DrawnCore:
    """Choose nodes of the highest cores; among equals those with most edges, as many listeners as items.

    Chosen nodes that are joined to no other are left out, unless no two of them are joined.
    """
    edges, first = core.graph.edges, len(core.graph.listeners)
    by_kind = np.lexsort((-core.graph.degrees(), -core.core))
    turn = np.empty(len(by_kind), np.int64)
    for kind in (by_kind[by_kind < first], by_kind[by_kind >= first]):
        turn[kind] = np.arange(len(kind))
    kept = np.zeros(len(core.graph), np.bool_)
    kept[np.lexsort((turn, -core.core))[:most]] = True
    joined = edges[kept[edges].all(axis=1)]
    if len(joined):
        kept &= np.isin(np.arange(len(kept)), joined)
    return DrawnCore(core.graph.part(kept), core.core[kept], core.community[kept])
