"""Examples: what the ranker learns from, drawn from the candidates of a play, and their bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.chance import draw_uniforms
from models.compiled import compiled
from models.errors import CorruptState
from models.features import FEATURES, LAYOUT
from models.network import add_up
from models.own_weights import OwnWeights
from models.recall import weigh

VERSION: Final = 3
NEGATIVES: Final = 30
"""Candidates in an example that were not played: 1% of MRR below all 300, and a tenth of the bytes."""
_HEADER: Final = struct.Struct("<BqH")  # version, layout, items

Float16s = npt.NDArray[np.float16]
Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What the ranker learns from: features (float16, FEATURES x k) of the played item, then of k - 1 others.

    `own` (float16, 2 x k) is what the listener's own weights added to the scores of each stage: the trainer
    learns what is left. Two bytes a number are what an example keeps on its way: nobody learns from more.
    """

    features: Float16s
    own: Float16s


def draw_example(
    features: Float32s,
    hidden: Float32s,
    played: int,
    own: OwnWeights,
    *,
    negatives: int = NEGATIVES,
    seed: int,
) -> Example | None:
    """Put the played candidate beside `negatives` others, drawn uniformly without replacement by `seed`.

    None if it is the only one. `features` (float32, FEATURES x n) are those of all candidates, and `hidden`
    (float32, HIDDEN x n) is what the units of the ranker answered to them.
    """
    drawn, added = _draw(features, hidden, played, own.recall, own.terms, negatives, np.uint64(seed))
    return Example(drawn.astype(np.float16), added.astype(np.float16)) if drawn.shape[1] > 1 else None


@compiled
def _draw(
    features: Float32s,
    hidden: Float32s,
    played: int,
    recall: Float32s,
    terms: Float32s,
    negatives: int,
    seed: np.uint64,
) -> tuple[Float32s, Float32s]:
    chosen = _choose(features.shape[1], played, negatives, seed)
    drawn = np.empty((len(features), len(chosen)), np.float32)
    answers = np.empty((len(hidden), len(chosen)), np.float32)
    for item in range(len(chosen)):
        drawn[:, item] = features[:, chosen[item]]
        answers[:, item] = hidden[:, chosen[item]]
    added = np.empty((2, len(chosen)), np.float32)
    added[0], added[1] = weigh(drawn, recall), add_up(drawn, answers, terms)
    return drawn, added


@compiled
def _choose(candidates: int, played: int, negatives: int, seed: np.uint64) -> Int32s:
    """The played one's place, then those of the others: the first steps of a shuffle (Fisher and Yates)."""
    places = np.arange(candidates).astype(np.int32)
    places[0], places[played] = played, 0
    drawn = draw_uniforms(seed, min(negatives, candidates - 1))
    for nth in range(len(drawn)):
        left = candidates - 1 - nth
        other = 1 + nth + min(int(drawn[nth] * left), left - 1)
        places[1 + nth], places[other] = places[other], places[1 + nth]
    return places[: 1 + len(drawn)]


def encode_example(example: Example) -> bytes:
    """Write an example as bytes, 2.9 KB for 31 items."""
    header = _HEADER.pack(VERSION, LAYOUT, example.features.shape[1])
    return header + example.features.astype("<f2").tobytes() + example.own.astype("<f2").tobytes()


def decode_example(data: bytes) -> Example:
    """Read an example.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"example of {len(data)} bytes")
    version, layout, items = _HEADER.unpack_from(data)
    if (version, layout) != (VERSION, LAYOUT):
        raise CorruptState(f"example of version {version}, or of another table of features")
    if items < 2 or len(data) != _HEADER.size + items * (FEATURES + 2) * 2:
        raise CorruptState(f"example of {len(data)} bytes with {items} items")
    numbers = np.frombuffer(data, "<f2", offset=_HEADER.size)
    if not np.isfinite(numbers).all():
        raise CorruptState("example with a number that is not finite")
    rows = numbers.reshape(FEATURES + 2, items)
    return Example(rows[:FEATURES], rows[FEATURES:])
