"""Examples on their way to the trainer: packed by batch, fenced by the offsets of their events."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.errors import CorruptState
from models.examples import Example, decode_example, encode_example
from models.skip_examples import SKIP_EXAMPLE_BYTES, SkipExample, decode_skip_example, encode_skip_example

VERSION: Final = 2
_HEADER: Final = struct.Struct("<BiI")  # version, source partition, examples
_ENTRY: Final = struct.Struct("<qI")  # offset of the listening event, bytes of the example


@dataclass(frozen=True, slots=True)
class PlayExample:
    """What one play of any length teaches: whether it was a skip, and the choice, where there was one."""

    skip: SkipExample
    choice: Example | None


@dataclass(frozen=True, slots=True)
class ExampleBlock:
    """Examples of one batch, each with the offset of its event, in order."""

    source_partition: int
    examples: tuple[tuple[int, PlayExample], ...]


def pack_examples(examples: Sequence[tuple[int, PlayExample]], *, source_partition: int) -> bytes:
    """Write examples, in order of offset, as one block of bytes."""
    parts = [_HEADER.pack(VERSION, source_partition, len(examples))]
    for offset, example in examples:
        data = _encode(example)
        parts += (_ENTRY.pack(offset, len(data)), data)
    return b"".join(parts)


def unpack_examples(data: bytes) -> ExampleBlock:
    """Read a block of examples.

    Raises:
        CorruptState: the version, a length or an example is wrong.
    """
    try:
        version, source, count = _HEADER.unpack_from(data)
        if version != VERSION:
            raise CorruptState(f"example block version {version}, expected {VERSION}")
        at, examples = _HEADER.size, []
        for _ in range(count):
            offset, size = _ENTRY.unpack_from(data, at)
            at += _ENTRY.size + size
            examples.append((offset, _decode(data[at - size : at])))
    except struct.error as error:
        raise CorruptState(f"example block cut short: {error}") from None
    if at != len(data):
        raise CorruptState(f"example block of {len(data)} bytes, expected {at}")
    return ExampleBlock(source_partition=source, examples=tuple(examples))


def _encode(example: PlayExample) -> bytes:
    choice = b"" if example.choice is None else encode_example(example.choice)
    return encode_skip_example(example.skip) + choice


def _decode(data: bytes) -> PlayExample:
    skip, choice = data[:SKIP_EXAMPLE_BYTES], data[SKIP_EXAMPLE_BYTES:]
    return PlayExample(decode_skip_example(skip), decode_example(choice) if choice else None)
