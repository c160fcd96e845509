"""Examples on their way to the trainer: packed by batch in columns, fenced by the offsets of their events."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from models.descent import ROWS
from models.errors import CorruptState
from models.examples import Example, Float16s
from models.features import LAYOUT as FEATURE_LAYOUT
from models.shelf_lessons import NO_LESSONS, Rows, decode_lessons
from models.skip_examples import SkipExample, are_buckets
from models.skip_facts import LAYOUT as BUCKET_LAYOUT
from models.skip_facts import SPEAKING
from models.sources.scan import Int32s

VERSION: Final = 4
_HEADER: Final = struct.Struct("<BqqiII")
"""Version, layouts of features and buckets, source partition, plays, bytes of lessons."""
_PLAY: Final = np.dtype(
    [("offset", "<i8"), ("items", "<u2"), ("skipped", "?"), ("buckets", "<u2", (SPEAKING,))]
)
_NUMBER: Final = np.dtype("<f2")
_NOTHING: Final = np.zeros(0, np.float16)

Int64s = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PlayExample:
    """What one play of any length teaches: whether it was a skip, and the choice, where there was one."""

    skip: SkipExample
    choice: Example | None


@dataclass(frozen=True, slots=True, eq=False)
class ExampleBlock:
    """What the n plays of one batch teach, in order of their offsets (int64, n), and its `lessons`.

    `skipped` (bool, n) and `buckets` (int32, n x SPEAKING) are those of `SkipExample`; `items` (int64, n)
    counts the candidates of each choice, 0 where there was none, and `rows` (float16) holds the numbers of
    one `Example` after the other.
    """

    source_partition: int
    offsets: Int64s
    skipped: Bools
    buckets: Int32s
    items: Int64s
    rows: Float16s
    lessons: Rows = field(default_factory=lambda: NO_LESSONS)

    @property
    def last(self) -> int:
        """The offset of the last event that it speaks of, -1 if there is none."""
        return max(
            (int(offsets[-1]) for offsets in (self.offsets, self.lessons["offset"]) if len(offsets)),
            default=-1,
        )

    def behind(self, offset: int) -> ExampleBlock:
        """Keep what comes after an offset."""
        known = int(np.searchsorted(self.offsets, offset, side="right"))
        return ExampleBlock(
            self.source_partition,
            self.offsets[known:],
            self.skipped[known:],
            self.buckets[known:],
            self.items[known:],
            self.rows[ROWS * int(self.items[:known].sum()) :],
            self.lessons[self.lessons["offset"] > offset],
        )


def gather_examples(
    examples: Sequence[tuple[int, PlayExample]], lessons: Rows = NO_LESSONS, *, source_partition: int
) -> ExampleBlock:
    """Put the examples of a batch, in order of offset, into columns."""
    choices = [example.choice for _, example in examples]
    return ExampleBlock(
        source_partition,
        np.array([offset for offset, _ in examples], np.int64),
        np.array([example.skip.skipped for _, example in examples], np.bool_),
        np.array([example.skip.buckets for _, example in examples], np.int32).reshape(-1, SPEAKING),
        np.array([0 if choice is None else choice.numbers.shape[1] for choice in choices], np.int64),
        np.concatenate([_NOTHING, *(choice.numbers.ravel() for choice in choices if choice is not None)]),
        lessons,
    )


def split_examples(
    examples: Sequence[tuple[int, PlayExample]], lessons: Rows, *, source_partition: int, plays: int
) -> Iterator[ExampleBlock]:
    """Cut what a batch teaches into blocks of at most so many `plays`; each ends before the next begins."""
    ends = list(range(plays, len(examples), plays))
    cuts = [examples[end][0] for end in ends]
    parts = np.split(lessons, np.searchsorted(lessons["offset"], cuts)) if cuts else [lessons]
    starts = [0, *ends]
    for start, end, part in zip(starts, [*ends, len(examples)], parts, strict=True):
        if end > start or len(part):
            yield gather_examples(examples[start:end], part, source_partition=source_partition)


def pack_examples(block: ExampleBlock) -> bytes:
    """Write a block as bytes: 2.9 KB for a choice among 31 items."""
    plays = np.empty(len(block.offsets), _PLAY)
    plays["offset"], plays["items"] = block.offsets, block.items
    plays["skipped"], plays["buckets"] = block.skipped, block.buckets
    lessons = block.lessons.tobytes()
    layouts = FEATURE_LAYOUT, BUCKET_LAYOUT
    header = _HEADER.pack(VERSION, *layouts, block.source_partition, len(plays), len(lessons))
    return b"".join((header, plays.tobytes(), lessons, block.rows.astype(_NUMBER).tobytes()))


def unpack_examples(data: bytes) -> ExampleBlock:
    """Read a block of examples.

    Raises:
        CorruptState: the version, a table of features or buckets, or the length is another, offsets do not
            rise, a choice has one item only, a bucket does not exist, or a number is not finite.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"example block of {len(data)} bytes")
    version, features, buckets, source, count, lesson_bytes = _HEADER.unpack_from(data)
    if (version, features, buckets) != (VERSION, FEATURE_LAYOUT, BUCKET_LAYOUT):
        raise CorruptState(f"example block of version {version}, or of other tables of features or buckets")
    taught = _HEADER.size + _PLAY.itemsize * count
    begin = taught + lesson_bytes
    if len(data) < begin or (len(data) - begin) % _NUMBER.itemsize:
        raise CorruptState(f"example block of {len(data)} bytes with {count} plays")
    plays = np.frombuffer(data, _PLAY, count, _HEADER.size)
    block = ExampleBlock(
        source,
        plays["offset"].astype(np.int64),
        plays["skipped"].astype(np.bool_),
        plays["buckets"].astype(np.int32),
        plays["items"].astype(np.int64),
        np.frombuffer(data, _NUMBER, offset=begin).astype(np.float16),
        decode_lessons(data[taught:begin]),
    )
    _check(block)
    return block


def _check(block: ExampleBlock) -> None:
    if len(block.rows) != ROWS * block.items.sum() or (block.items == 1).any():
        raise CorruptState(f"example block with {len(block.rows)} numbers for {block.items.sum()} items")
    if (block.offsets[1:] <= block.offsets[:-1]).any():
        raise CorruptState("example block whose offsets do not rise")
    if not are_buckets(block.buckets):
        raise CorruptState("example block with a bucket that does not exist")
    if not np.isfinite(block.rows).all():
        raise CorruptState("example block with a number that is not finite")
