"""How far each source partition has been learned: what is sent again after a crash counts once."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import Final

from streams.engine import StateReader

FENCES_KEY: Final = b"fences\0"
_FENCE: Final = struct.Struct("<iq")  # source partition, last offset learned


def source_of_playlists(partition: int) -> int:
    """Name a partition of `playlists` apart from all those of `listening-events`, whose signals it joins."""
    return -1 - partition


class SourceFences:
    """The last source offset learned from each source partition, kept as one value of a table."""

    def __init__(self, offsets: dict[int, int]) -> None:
        self._offsets = offsets

    @classmethod
    def load(cls, state: StateReader) -> SourceFences:
        """Read the fences of a partition; nothing is stored before its first batch."""
        stored = state.read([FENCES_KEY])[FENCES_KEY] or b""
        return cls(dict(_FENCE.iter_unpack(stored)))

    def after(self, partition: int) -> int:
        """The offset after which rows of a source partition are new."""
        return self._offsets.get(partition, -1)

    def advance(self, partition: int, offsets: Iterable[int]) -> None:
        """Note that what came from these offsets has been learned."""
        self._offsets[partition] = max(self.after(partition), *offsets, -1)

    def changes(self) -> dict[bytes, bytes | None]:
        """What to write, last of all writes of a batch."""
        packed = b"".join(_FENCE.pack(*fence) for fence in sorted(self._offsets.items()))
        return {FENCES_KEY: packed}
