"""The snapshot: a replica on disk, so that a worker that starts reads only what came after it.

One file: a line that says what it is, a header in JSON, then one array after the other as plain bytes. Each
part has a checksum. It replaces the one before by a rename, so that there is always a whole one.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt
import orjson

from models.errors import CorruptState

FILE_NAME: Final = "replica.snapshot"
MAGIC: Final = b"segue replica 1\n"
_PIECE: Final = 16 << 20
"""Bytes written at once; checksums and writing let other threads run meanwhile."""
_TYPES: Final = ("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<f4", "<f8")

Array = npt.NDArray[np.generic]


@dataclass(frozen=True, slots=True)
class Source:
    """Whose models a snapshot holds: the cluster, the topics as it names them, and how far they were read.

    `offsets` are, by topic and partition, those of the records that come next.
    """

    cluster: str
    topics: Mapping[str, str]
    offsets: Mapping[str, Mapping[str, int]]


class Snapshot:
    """A snapshot that was opened: its source, and its arrays as they are asked for.

    Raises:
        CorruptState: the file is none, or of another version.
        FileNotFoundError: there is none.
    """

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("rb")
        size = path.stat().st_size
        try:
            header, self._begin = _read_header(self._file)
            source, self._parts = Source(**header["source"]), header["parts"]
            ends = [part["at"] + part["bytes"] for part in self._parts.values()]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.close()
            raise CorruptState(f"no snapshot of this version: {error}") from error
        if size != self._begin + max(ends, default=0):
            self.close()
            raise CorruptState(f"snapshot of {size} bytes")
        self.source: Source = source

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read(self, name: str) -> Array:
        """Read an array.

        Raises:
            CorruptState: there is none of that name, or its bytes are not those that were written.
        """
        part = self._parts.get(name)
        if part is None or part["type"] not in _TYPES:
            raise CorruptState(f"snapshot without {name}")
        self._file.seek(self._begin + part["at"])
        data = np.fromfile(self._file, np.uint8, part["bytes"])
        if _checksum(data) != part["checksum"]:
            raise CorruptState(f"snapshot whose {name} has another checksum")
        try:
            array: Array = data.view(part["type"]).reshape(part["shape"])
        except (TypeError, ValueError) as error:
            raise CorruptState(f"snapshot whose {name} has another length") from error
        return array


def write_snapshot(path: Path, source: Source, arrays: Mapping[str, Array]) -> None:
    """Write a snapshot in place of the one before; wherever this is cut, one of the two is there.

    Raises:
        OSError: there is no room for it.
    """
    parts, at = {}, 0
    flat = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in flat.items():
        data = array.reshape(-1).view(np.uint8)
        parts[name] = {
            "type": array.dtype.str,
            "shape": array.shape,
            "at": at,
            "bytes": data.size,
            "checksum": _checksum(data),
        }
        at += data.size
    header = orjson.dumps({"source": asdict(source), "parts": parts})
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(MAGIC + len(header).to_bytes(4, "little") + zlib.crc32(header).to_bytes(4, "little"))
        file.write(header)
        for array in flat.values():
            data = array.reshape(-1).view(np.uint8)
            for start in range(0, data.size, _PIECE):
                file.write(data[start : start + _PIECE].data)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    _sync_folder(path.parent)


def _read_header(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """The header, and where the arrays begin."""
    if file.read(len(MAGIC)) != MAGIC:
        raise ValueError("it begins otherwise")
    size, checksum = (int.from_bytes(file.read(4), "little") for _ in range(2))
    header = file.read(size)
    if zlib.crc32(header) != checksum:
        raise ValueError("its header has another checksum")
    return orjson.loads(header), file.tell()


def _checksum(data: npt.NDArray[np.uint8]) -> int:
    checksum = 0
    for start in range(0, data.size, _PIECE):
        checksum = zlib.crc32(data[start : start + _PIECE].data, checksum)
    return checksum


def _sync_folder(folder: Path) -> None:
    """Make the rename last: it is a change of the folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
