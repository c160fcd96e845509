"""What listeners say of themselves before they have played much: artists that they chose, where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.errors import CorruptState
from models.events import Event, ItemKey, stable_key

MOST_CHOSEN: Final = 10
"""Artists that a listener can choose."""
UNSAID: Final = ItemKey(0)


@dataclass(frozen=True, slots=True)
class Choices:
    """Keys of the artists that a listener chose, each once, and of the tags of their country and language."""

    artists: tuple[ItemKey, ...] = ()
    country: ItemKey = UNSAID
    language: ItemKey = UNSAID


def artist_key(name: str) -> ItemKey:
    """Name an artist by a key."""
    return stable_key("artist:" + name)


def locale_key(kind: str, name: str) -> ItemKey:
    """Name a country or language as the tags of items do, whatever the case; 0 for an empty name.

    >>> locale_key("country", "DE") == stable_key("country:de"), locale_key("language", "")
    (True, 0)
    """
    return stable_key(f"{kind}:{name.casefold()}") if name else UNSAID


def update_choices(choices: Choices, event: Event) -> Choices:
    """Learn what an event says of its listener; what it leaves out stays as it was.

    An onboarding event names artists anew, all of them; country and language come with it, or with the
    context of any event.
    """
    told, context = event.onboarding, event.context
    country, language = context.country, context.language
    if told is not None:
        country, language = told.country or country, told.language or language
    elif not (country or language):
        return choices
    names = told.artists[:MOST_CHOSEN] if told is not None else ()
    return Choices(
        artists=tuple(dict.fromkeys(artist_key(name) for name in names if name)) or choices.artists,
        country=locale_key("country", country) or choices.country,
        language=locale_key("language", language) or choices.language,
    )


def encode_choices(choices: Choices) -> bytes:
    """Write choices as keys of 8 bytes, none where nothing was said."""
    if choices == Choices():
        return b""
    return np.array([choices.country, choices.language, *choices.artists], "<i8").tobytes()


def decode_choices(data: bytes) -> Choices:
    """Read choices.

    Raises:
        CorruptState: the length is wrong.
    """
    if not data:
        return Choices()
    if len(data) % 8 or not 2 <= len(data) // 8 <= 2 + MOST_CHOSEN:
        raise CorruptState(f"choices in {len(data)} bytes")
    country, language, *artists = map(ItemKey, np.frombuffer(data, "<i8").tolist())
    return Choices(tuple(artists), country, language)
