"""Sequences and sets, as research publishes them: each line a listener and then its items, by spaces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from models.events import PLAY_MS, EventType
from streams.schemas import Refused, parse_event
from streams.sources.record_file import read_lines
from streams.sources.rows import BadRow, Imported, UnreadableSource

END: Final = 946_684_800.0
"""When every sequence ends (2000-01-01): the files hold an order and no times."""
STEP_SECONDS: Final = 60.0
_SHORTEST: Final = 2
_HINT: Final = "Name a text file, plain or .gz, with lines of a listener and then its items."


def read_sequences(path: Path, *, user: str, now: float) -> Iterator[Imported]:
    """Yield each line's items, which are in order of time, as plays a minute apart.

    All listeners' last ones come together. `user` is not asked for: every line names its listener. Items have
    no records, for nothing is known of them but their ids. Raises `UnreadableSource` where `path` cannot be
    read.
    """
    yield from _read(path, now, each_once=False)


def read_sets(path: Path, *, user: str, now: float) -> Iterator[Imported]:
    """Yield each line's items as `read_sequences` does, an item that a line repeats only once."""
    yield from _read(path, now, each_once=True)


def _read(path: Path, now: float, *, each_once: bool) -> Iterator[Imported]:
    for number, line in enumerate(_lines(path), start=1):
        names = line.decode("utf-8", "surrogateescape").split()
        if not names:
            continue
        if len(names) < _SHORTEST:
            yield BadRow(str(path), number, "", "the line is not a listener and its items")
            continue
        try:
            items = list(dict.fromkeys(names[1:])) if each_once else names[1:]
            yield from _plays(names[0], items, now)
        except Refused as refused:
            yield BadRow(str(path), number, refused.field, refused.reason)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        yield from read_lines(path)
    except UnreadableSource as error:
        raise UnreadableSource(str(error), hint=_HINT) from error


def _plays(listener: str, items: list[str], now: float) -> list[Imported]:
    """Make the plays of a line, all or none."""
    return [
        parse_event(
            {
                "id": f"{listener}-{place}",
                "type": EventType.PLAY.value,
                "user": listener,
                "item": item,
                "at": END - STEP_SECONDS * (len(items) - place),
                "ms_played": PLAY_MS,
            },
            now=now,
        )
        for place, item in enumerate(items, start=1)
    ]
