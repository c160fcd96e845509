"""Examples for the skip model: what spoke of an item just before it was played, and how that went."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.errors import CorruptState
from models.skip_facts import BUCKETS, LAYOUT, SPEAKING
from models.sources.scan import Int32s

VERSION: Final = 1
_HEADER: Final = struct.Struct("<Bq?")  # version, layout, whether it was a skip
SKIP_EXAMPLE_BYTES: Final = _HEADER.size + 2 * SPEAKING


@dataclass(frozen=True, slots=True, eq=False)
class SkipExample:
    """The `buckets` (int32, SPEAKING) that spoke of an item just before it was played, and how that went."""

    buckets: Int32s
    skipped: bool


def encode_skip_example(example: SkipExample) -> bytes:
    """Write an example as versioned bytes."""
    return _HEADER.pack(VERSION, LAYOUT, example.skipped) + example.buckets.astype("<u2").tobytes()


def decode_skip_example(data: bytes) -> SkipExample:
    """Read an example.

    Raises:
        CorruptState: the version, the table of buckets or the length is another, or a bucket does not exist.
    """
    if len(data) != SKIP_EXAMPLE_BYTES:
        raise CorruptState(f"skip example of {len(data)} bytes, expected {SKIP_EXAMPLE_BYTES}")
    version, layout, skipped = _HEADER.unpack_from(data)
    if (version, layout) != (VERSION, LAYOUT):
        raise CorruptState(f"skip example of version {version}, or of another table of buckets")
    buckets = np.frombuffer(data, "<u2", offset=_HEADER.size).astype(np.int32)
    if buckets.max() >= BUCKETS or len(np.unique(buckets)) != SPEAKING:
        raise CorruptState("skip example with a bucket that does not exist, or twice the same")
    return SkipExample(buckets, skipped)
