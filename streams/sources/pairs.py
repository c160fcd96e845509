"""Pairs, as research publishes them: each line a listener, an item, and columns that are passed over."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from models.events import PLAY_MS, Event, EventType
from streams.schemas import Refused, parse_event
from streams.sources.record_file import read_lines
from streams.sources.rows import BadRow, Imported, UnreadableSource

BEGIN: Final = 946_684_800.0
"""The time of a file's line 0 (2000-01-01): what else stands on a line is not read, not even a time."""
STEP_SECONDS: Final = 1.0
_NAMED: Final = 2
_LISTENER: Final = re.compile(r"(user|listener)s?(id|name|index)?|uid")
_NO_LETTER: Final = re.compile(r"[^a-z]")
_HINT: Final = "Name a text file, plain or .gz, with a listener and an item on each line."

Split = Callable[[str], Sequence[str]]


def read_pairs(path: Path, *, user: str, now: float) -> Iterator[Imported]:
    """Yield each line's pair as a play, a second after the line before it; blank lines are passed over.

    Columns are separated by `::`, tabs, commas (CSV, quotes too) or spaces: by the first of these that the
    first line holds. That line is a header where its first column is called as listeners are and neither
    holds a digit. `user` is not asked for: every line names its listener. Items have no records, for nothing
    is known of them but their ids. Raises `UnreadableSource` where `path` cannot be read.
    """
    split: Split | None = None
    for number, line in enumerate(_lines(path), start=1):
        text = line.decode("utf-8", "surrogateescape").removeprefix("\ufeff").rstrip("\r\n")
        if not text.strip():
            continue
        first, split = split is None, split or _split_of(text)
        try:
            columns = [column.strip() for column in split(text)[:_NAMED]]
            if not (first and is_header(columns)):
                yield _play(columns, number, now)
        except Refused as refused:
            yield BadRow(str(path), number, refused.field, refused.reason)
        except csv.Error as error:
            yield BadRow(str(path), number, "", str(error))


def is_header(columns: Sequence[str]) -> bool:
    """Tell names of columns from a listener and an item; a type may follow a name, as in RecBole's files.

    >>> is_header(["userID", "artistID"]), is_header(["user_id:token", "item_id:token"])
    (True, True)
    >>> is_header(["user", "item7"]), is_header(["ann", "song"]), is_header(["user"])
    (False, False, False)
    """
    if len(columns) < _NAMED:
        return False
    name = _NO_LETTER.sub("", columns[0].partition(":")[0].lower())
    digits = any(character.isdigit() for column in columns for character in column)
    return _LISTENER.fullmatch(name) is not None and not digits


def _split_of(line: str) -> Split:
    """Choose how all lines of a file are split, by its first one."""
    if "::" in line:
        return lambda text: text.split("::", _NAMED)
    if "\t" in line:
        return lambda text: text.split("\t", _NAMED)
    if "," in line:
        return lambda text: next(csv.reader([text], skipinitialspace=True))
    return lambda text: text.split(maxsplit=_NAMED)


def _play(columns: Sequence[str], number: int, now: float) -> Event:
    if len(columns) < _NAMED:
        raise Refused("the line is not a listener and an item", "")
    return parse_event(
        {
            "id": f"{columns[0]}-{number}",
            "type": EventType.PLAY.value,
            "user": columns[0],
            "item": columns[1],
            "at": BEGIN + STEP_SECONDS * number,
            "ms_played": PLAY_MS,
        },
        now=now,
    )


def _lines(path: Path) -> Iterator[bytes]:
    try:
        yield from read_lines(path)
    except UnreadableSource as error:
        raise UnreadableSource(str(error), hint=_HINT) from error
