"""The kinds of field, and the table of every field on the wire: its name, type, size and range, stated once.

Each entry of the table is a reader: it takes the JSON object that holds the field and returns the checked
value, or raises `Refused`. JSON `null` counts as missing. The usual value passes the first test at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from models.events import Device, Ended, EventType
from models.onboarding import MOST_CHOSEN
from streams.schemas.refused import Refused

Document = dict[str, object]
"""A JSON object, not yet checked."""

T = TypeVar("T")
Reader = Callable[[Document], T]

_UTF8_MAX_BYTES_PER_CHAR: Final = 4
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_JSON_NAMES: Final = {bool: "true or false", str: "text", list: "a list", dict: "an object"}


def as_document(value: object, path: str) -> Document:
    """Return `value` if it is a JSON object, else refuse the field at `path`."""
    if type(value) is dict:
        return value
    raise Refused(f"{path} must be an object, is {_shown(value)}", path)


def text(path: str, *, max_bytes: int, required: bool = False) -> Reader[str]:
    """Read a string of at most `max_bytes` in UTF-8 without control characters; `""` where it may be missing.

    >>> text("context.place", max_bytes=64)({"place": "home"})
    'home'
    """
    name = path.rpartition(".")[2]
    surely_fits_chars = max_bytes // _UTF8_MAX_BYTES_PER_CHAR

    def read(document: Document) -> str:
        value = document.get(name)
        if type(value) is str and 0 < len(value) <= surely_fits_chars and value.isprintable():
            return value
        if value is None or value == "":
            if required:
                raise Refused(f"{path} is {'missing' if value is None else 'empty'}", path)
            return ""
        return _checked_text(value, path, max_bytes)

    return read


def texts(path: str, *, max_bytes: int, max_count: int) -> Reader[tuple[str, ...]]:
    """Read a list of at most `max_count` strings, each as `text` reads one; `()` where it is missing."""
    name = path.rpartition(".")[2]

    def read(document: Document) -> tuple[str, ...]:
        value = document.get(name)
        if value is None:
            return ()
        if type(value) is not list:
            raise Refused(f"{path} must be a list, is {_shown(value)}", path)
        if len(value) > max_count:
            raise Refused(f"{path} has {len(value)} entries, more than {max_count}", path)
        return tuple(_checked_text(entry, f"{path}.{i}", max_bytes) for i, entry in enumerate(value))

    return read


def whole(path: str, *, least: int, most: int) -> Reader[int]:
    """Read a whole number from `least` to `most`; 0 where it is missing, and 3.0 is 3.

    >>> whole("ms_played", least=0, most=10)({"ms_played": True})
    Traceback (most recent call last):
    streams.schemas.refused.Refused: ms_played must be a number, is true or false
    """
    name = path.rpartition(".")[2]

    def read(document: Document) -> int:
        value = document.get(name)
        if type(value) is int and least <= value <= most:
            return value
        if value is None:
            return 0
        number = checked_number(value, path, least=least, most=most)
        if number != int(number):
            raise Refused(f"{path} must be a whole number, is {_shown(value)}", path)
        return int(number)

    return read


def numbers(
    path: str, *, least: float, most: float, max_bytes: int, max_count: int, listed: float | None = None
) -> Reader[tuple[tuple[str, float], ...]]:
    """Read an object of at most `max_count` names, as `text` reads one, with numbers; `()` where missing.

    Where `listed` is given, a list of names alone is read too, and `listed` is the number of each.

    >>> numbers("tags", least=0, most=10, max_bytes=64, max_count=2, listed=1.0)({"tags": ["rap"]})
    (('rap', 1.0),)
    """
    name = path.rpartition(".")[2]
    names = texts(path, max_bytes=max_bytes, max_count=max_count)

    def read(document: Document) -> tuple[tuple[str, float], ...]:
        value = document.get(name)
        if value is None:
            return ()
        if listed is not None and type(value) is list:
            return tuple(dict.fromkeys(names(document), listed).items())
        counted = as_document(value, path)
        if len(counted) > max_count:
            raise Refused(f"{path} has {len(counted)} entries, more than {max_count}", path)
        for place, key in enumerate(counted):
            _checked_text(key, f"{path}.{place}", max_bytes)
        return tuple(
            (key, float(checked_number(number, f"{path}.{key}", least=least, most=most)))
            for key, number in counted.items()
        )

    return read


def choice(path: str, members: Mapping[str, T], *, otherwise: T | None = None) -> Reader[T]:
    """Read one of `members` by name; a missing or unknown name is `otherwise`, or refused without one."""
    name = path.rpartition(".")[2]

    def read(document: Document) -> T:
        value = document.get(name)
        if type(value) is str and value in members:
            return members[value]
        if otherwise is not None and (value is None or type(value) is str):
            return otherwise
        if value is None:
            raise Refused(f"{path} is missing", path)
        if type(value) is not str:
            raise Refused(f"{path} must be text, is {_shown(value)}", path)
        raise Refused(f"{path} is {_shown(value)}, not one of {', '.join(members)}", path)

    return read


def checked_number(value: object, path: str, *, least: float, most: float) -> int | float:
    """Return `value` if it is a number (true is none) from `least` to `most`, else refuse it."""
    if type(value) is not int and type(value) is not float:
        raise Refused(f"{path} must be a number, is {_shown(value)}", path)
    # Negated, so that a NaN is refused too: a document need not come from JSON.
    if not value >= least:
        raise Refused(f"{path} is {_shown(value)}, less than {_shown(least)}", path)
    if value > most:
        raise Refused(f"{path} is {_shown(value)}, more than {_shown(most)}", path)
    return value


def _checked_text(value: object, path: str, max_bytes: int) -> str:
    if type(value) is not str:
        raise Refused(f"{path} must be text, is {_shown(value)}", path)
    try:
        size_bytes = len(value.encode())
    except UnicodeEncodeError as error:
        raise Refused(f"{path} is not valid UTF-8", path) from error
    if size_bytes > max_bytes:
        raise Refused(f"{path} has {size_bytes} bytes, more than {max_bytes}", path)
    if control := _CONTROL.search(value):
        raise Refused(f"{path} holds the control character U+{ord(control[0]):04X}", path)
    return value


def _shown(value: object) -> str:
    """Show a scalar, shortened, or name the kind of anything else: a reason must not repeat 10 kB."""
    if type(value) is str:
        return repr(value) if len(value) <= 32 else repr(value[:32]) + "…"
    return _JSON_NAMES.get(type(value)) or repr(value)


DAY_MS: Final = 24 * 60 * 60 * 1000
ID_BYTES: Final = 256
LABEL_BYTES: Final = 64
TEXT_BYTES: Final = 1024

# ── listening-events, key = user ─────────────────────────────────────────────────────────────────────────
EVENT_ID: Final = text("id", max_bytes=ID_BYTES)
TYPE: Final = choice("type", {kind.value: kind for kind in EventType})
USER: Final = text("user", max_bytes=ID_BYTES, required=True)
EVENT_ITEM: Final = text("item", max_bytes=ID_BYTES)
EVENT_ARTIST: Final = text("artist", max_bytes=ID_BYTES)
QUERY: Final = text("query", max_bytes=TEXT_BYTES)
PLAYLIST: Final = text("playlist", max_bytes=ID_BYTES)
MS_PLAYED: Final = whole("ms_played", least=0, most=DAY_MS)
DURATION_MS: Final = whole("duration_ms", least=0, most=7 * DAY_MS)
ENDED: Final = choice("ended", {how.value: how for how in Ended}, otherwise=Ended.UNKNOWN)
DEVICE: Final = choice("context.device", {d.name.lower(): d for d in Device}, otherwise=Device.UNKNOWN)
UTC_OFFSET_MIN: Final = whole("context.utc_offset_min", least=-840, most=840)
ACTIVITY: Final = text("context.activity", max_bytes=LABEL_BYTES)
WEATHER: Final = text("context.weather", max_bytes=LABEL_BYTES)
PLACE: Final = text("context.place", max_bytes=LABEL_BYTES)
CONTEXT_COUNTRY: Final = text("context.country", max_bytes=LABEL_BYTES)
CONTEXT_LANGUAGE: Final = text("context.language", max_bytes=LABEL_BYTES)
CHOSEN_ARTISTS: Final = texts("artists", max_bytes=ID_BYTES, max_count=MOST_CHOSEN)
COUNTRY: Final = text("country", max_bytes=LABEL_BYTES)
LANGUAGE: Final = text("language", max_bytes=LABEL_BYTES)
RECOMMENDATION: Final = text("from.recommendation", max_bytes=ID_BYTES, required=True)
SHELF: Final = text("from.shelf", max_bytes=ID_BYTES)
POSITION: Final = whole("from.position", least=0, most=65_535)
AT_LEAST_SECONDS: Final = 1.0
AT_MOST_AHEAD_SECONDS: Final = 86_400.0

# ── catalog, key = item ──────────────────────────────────────────────────────────────────────────────────
ITEM: Final = text("item", max_bytes=ID_BYTES, required=True)
TITLE: Final = text("title", max_bytes=TEXT_BYTES, required=True)
ARTIST: Final = text("artist", max_bytes=ID_BYTES, required=True)
GENRES: Final = texts("genres", max_bytes=LABEL_BYTES, max_count=32)
TAGS_MAX: Final = 256
TAGS: Final = numbers("tags", least=0, most=1e9, max_bytes=ID_BYTES, max_count=TAGS_MAX, listed=1.0)
FEATURES: Final = numbers("features", least=-1e9, most=1e9, max_bytes=LABEL_BYTES, max_count=64)
