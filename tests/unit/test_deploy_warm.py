"""After `make env`, and in an image, nothing is left to compile."""

from __future__ import annotations

import ast

from tests.warming import ROOT, WARM, Warming, run_compiling

DECORATORS = {"compiled", "unlocked"}

ANOTHER_LOG = """
from numba.core import event
from models.batch import Placed
from models.listeners import Population, simulate
from models.standalone import Standalone

people = Population(seed=5, listeners=2, items=300, artists=40)
system = Standalone(ring_events=8192)
system.learn_catalog(people.catalogue.records())
log = [Placed(offset, played) for offset, played in enumerate(simulate(people, events=150, start_at=1e9))]
with event.install_recorder("numba:compile") as compiled:
    system.process(log, partition=1, emit=lambda *slate: None)
print([happened.data["dispatcher"].py_func.__qualname__ for _, happened in compiled.buffer])
"""


def passes() -> set[str]:
    """Every compiled pass of the core, as numba names its file: module file and function."""
    return {
        f"{path.stem}.{node.name}"
        for path in (ROOT / "models").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and DECORATORS & set(map(ast.unparse, node.decorator_list))
    }


def test_warming_leaves_nothing_to_compile(warming: Warming) -> None:
    told = warming.told()
    kept = {index.name.rpartition("-")[0] for index in warming.folder.rglob("*.nbi")}
    assert passes() - kept == set(), "models/warm.py does not reach these"
    assert len(told) >= len(passes()) > 0, "each pass is told as it is compiled"
    assert run_compiling(WARM, warming.folder) == []
    assert run_compiling(ANOTHER_LOG, warming.folder) == ["[]"]
