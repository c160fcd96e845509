"""Names: short texts by position in one block of bytes; a million strings of Python take 60 MB more."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState

LONGEST_BYTES: Final = 65_535

Bytes = npt.NDArray[np.uint8]
Int64s = npt.NDArray[np.int64]
Uint16s = npt.NDArray[np.uint16]


class Names:
    """Texts of at most 65,535 bytes by position, empty until one is set.

    >>> names = Names()
    >>> names.make_room(2)
    >>> names[1] = "Blue"
    >>> names[0], names[1], len(names)
    ('', 'Blue', 2)
    """

    __slots__ = ("_block", "_sizes", "_starts", "_unused")

    def __init__(self) -> None:
        self._block = bytearray()
        self._starts = array("q")
        self._sizes = array("H")
        self._unused = 0

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, position: int) -> str:
        start = self._starts[position]
        return self._block[start : start + self._sizes[position]].decode()

    def __iter__(self) -> Iterator[str]:
        return (self[position] for position in range(len(self)))

    def __setitem__(self, position: int, name: str) -> None:
        data = name.encode()
        start, size = self._starts[position], self._sizes[position]
        if self._block[start : start + size] == data:
            return
        self._sizes[position] = len(data)
        self._unused += size
        self._starts[position] = len(self._block)
        self._block += data
        if 2 * self._unused > len(self._block):
            self._tidy()

    @classmethod
    def of(cls, names: Sequence[str]) -> Names:
        """Keep names as they are given, by position."""
        data = [name.encode() for name in names]
        sizes = np.array([len(name) for name in data], np.uint16)
        ends = np.cumsum(sizes, dtype=np.int64)
        return cls.restored(np.frombuffer(b"".join(data), np.uint8), ends - sizes, sizes)

    def make_room(self, count: int) -> None:
        """Make as many positions, the new ones without a name."""
        missing = count - len(self)
        self._starts.frombytes(bytes(8 * missing))
        self._sizes.frombytes(bytes(2 * missing))

    def saved(self, count: int) -> tuple[Bytes, Int64s, Uint16s]:
        """The block of bytes, uint8; where each of `count` names begins, int64, and its bytes, uint16."""
        return (
            np.frombuffer(bytes(self._block), np.uint8),
            np.array(self._starts[:count], np.int64),
            np.array(self._sizes[:count], np.uint16),
        )

    @classmethod
    def restored(cls, block: Bytes, starts: Int64s, sizes: Uint16s) -> Names:
        """Make the names that were saved.

        Raises:
            CorruptState: a name lies outside of the bytes, or the bytes are no text.
        """
        if len(starts) and (starts.min() < 0 or (starts + sizes).max() > len(block)):
            raise CorruptState(f"names outside of their {len(block)} bytes")
        names = cls()
        names._block = bytearray(block)
        names._starts = array("q", starts.tobytes())
        names._sizes = array("H", sizes.tobytes())
        names._unused = len(block) - int(sizes.sum())
        try:
            names._block.decode()
        except UnicodeDecodeError as error:
            raise CorruptState("names that are no text") from error
        return names

    def _tidy(self) -> None:
        """Write the names one after the other, without the room of those that were replaced."""
        block, former = bytearray(), self._block
        for position, (start, size) in enumerate(zip(self._starts, self._sizes, strict=True)):
            self._starts[position] = len(block)
            block += former[start : start + size]
        self._block, self._unused = block, 0
