"""Sequences, as research publishes them: each line a listener and then its items in time order, by spaces."""

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
    """Yield each line's items as plays a minute apart, so that all listeners' last ones come together.

    `user` is not asked for: every line names its listener. Items have no records, for nothing is known of
    them but their ids. Raises `UnreadableSource` where `path` cannot be read.
    """
    for number, line in enumerate(_lines(path), start=1):
        names = line.decode("utf-8", "surrogateescape").split()
        if not names:
            continue
        if len(names) < _SHORTEST:
            yield BadRow(str(path), number, "", "the line is not a listener and its items")
            continue
        try:
            yield from _plays(names[0], names[1:], now)
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
