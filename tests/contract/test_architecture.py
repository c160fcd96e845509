"""The architecture of docs/architecture.md, held: what may import what, and what the core never does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CORE_MAY_IMPORT = {
    *(
        "__future__",
        "abc",
        "array",
        "bisect",
        "collections",
        "dataclasses",
        "enum",
        "functools",
        "hashlib",
        "importlib",
    ),
    *("hashlib", "heapq", "importlib", "itertools", "json", "math", "operator", "pkgutil", "struct"),
    *("typing", "zlib"),
    *("numpy", "numba", "river", "models"),
}
"""Values in, values out: nothing here has a clock, a file, a network or a process."""

CORE_NEVER_NAMES = {"Any", "TYPE_CHECKING", "breakpoint", "eval", "exec", "input", "open", "print"}

SERIALIZERS_THAT_RUN_CODE = {"cloudpickle", "dill", "joblib", "marshal", "pickle", "shelve"}

ENGINE_ONLY = {"aiokafka", "faust", "mode", "rocksdict"}
"""One package knows how Faust and RocksDB work; everything else is given batches and returns commits."""

CORE_FLOW = (
    *("models.errors", "models.learned_bytes", "models.compiled", "models.chance", "models.half"),
    *("models.events", "models.key_index", "models.content", "models.content_ridge"),
    *("models.playlists", "models.growth", "models.editorial"),
    *("models.arm_pooling", "models.arms", "models.arm_bytes"),
    *("models.numbering", "models.segments", "models.recollection"),
    *("models.play_counts", "models.index_memory", "models.play_index"),
    *("models.item_space", "models.bounded_rows"),
    *(
        "models.signals",
        "models.items",
        "models.news",
        "models.item_learning",
        "models.history",
        "models.reward",
    ),
    *("models.co_listening", "models.observation"),
    *("models.features", "models.recall", "models.network", "models.descent", "models.own_weights"),
    *(
        "models.diet",
        "models.diet.measures",
        "models.diet.alarm",
        "models.diet.diet",
        "models.diet.plays",
        "models.diet.groups",
        "models.diet.calibration",
        "models.taste",
        "models.onboarding",
        "models.contexts",
        "models.profile",
        "models.most_played",
        "models.locales",
        "models.row_pool",
        "models.linked_rows",
        "models.factors",
        "models.votes",
        "models.neighbourhoods",
        "models.unplayed",
        "models.item_arrays",
        "models.names",
        "models.catalogue",
        "models.saved_arrays",
        "models.saved_editorial",
        "models.saved_catalogue",
        "models.nearest",
    ),
    *("models.likeness", "models.best", "models.sources", "models.moment"),
    *("models.skip_facts", "models.skip_moment", "models.skip_items", "models.skip_buckets"),
    *("models.skip_examples", "models.skips", "models.skip_figures"),
    *("models.evidence", "models.proposals", "models.candidates", "models.diet.shown"),
    *("models.examples", "models.ranker"),
    "models.off_policy",
    *("models.slate", "models.sampling", "models.page", "models.situation"),
    *("models.own_shelves", "models.shown", "models.credits", "models.shelf_lessons"),
    *(
        "models.shelf_memory",
        "models.shelf_learning",
        "models.shelf_model",
        "models.training",
        "models.trainer",
    ),
    *("models.state", "models.listening_graph", "models.shelves", "models.shelf_policy"),
    "models.shelf_judging",
    *(
        "models.composition",
        "models.asked",
        "models.inputs",
        "models.explanation",
        "models.remembering",
        "models.personalizer",
        "models.batch",
    ),
    *("models.explanation_texts", "models.explanation_bytes", "models.explained"),
    *("models.playlist_signals", "models.playlist_vectors"),
    *(
        "models.standalone",
        "models.diet.weeks",
        "models.river_logistic",
        "models.evaluation",
        "models.side_by_side",
    ),
    *("models.leave_last_out", "models.held_out", "models.sources_alone"),
    *("models.cold_items", "models.newcomers", "models.experiments"),
    "models.carousel",
    *("models.sequences", "models.listeners", "models.home"),
    *("models.contract", "models.warm"),
)
SHELL_FLOW = (
    *("streams.cores", "streams.declaration", "streams.engine", "streams.settings", "streams.topics"),
    "streams.schemas",
    *("streams.sources", "streams.delivery", "streams.topic_reader", "streams.fences"),
    *(
        "streams.estimates",
        "streams.recommendations",
        "streams.emitted",
        "streams.explanations",
        "streams.rings",
    ),
    *(
        "streams.snapshot",
        "streams.saved_replica",
        "streams.model_updates",
        "streams.replica",
        "streams.freshness",
        "streams.agents",
        "streams.app",
    ),
    *("streams.guarded", "streams.broker", "streams.signals", "streams.processes"),
    *("streams.process_group", "streams.demo", "streams.environments"),
    *("streams.commands", "streams.cli"),
)
FLOW = ("models", *CORE_FLOW, "streams", *SHELL_FLOW)
"""Every part, in the order in which data flows. Each imports earlier ones only; place a new one here."""


def modules(*folders: str) -> dict[str, ast.Module]:
    """The syntax trees of all modules under `folders`, by dotted name."""
    trees = {}
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            trees[name] = ast.parse(path.read_text(), filename=str(path))
    return trees


def imports(tree: ast.Module) -> Iterator[str]:
    """The dotted names that a module imports when it runs; `from a import b` gives `a.b`."""
    for node in _running(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _running(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield child
            yield from _running(child)


def place(name: str) -> int:
    """Where the part that a module or a name in it belongs to stands in the flow."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        prefix = ".".join(parts[:length])
        if prefix in FLOW and (length > 1 or len(parts) == 1):
            return FLOW.index(prefix)
    raise AssertionError(f"{name} has no place in FLOW: add its part where its data is made")


