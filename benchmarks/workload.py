"""The work that all peers do alike: fold each play into 64 float32 of its user, send one output a play."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt
import orjson

DIMENSIONS: Final = 64
PARTITIONS: Final = 4
USERS: Final = 20_000
KEEP: Final = np.float32(0.98)

Vector = npt.NDArray[np.float32]

_DIRECTIONS: Final = 0.02 * np.random.default_rng(0).standard_normal((4_096, DIMENSIONS)).astype(np.float32)
ZERO: Final = np.zeros(DIMENSIONS, np.float32)


def plays(count: int, *, seed: int = 1) -> Iterator[tuple[str, int, bytes]]:
    """Make `count` plays of uniform users: user, partition, about 220 bytes of JSON."""
    draws = random.Random(seed)
    for number in range(count):
        nth = draws.randrange(USERS)
        user = f"u{nth:05d}"
        event = {
            "id": f"01JD{number:022d}",
            "type": "play",
            "user": user,
            "item": f"t:{draws.randrange(100_000):06d}",
            "at": 1_732_190_000.0 + number / 1_000,
            "ms_played": draws.randrange(300_000),
            "duration_ms": 300_000,
            "ended": "finished",
            "context": {"device": "phone", "utc_offset_min": 120},
        }
        yield user, nth % PARTITIONS, orjson.dumps(event)


def fold(taste: Vector, item: str) -> Vector:
    """Move a taste towards an item: the state update of every peer."""
    moved: Vector = taste * KEEP + _DIRECTIONS[crc32(item.encode()) & 4_095]
    return moved


def output(user: str, event: str, taste: Vector) -> dict[str, str | float]:
    """Say what was learned: the output of every peer, from which its state can be checked."""
    return {"id": event, "user": user, "score": float(taste[0])}
