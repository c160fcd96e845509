"""What a model has learned, as bytes: numbers, their version, and the table that gives them a meaning."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState

Number = TypeVar("Number", np.float32, np.float64)

_HEADER: Final = struct.Struct("<BqQ")  # version, layout, how much was learned


@dataclass(frozen=True, slots=True)
class LearnedBytes(Generic[Number]):
    """How one model is written: its name in messages, its version and layout, and the type of its numbers."""

    model: str
    version: int
    layout: int
    number: type[Number]

    def encode(self, learned: int, numbers: npt.NDArray[Number]) -> bytes:
        """Write numbers, and how much they have learned."""
        return _HEADER.pack(self.version, self.layout, learned) + numbers.astype(self._stored()).tobytes()

    def decode(self, data: bytes, *, count: int) -> tuple[int, npt.NDArray[Number]]:
        """Read how much was learned, and `count` numbers.

        Raises:
            CorruptState: the version, the table or the length is another, or a number is not finite.
        """
        if len(data) < _HEADER.size:
            raise CorruptState(f"{self.model} of {len(data)} bytes")
        version, layout, learned = _HEADER.unpack_from(data)
        if (version, layout) != (self.version, self.layout):
            raise CorruptState(
                f"{self.model} of version {version}, expected {self.version}, or of another table"
            )
        size = _HEADER.size + self._stored().itemsize * count
        if len(data) != size:
            raise CorruptState(f"{self.model} of {len(data)} bytes, expected {size}")
        numbers = np.frombuffer(data, self._stored(), offset=_HEADER.size).astype(self.number)
        if not np.isfinite(numbers).all():
            raise CorruptState(f"{self.model} with a number that is not finite")
        return learned, numbers

    def _stored(self) -> np.dtype[Number]:
        return np.dtype(self.number).newbyteorder("<")
