"""Examples: what the ranker learns from, drawn from the candidates of a play, and their bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.candidates import Candidates
from models.chance import uniforms
from models.crosses import Float32s
from models.errors import CorruptState
from models.events import stable_key
from models.features import FEATURE_NAMES, FEATURES

VERSION: Final = 1
NEGATIVES: Final = 30
"""Candidates in an example that were not played: 1% of MRR below all 300, and a tenth of the bytes."""
_HEADER: Final = struct.Struct("<BqH")  # version, layout, rows
_LAYOUT: Final = stable_key("\n".join(FEATURE_NAMES))
"""Numbers mean nothing under another table of features; bytes that were written under one are refused."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """What the ranker learns from: features (float32, k x FEATURES) of the played item and k - 1 others."""

    features: Float32s


def draw_example(
    candidates: Candidates, played_position: int, *, negatives: int = NEGATIVES, seed: int
) -> Example | None:
    """Put the played item beside `negatives` others, drawn uniformly without replacement by `seed`.

    None if the played item is no candidate, or the only one.
    """
    played = np.flatnonzero(candidates.positions == played_position)
    if len(played) == 0 or len(candidates.positions) == 1:
        return None
    chance = uniforms(seed, len(candidates.positions))
    chance[played] = -1.0
    features = candidates.features[np.argsort(chance)[: negatives + 1]]
    # The precision that an example keeps on its way to the trainer, so that nobody learns from another.
    return Example(features.astype(np.float16).astype(np.float32))


def encode_example(example: Example) -> bytes:
    """Write an example as bytes, 2.5 KB for 31 rows; features lose precision to float16."""
    header = _HEADER.pack(VERSION, _LAYOUT, len(example.features))
    return header + example.features.astype("<f2").tobytes()


def decode_example(data: bytes) -> Example:
    """Read an example.

    Raises:
        CorruptState: the version, the table of features or the length is another, or a number is not finite.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"example of {len(data)} bytes")
    version, layout, rows = _HEADER.unpack_from(data)
    if (version, layout) != (VERSION, _LAYOUT):
        raise CorruptState(f"example of version {version}, or of another table of features")
    if rows < 2 or len(data) != _HEADER.size + rows * FEATURES * 2:
        raise CorruptState(f"example of {len(data)} bytes with {rows} rows")
    features = np.frombuffer(data, "<f2", offset=_HEADER.size).astype(np.float32)
    if not np.isfinite(features).all():
        raise CorruptState("example with a number that is not finite")
    return Example(features.reshape(rows, FEATURES))
