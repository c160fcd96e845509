"""The files of an export, from a file, a folder or a zip: read in memory up to a bound, never unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import IO, Final

from streams.sources.rows import UnreadableSource

MAX_FILE_BYTES: Final = 128 * 1024 * 1024
"""More than any file of a real export (about 12 MiB), and less than a zip bomb needs."""


def read_files(path: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of a file, or of the files in a folder or zip whose names match, by path.

    A member of a zip is never written anywhere, so that its path can do no harm; what it unpacks to is
    counted, not believed. Raises `UnreadableSource` for what is missing, broken, encrypted or too large.
    """
    try:
        if path.is_dir():
            for file in sorted(path.rglob("*.json")):
                if _matches(file.name, patterns):
                    yield str(file), _read_file(file)
        elif zipfile.is_zipfile(path):
            yield from _read_zip(path, patterns)
        else:
            yield str(path), _read_file(path)
    # zipfile reports a password as RuntimeError and an unknown compression as NotImplementedError.
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableSource(
            f"{path} cannot be read: {error}", hint="Download the export again."
        ) from error


def _read_zip(path: Path, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(path) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if _matches(PurePosixPath(member.filename).name, patterns):
                name = f"{path}/{member.filename}"
                with archive.open(member) as content:
                    yield name, _read_bounded(name, content)


def _read_file(path: Path) -> bytes:
    with path.open("rb") as content:
        return _read_bounded(str(path), content)


def _read_bounded(name: str, content: IO[bytes]) -> bytes:
    read = content.read(MAX_FILE_BYTES + 1)
    if len(read) > MAX_FILE_BYTES:
        raise UnreadableSource(
            f"{name} has more than {MAX_FILE_BYTES >> 20} MiB", hint="Split the file, or check its origin."
        )
    return read


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)
