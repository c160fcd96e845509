"""What listeners do and what can be played: the nouns that everything else speaks of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Final, NewType

import numpy as np
import numpy.typing as npt

ItemKey = NewType("ItemKey", int)
"""A stable signed 64-bit name of an item or artist, the same in every worker and after every restart."""

PLAY_MS: Final = 30_000
"""A play of at least this long counts as a play, a shorter one as a skip (the industry's 30 seconds)."""

SESSION_GAP_SECONDS: Final = 30 * 60
"""A pause longer than this ends a session."""


class EventType(StrEnum):
    """What a listener can do."""

    PLAY = "play"
    LIKE = "like"
    UNLIKE = "unlike"
    SAVE = "save"
    UNSAVE = "unsave"
    PLAYLIST_ADD = "playlist_add"
    PLAYLIST_REMOVE = "playlist_remove"
    PLAYLIST_CREATE = "playlist_create"
    SEARCH = "search"
    FOLLOW = "follow"
    UNFOLLOW = "unfollow"
    SHARE = "share"
    BAN = "ban"
    IMPRESSION = "impression"
    ONBOARDING = "onboarding"


EVENT_CODES: Final[dict[EventType, int]] = {kind: code for code, kind in enumerate(EventType)}
"""The five-bit code of each type in stored state; append only, never reorder."""

ABOUT_ITEM: Final = frozenset(EventType) - {
    EventType.PLAYLIST_CREATE,
    EventType.SEARCH,
    EventType.FOLLOW,
    EventType.UNFOLLOW,
    EventType.ONBOARDING,
}
"""The types that name an item."""


class Ended(StrEnum):
    """Why a play stopped; unknown where the producer does not say."""

    FINISHED = "finished"
    SKIPPED = "skipped"
    STOPPED = "stopped"
    UNKNOWN = "unknown"


class Device(IntEnum):
    """What music comes out of, as far as context needs it."""

    UNKNOWN = 0
    PHONE = 1
    COMPUTER = 2
    SPEAKER = 3
    CAR = 4
    TV = 5
    WATCH = 6


@dataclass(frozen=True, slots=True)
class Context:
    """The circumstances of an event; every field is optional on the wire."""

    device: Device = Device.UNKNOWN
    utc_offset_min: int = 0
    activity: str = ""
    weather: str = ""
    place: str = ""
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """The recommendation, shelf and position that an event came from."""

    recommendation: str
    shelf: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True)
class Onboarding:
    """What a listener says at the start: names of artists they like, their country and language."""

    artists: tuple[str, ...] = ()
    country: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """An immutable fact: `user` did `type` at `at` (Unix seconds; for a play, when it ended)."""

    id: str
    type: EventType
    user: str
    at: float
    item: str = ""
    artist: str = ""
    query: str = ""
    playlist: str = ""
    ms_played: int = 0
    duration_ms: int = 0
    ended: Ended = Ended.UNKNOWN
    context: Context = Context()
    origin: Origin | None = None
    onboarding: Onboarding | None = None

    @property
    def subject(self) -> ItemKey:
        """Key of what this is about: its item, or else its artist."""
        return stable_key(self.item or "artist:" + self.artist)

    @property
    def is_play(self) -> bool:
        """Whether this is a play of 30 seconds or more.

        >>> Event(id="1", type=EventType.PLAY, user="ann", at=0.0, item="t:1", ms_played=30_000).is_play
        True
        """
        return self.type is EventType.PLAY and self.ms_played >= PLAY_MS

    @property
    def is_skip(self) -> bool:
        """Whether this is a play that stopped before 30 seconds."""
        return self.type is EventType.PLAY and self.ms_played < PLAY_MS


@dataclass(frozen=True, slots=True)
class CatalogRecord:
    """What a catalogue says of an item.

    `tags` are names with weights, such as how many people gave them, and `features` names with numbers, such
    as danceability or tempo. Both are pairs in the order of the record, each name once.
    """

    item: str
    title: str
    artist: str
    duration_ms: int = 0
    genres: tuple[str, ...] = ()
    tags: tuple[tuple[str, float], ...] = ()
    features: tuple[tuple[str, float], ...] = ()


@lru_cache(maxsize=1 << 16)
def stable_key(name: str) -> ItemKey:
    """Name any string by 64 stable bits (BLAKE2b); two of a million items collide with p < 3e-8.

    >>> stable_key("t:4uLU6h") == stable_key("t:4uLU6h"), stable_key("a") == stable_key("b")
    (True, False)
    """
    digest = hashlib.blake2b(name.encode(), digest_size=8).digest()
    return ItemKey(int.from_bytes(digest, "little", signed=True))


def keys_of(names: Sequence[str]) -> npt.NDArray[np.int64]:
    """Name many strings, int64."""
    return np.array([stable_key(name) for name in names], np.int64)
