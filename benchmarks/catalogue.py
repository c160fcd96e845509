"""The catalogue at a million items: its memory, how soon it is there, and who is nearest under updates.

Simulated are the listeners and what they heard (`benchmarks.crowd`). From there it is what runs: their plays
are signals, learned by the item statistics of the agent; the models go as bytes into a catalogue, which is
written as a snapshot; a process of its own starts from that, and takes the updates and the questions.
Kafka has no part in it.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import orjson

from benchmarks.crowd import Crowd, Update, item_id
from benchmarks.machine import Machine, describe_machine
from models.catalogue import Catalogue
from models.events import CatalogRecord
from models.items import ITEM_MODEL, decode_models, item_models
from models.saved_catalogue import save_catalogue
from streams.snapshot import FILE_NAME, Source, write_snapshot

LISTENERS: Final = 200_000
ITEMS: Final = 1_000_000
PLAYS_TO_COME: Final = 15_000
"""Two updates each: 15 s at 2,000 a second."""
FETCH: Final = 500
"""Models that are applied together."""
UPDATES: Final = "updates.models"
_SEED: Final = 23


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """What a catalogue of `items` takes, of which `heard` (a share) have neighbours."""

    replica_bytes: int
    """By which the resident memory of a process grows when it loads the snapshot, behind its passes."""
    process_bytes: int
    """All of its resident memory, the interpreter and compiled passes among it."""
    start_seconds: float
    """From starting that process, imports among it, to the first nearest neighbours."""
    p99_ms: float
    """Nearest 300, while updates arrive."""
    median_ms: float
    item_state_bytes: int
    """The largest state of an item and its id, as the agent stores them."""
    updates_per_second: float
    updates_share: float
    """Of the time, for updates."""
    recall_like: float
    """Of those with a cosine of .3 or more, among the nearest 300 at most: the share that is found."""
    snapshot_bytes: int
    save_seconds: float
    queries: int
    items: int
    listeners: int
    heard: float
    machine: Machine


def measure_catalogue(
    *,
    progress: Callable[[str], None],
    listeners: int = LISTENERS,
    items: int = ITEMS,
    plays_to_come: int = PLAYS_TO_COME,
) -> CatalogueFigures:
    """Make a catalogue from a simulated crowd, start a process from its snapshot, and ask that."""
    progress(f"catalogue: {listeners:,} listeners choose among {items:,} items")
    crowd = Crowd(listeners=listeners, items=items, to_come=plays_to_come, seed=_SEED)
    with TemporaryDirectory(prefix="segue-bench-") as home:
        catalogue, updates, state_bytes = build(crowd, progress=progress)
        began = time.perf_counter()
        write_snapshot(Path(home) / FILE_NAME, Source("", {}, {}), save_catalogue(catalogue))
        saved = time.perf_counter() - began
        heard = float(catalogue.neighbours.heard[: len(catalogue)].mean())
        _write_updates(Path(home) / UPDATES, updates)
        size = (Path(home) / FILE_NAME).stat().st_size
        del catalogue
        progress("catalogue: a new process starts from the snapshot, and is asked under updates")
        asked = _run(Path(home))
    return CatalogueFigures(
        **asked,
        item_state_bytes=state_bytes,
        snapshot_bytes=size,
        save_seconds=round(saved, 2),
        items=items,
        listeners=listeners,
        heard=round(heard, 3),
        machine=describe_machine(),
    )


def build(crowd: Crowd, *, progress: Callable[[str], None]) -> tuple[Catalogue, list[Update], int]:
    """Feed what the agent publishes of a crowd to a catalogue: that, what comes later, bytes of a state."""
    catalogue, state_bytes = Catalogue(), 0
    queues: dict[int, deque[Update]] = defaultdict(deque)
    chance = np.random.default_rng(_SEED)
    pieces = chance.permutation(-(-crowd.items // FETCH))
    for done, piece in enumerate(pieces.tolist()):
        first, last = FETCH * piece, min(FETCH * (piece + 1), crowd.items)
        ids = [item_id(item) for item in range(first, last)]
        states, updates = crowd.states(first, last)
        values = [row.tobytes() for row in item_models(states)]
        catalogue.apply_models(ids, decode_models(values))
        catalogue.apply_records(
            [
                CatalogRecord(item=name, title=f"A title, number {item}", artist=f"Artist {item % 50_000}")
                for item, name in enumerate(ids, start=first)
            ]
        )
        state_bytes = max(state_bytes, states.itemsize + max(len(name) for name in ids))
        for update in updates:
            queues[update.item].append(update)
        if 10 * done // len(pieces) > 10 * (done - 1) // len(pieces):
            progress(f"catalogue: {len(catalogue):,} items")
    return catalogue, list(_in_lots(queues, chance)), state_bytes


def _in_lots(queues: dict[int, deque[Update]], chance: np.random.Generator) -> Iterator[Update]:
    """The updates of all items by lot, those of an item in their order."""
    turns = np.repeat(list(queues), [len(queue) for queue in queues.values()])
    for item in chance.permutation(turns).tolist():
        yield queues[item].popleft()


def _write_updates(path: Path, updates: list[Update]) -> None:
    with path.open("wb") as file:
        for update in updates:
            file.write(update.item.to_bytes(8, "little") + update.model)


def read_updates(path: Path) -> tuple[list[str], np.ndarray[tuple[int], np.dtype[np.void]]]:
    """The ids and the models (dtype `ITEM_MODEL`) of updates, in their order."""
    rows = np.fromfile(path, np.dtype([("item", "<i8"), ("model", ITEM_MODEL)]))
    return [item_id(item) for item in rows["item"].tolist()], rows["model"]


def _run(home: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.catalogue_start", str(home), repr(time.time())]
    result = subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parents[1])
    figures: dict[str, Any] = orjson.loads(result.stdout)
    return figures
