"""Slates as a consumer reads them: the part of `recommendations` that is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson


class UnreadableSlate(ValueError):
    """A record of `recommendations` is not a slate; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One recommended item: `because` of `about` (an item, or empty), drawn with `propensity`."""

    item: str
    propensity: float
    because: str
    about: str


@dataclass(frozen=True, slots=True)
class ShownShelf:
    """A titled row of items."""

    id: str
    title: str
    items: tuple[ShownItem, ...]


@dataclass(frozen=True, slots=True)
class ShownSlate:
    """A slate and the event that it includes: its place in the log, and its time (Unix seconds)."""

    id: str
    user: str
    partition: int
    offset: int
    at: float
    shelves: tuple[ShownShelf, ...]


def decode_slate(value: bytes | None) -> ShownSlate:
    """Read one record of `recommendations`; unknown fields pass.

    Raises `UnreadableSlate` where a field that is shown is missing or of another shape.
    """
    try:
        document = orjson.loads(value or b"")
        as_of = document["as_of"]
        return ShownSlate(
            id=str(document["id"]),
            user=str(document["user"]),
            partition=int(as_of["partition"]),
            offset=int(as_of["offset"]),
            at=float(as_of["at"]),
            shelves=tuple(map(_shelf, document["shelves"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableSlate(f"a record of recommendations is no slate: {error!r}") from error


def _shelf(document: Mapping[str, Any]) -> ShownShelf:
    items = tuple(map(_item, document["items"]))
    return ShownShelf(id=str(document["id"]), title=str(document["title"]), items=items)


def _item(document: Mapping[str, Any]) -> ShownItem:
    why = document.get("why", {})
    return ShownItem(
        item=str(document["item"]),
        propensity=float(document["propensity"]),
        because=str(why.get("because", "")),
        about=str(why.get("item", "")),
    )