CORE = modules("models")
SHELL = modules("streams")
ALL = modules("models", "streams", "benchmarks", "tests", "deploy")


@pytest.mark.parametrize("name", CORE)
def test_the_core_imports_nothing_of_the_shell(name: str) -> None:
    foreign = {found for found in imports(CORE[name]) if found.split(".")[0] not in CORE_MAY_IMPORT}
    assert not foreign, "models/ is pure: time, randomness and settings are arguments"


@pytest.mark.parametrize("name", CORE)
def test_the_core_has_no_hidden_inputs(name: str) -> None:
    for node in ast.walk(CORE[name]):
        if isinstance(node, ast.Name):
            assert node.id not in CORE_NEVER_NAMES, f"line {node.lineno}: {node.id}"
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"np.random", "numpy.random"}:
            # Its other functions draw from one state for the whole process.
            assert node.attr in {"default_rng", "Generator"}, f"line {node.lineno}: {node.attr}"
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("default_rng"):
            assert node.args or node.keywords, f"line {node.lineno}: a seed from the clock"


@pytest.mark.parametrize("name", CORE)
def test_the_core_never_takes_the_order_of_a_set(name: str) -> None:
    for node in ast.walk(CORE[name]):
        if isinstance(node, ast.For | ast.comprehension):
            source = node.iter
            called = source.func if isinstance(source, ast.Call) else None
            by_hash = isinstance(called, ast.Name) and called.id in {"set", "frozenset"}
            assert not by_hash and not isinstance(source, ast.Set | ast.SetComp), ast.unparse(source)


@pytest.mark.parametrize("name", [*CORE, *SHELL])
def test_imports_follow_the_flow_of_data(name: str) -> None:
    here = place(name)
    for found in imports((CORE | SHELL)[name]):
        if found.split(".")[0] in {"models", "streams"}:
            assert place(found) <= here, f"{name} comes before {found}"


def test_no_two_modules_import_each_other() -> None:
    known = CORE | SHELL
    needs = {name: {_module_of(found, known) for found in imports(known[name])} for name in known}
    settled = {""}
    while ready := {name for name in known.keys() - settled if needs[name] - {name} <= settled}:
        settled |= ready
    assert sorted(known.keys() - settled) == [], "these import each other in a circle"


def _module_of(found: str, known: dict[str, ast.Module]) -> str:
    parent = found.rpartition(".")[0]
    return found if found in known else parent if parent in known else ""


def test_candidate_sources_do_not_know_each_other() -> None:
    shared = {"models.sources", "models.sources.scan"}
    sources = {name for name in CORE if name.startswith("models.sources.")} - shared
    assert len(sources) >= 5
    for name in sources:
        others = {_module_of(found, CORE) for found in imports(CORE[name])} & (sources - {name})
        assert not others, f"{name} imports {others}: what two sources need belongs into scan.py"


def test_the_engine_knows_no_music() -> None:
    for name, tree in SHELL.items():
        if name.startswith("streams.engine"):
            outside = {found for found in imports(tree) if found.startswith(("models", "streams"))}
            known = ("streams.engine.", "streams.declaration", "streams.cores")
            assert all(found.startswith(known) for found in outside), name


@pytest.mark.parametrize("name", [name for name in SHELL if not name.startswith("streams.engine")])
def test_only_the_engine_knows_faust_and_rocksdb(name: str) -> None:
    assert not {found.split(".")[0] for found in imports(SHELL[name])} & ENGINE_ONLY


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_pickled(name: str) -> None:
    used = {found.split(".")[0] for found in imports(ALL[name])} & SERIALIZERS_THAT_RUN_CODE
    keywords = {node.arg for node in ast.walk(ALL[name]) if isinstance(node, ast.keyword)}
    assert not used and "allow_pickle" not in keywords, "state is versioned bytes, checked on load"
