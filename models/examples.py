"""Examples: what the ranker learns from, drawn from the candidates of a play, and their bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.candidates import Candidates
from models.chance import draw_uniforms
from models.compiled import compiled
from models.errors import CorruptState
from models.events import stable_key
from models.features import FEATURE_NAMES, FEATURES

VERSION: Final = 2
NEGATIVES: Final = 30
"""Candidates in an example that were not played: 1% of MRR below all 300, and a tenth of the bytes."""
_HEADER: Final = struct.Struct("<BqH")  # version, layout, items
_LAYOUT: Final = stable_key("\n".join(FEATURE_NAMES))
"""Numbers mean nothing under another table of features; bytes that were written under one are refused."""

Float16s = npt.NDArray[np.float16]
Float32s = npt.NDArray[np.float32]
Int32s = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What the ranker learns from: features (float16, FEATURES x k) of the played item, then of k - 1 others.

    Two bytes a number are what an example keeps on its way to the trainer: nobody learns from more.
    """

    features: Float16s


def draw_example(
    candidates: Candidates, played_position: int, *, negatives: int = NEGATIVES, seed: int
) -> Example | None:
    """Put the played item beside `negatives` others, drawn uniformly without replacement by `seed`.

    None if the played item is no candidate, or the only one.
    """
    drawn = _draw(candidates.positions, candidates.features, played_position, negatives, np.uint64(seed))
    return Example(drawn.astype(np.float16)) if drawn.shape[1] > 1 else None


@compiled
def _draw(positions: Int32s, features: Float32s, played: int, negatives: int, seed: np.uint64) -> Float32s:
    chosen = _choose(positions, played, negatives, seed)
    drawn = np.empty((len(features), len(chosen)), np.float32)
    for item in range(len(chosen)):
        drawn[:, item] = features[:, chosen[item]]
    return drawn


@compiled
def _choose(positions: Int32s, played: int, negatives: int, seed: np.uint64) -> Int32s:
    """The played one's place, then those of the others: the first steps of a shuffle (Fisher and Yates)."""
    places = np.arange(len(positions)).astype(np.int32)
    for place in range(len(positions)):
        if positions[place] == played:
            places[0], places[place] = place, 0
            drawn = draw_uniforms(seed, min(negatives, len(positions) - 1))
            for nth in range(len(drawn)):
                left = len(positions) - 1 - nth
                other = 1 + nth + min(int(drawn[nth] * left), left - 1)
                places[1 + nth], places[other] = places[other], places[1 + nth]
            return places[: 1 + len(drawn)]
    return places[:0]


def encode_example(example: Example) -> bytes:
    """Write an example as bytes, 2.5 KB for 31 items."""
    return (
        _HEADER.pack(VERSION, _LAYOUT, example.features.shape[1])
        + example.features.astype("<f2", copy=False).tobytes()
    )


def decode_example(data: bytes) -> Example:
    """Read an example.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"example of {len(data)} bytes")
    version, layout, items = _HEADER.unpack_from(data)
    if (version, layout) != (VERSION, _LAYOUT):
        raise CorruptState(f"example of version {version}, or of another table of features")
    if items < 2 or len(data) != _HEADER.size + items * FEATURES * 2:
        raise CorruptState(f"example of {len(data)} bytes with {items} items")
    features = np.frombuffer(data, "<f2", offset=_HEADER.size)
    if not np.isfinite(features).all():
        raise CorruptState("example with a number that is not finite")
    return Example(features.reshape(FEATURES, items))
