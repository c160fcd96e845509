"""A process that starts from a snapshot of a catalogue, and answers under updates: `benchmarks.catalogue`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import orjson

from benchmarks.catalogue import UPDATES, read_updates
from models.catalogue import Catalogue
from models.factors import FACTORS
from models.nearest import Nearest
from models.saved_catalogue import restore_catalogue, save_catalogue
from streams.snapshot import FILE_NAME, Snapshot

RATE: Final = 2_000
"""Updates a second."""
FETCHED: Final = 50
"""Updates that are applied together: what arrives in 25 ms."""
NEAREST: Final = 300
LIKE: Final = 0.3
"""A cosine that is not by chance: of a million vectors without anything in common, the 300th has .21."""
JUDGED: Final = 50
_NOISE: Final = 0.5
_SEED: Final = 29

Float32s = npt.NDArray[np.float32]


def measure_start(home: Path, *, began: float) -> dict[str, float]:
    """Start, ask while updates arrive, then judge what is found; `began` is when the process was started."""
    _load_passes()
    idle = _resident_bytes()
    snapshot = Snapshot(home / FILE_NAME)
    catalogue = restore_catalogue(snapshot.read)
    nearest = Nearest(catalogue)
    nearest.find(np.ones(FACTORS, np.float32), most=NEAREST)
    started = time.time() - began
    resident = _resident_bytes()
    questions = make_questions(catalogue, 2_000)
    took, figures = ask_under_updates(catalogue, nearest, questions, *read_updates(home / UPDATES))
    return {
        "replica_bytes": resident - idle,
        "process_bytes": resident,
        "start_seconds": round(started, 2),
        "p99_ms": round(float(np.percentile(took, 99)), 2),
        "median_ms": round(float(np.median(took)), 2),
        **figures,
        "queries": len(took),
        "recall_like": round(find_recall(catalogue, nearest, questions[:JUDGED]), 3),
    }


def _load_passes() -> None:
    """Load the compiled passes: they take 80 MB whatever the replica takes."""
    blank = restore_catalogue(save_catalogue(Catalogue()).__getitem__)
    Nearest(blank).find(np.ones(FACTORS, np.float32), most=1)


def make_questions(catalogue: Catalogue, count: int) -> Float32s:
    """Vectors as a ridge makes them of contents: those of items drawn by lot, with half as much noise."""
    chance = np.random.default_rng(_SEED)
    known = np.flatnonzero(catalogue.neighbours.heard[: len(catalogue)])
    vectors = catalogue.neighbours.vectors(chance.choice(known, count).astype(np.int32))
    noise = chance.normal(0, _NOISE / np.sqrt(FACTORS), vectors.shape).astype(np.float32)
    mixed: Float32s = vectors + noise
    mixed /= np.sqrt((mixed * mixed).sum(axis=1, keepdims=True))
    return mixed


def ask_under_updates(
    catalogue: Catalogue,
    nearest: Nearest,
    questions: Float32s,
    ids: list[str],
    models: npt.NDArray[np.void],
) -> tuple[list[float], dict[str, float]]:
    """Milliseconds of each question, asked between updates in the same thread, as a worker asks."""
    took: list[float] = []
    applied, updating, began = 0, 0.0, time.perf_counter()
    while applied < len(ids):
        now = time.perf_counter()
        due = min(int(RATE * (now - began)), len(ids))
        if due - applied >= FETCHED or due == len(ids):
            catalogue.apply_models(ids[applied:due], models[applied:due])
            applied, updating = due, updating + time.perf_counter() - now
        asked = time.perf_counter()
        nearest.find(questions[len(took) % len(questions)], most=NEAREST)
        took.append(1e3 * (time.perf_counter() - asked))
        time.sleep(0.002)
    seconds = time.perf_counter() - began
    return took, {
        "updates_per_second": round(applied / seconds, 1),
        "updates_share": round(updating / seconds, 3),
    }


def find_recall(catalogue: Catalogue, nearest: Nearest, questions: Float32s) -> float:
    """Of the nearest 300 heard items with a cosine of .3 or more, by comparing all: the share found."""
    count, near = len(catalogue), catalogue.neighbours
    pieces = (np.arange(start, min(start + 20_000, count)) for start in range(0, count, 20_000))
    cosines = np.concatenate([near.vectors(piece.astype(np.int32)) @ questions.T for piece in pieces])
    cosines[~near.heard[:count]] = -1
    shares = []
    for question, alike in zip(questions, cosines.T, strict=True):
        best = np.argsort(-alike, kind="stable")[:NEAREST]
        like = best[alike[best] >= LIKE]
        if len(like):
            shares.append(float(np.isin(like, nearest.find(question, most=NEAREST)[0]).mean()))
    return float(np.mean(shares))


def _resident_bytes() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(measure_start(Path(sys.argv[1]), began=float(sys.argv[2]))))
