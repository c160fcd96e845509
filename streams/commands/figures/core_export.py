"""The k-core as a file for other programs: GraphML with all that is known of a node, or edges as CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np

from streams.commands.console import fail
from streams.commands.figures.k_core import KCore, as_igraph
from streams.demo.names import Names

Writer = Callable[[Path, KCore, Names], None]


def check_export(path: Path) -> None:
    """Fail before anything is computed where the export could not be written."""
    if not path.parent.is_dir():
        fail(f"The folder of {path} does not exist.", "Name a file in a folder that does.")
    if path.suffix.lower() not in _WRITERS:
        fail(f"{path} has no ending for a graph.", "End its name in .graphml, or .csv for the edges alone.")


def export_core(path: Path, core: KCore, names: Names) -> None:
    """Write the k-core in the format that the file's ending names; the same core gives the same bytes."""
    _WRITERS[path.suffix.lower()](path, core, names)


def _write_graphml(path: Path, core: KCore, names: Names) -> None:
    listeners, items = core.graph.listeners, core.graph.items
    nodes = as_igraph(core.graph)
    nodes.vs["name"] = [*listeners, *items]
    nodes.vs["kind"] = ["listener"] * len(listeners) + ["item"] * len(items)
    nodes.vs["core"] = core.core.tolist()
    nodes.vs["community"] = (core.community + 1).tolist()
    nodes.vs["title"] = [""] * len(listeners) + [names.title(item) for item in items]
    nodes.vs["artist"] = [""] * len(listeners) + [names.artist(item) for item in items]
    nodes.write_graphml(str(path))


def _write_csv(path: Path, core: KCore, names: Names) -> None:
    """Write an edge a line; its core number is the largest k whose k-core the edge is in."""
    ids = [*core.graph.listeners, *core.graph.items]
    numbers = np.minimum(*core.core[core.graph.edges].T).tolist()
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(("listener", "item", "core"))
        for (listener, item), number in zip(core.graph.edges.tolist(), numbers, strict=True):
            lines.writerow((ids[listener], ids[item], number))


_WRITERS: Final[Mapping[str, Writer]] = {".graphml": _write_graphml, ".csv": _write_csv}
