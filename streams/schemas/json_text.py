"""Untrusted bytes -> a JSON object, or a reason that names the field in which the text breaks."""

from __future__ import annotations

import re
from typing import Final

import orjson

from streams.schemas.fields import Document, as_document
from streams.schemas.refused import Refused

MAX_VALUE_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 16

# The closing quote is optional: a string that never ends is one token, so that a scan takes linear time.
_TOKEN: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{}\[\],:]', re.DOTALL)
_NON_FINITE: Final = re.compile(r"-?(?:NaN|Infinity)")
_MAX_FIELD_CHARS: Final = 128


def load_object(value: bytes | None, *, max_bytes: int = MAX_VALUE_BYTES) -> Document:
    r"""Read one JSON object of at most `max_bytes` and 16 levels; raise `Refused` for anything else.

    >>> load_object(b'{"user": "ann"}')
    {'user': 'ann'}
    >>> load_object(b'{"context": {"place": "caf\xe9"}}')
    Traceback (most recent call last):
    streams.schemas.refused.Refused: context.place is not valid UTF-8
    """
    if value is None:
        raise Refused("value is missing: the record has a key only", "value")
    if len(value) > max_bytes:
        raise Refused(f"value has {len(value)} bytes, more than {max_bytes}", "value")
    # Few brackets cannot nest deeply, so that a usual record is never scanned.
    if value.count(b"{") + value.count(b"[") > MAX_DEPTH:
        _check_depth(value.decode("utf-8", "replace"))
    try:
        return as_document(orjson.loads(value), "value")
    except orjson.JSONDecodeError as error:
        raise _explain(value, error) from error


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in ("{", "["):
            depth += 1
        elif token[0] in ("}", "]"):
            depth -= 1
        if depth > MAX_DEPTH:
            field = _field_at(text, token.start())
            raise Refused(f"{field} is nested more than {MAX_DEPTH} levels deep", field)


def _explain(value: bytes, error: orjson.JSONDecodeError) -> Refused:
    try:
        text = value.decode()
    except UnicodeDecodeError as broken:
        field = _field_at(value[: broken.start].decode(), broken.start)
        return Refused(f"{field} is not valid UTF-8", field)
    field = _field_at(text, error.pos)
    if _NON_FINITE.match(text, error.pos):
        return Refused(f"{field} is not a finite number", field)
    return Refused(f"{field} is not valid JSON: {error.msg} (character {error.pos + 1})", field)


def _field_at(text: str, offset: int) -> str:
    """Name the field whose value stands at `offset` of a JSON text, by a scan without recursion."""
    keys: list[str] = []
    latest = ""
    for token in _TOKEN.finditer(text, 0, offset):
        match token[0]:
            case "{" | "[":
                keys.append("")
            case "}" | "]" if keys:
                keys.pop()
            case ":" if keys:
                keys[-1] = latest
            case "," if keys:
                keys[-1] = ""
            case string:
                latest = string.strip('"')
    path = ".".join(filter(None, keys))[:_MAX_FIELD_CHARS]
    return path if path and path.isprintable() else "value"
