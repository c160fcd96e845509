"""Signals: what one event says of the items in it, packed in columns on the way to the item agent."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.events import ItemKey

VERSION: Final = 1
SIGNAL: Final = np.dtype(
    [
        ("item", "<i8"),  # key of the item that the row speaks of
        ("other", "<i8"),  # key of the other item, the artist or the listener; 0 where there is none
        ("kind", "u1"),
        ("weight", "<f4"),
        ("at", "<u4"),  # Unix seconds
        ("offset", "<i8"),  # of the event in its source partition; playlists make offsets of their own
    ]
)
NOBODY: Final = ItemKey(0)
_HEADER: Final = struct.Struct("<BiII")  # version, source partition, bytes of ids, rows

SignalRows = npt.NDArray[np.void]
Keys = TypeVar("Keys", int, npt.NDArray[np.int64])


class SignalKind(IntEnum):
    """What a row says of its item."""

    PLAYED = 0  # weight 1
    SKIPPED = 1  # weight 1
    FOLLOWED_BY = 2  # `other` came later in the session; weight falls with the distance
    TOGETHER = 3  # `other` was played in the same session; weight a small whole number
    BY_ARTIST = 4  # `other` is the artist; weight a small whole number
    LIKED = 5  # weight +1 for like and save, -1 for their reversals
    DISCOVERED = 6  # `other` is the listener, whose first play of 30 seconds or more it is; weight as below
    NEIGHBOUR = 7  # the listener had heard `other` before; weight below 0 where the item was turned down
    # A playlist is a listener, too: it discovers what is put into it.


@dataclass(frozen=True, slots=True)
class SignalBlock:
    """All signals of one batch for one partition of items.

    `source_partition` is one of listening events, or a number below 0 that stands for one of playlists.
    `rows` has dtype `SIGNAL`, its offsets ascend. `ids` names the items that were played, acted on or put
    into a playlist: an item is always named before another block speaks of it.
    """

    source_partition: int
    ids: tuple[str, ...]
    rows: SignalRows


def partition_of(item: Keys, *, partitions: int) -> Keys:
    """Choose the partition that owns an item's statistics, or those of an array of items.

    >>> partition_of(ItemKey(-1), partitions=4)
    3
    """
    return item % partitions


def gather(signals: Sequence[SignalRows]) -> SignalRows:
    """Join the signals of several events, in the order given."""
    # numpy would compare the fields of the rows of each event with those of the one before: 16 us an event.
    return np.frombuffer(bytearray().join([rows.data for rows in signals]), SIGNAL)


def pack_block(block: SignalBlock) -> bytes:
    """Write a block as bytes."""
    names = "\n".join(block.ids).encode()
    header = _HEADER.pack(VERSION, block.source_partition, len(names), len(block.rows))
    return header + names + block.rows.tobytes()


def unpack_block(data: bytes) -> SignalBlock:
    """Read a block of signals.

    Raises:
        CorruptState: the version, a length or a number is wrong.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"signal block of {len(data)} bytes")
    version, source, names_bytes, count = _HEADER.unpack_from(data)
    if version != VERSION:
        raise CorruptState(f"signal block version {version}, expected {VERSION}")
    if len(data) != _HEADER.size + names_bytes + count * SIGNAL.itemsize:
        raise CorruptState(f"signal block of {len(data)} bytes for {count} rows")
    names = data[_HEADER.size : _HEADER.size + names_bytes].decode()
    rows = np.frombuffer(data, SIGNAL, count, _HEADER.size + names_bytes)
    if not np.isfinite(rows["weight"]).all():
        raise CorruptState("signal block with a weight that is not finite")
    return SignalBlock(source_partition=source, ids=tuple(names.split("\n")) if names else (), rows=rows)
