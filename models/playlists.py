"""Playlists: items that somebody has put together, a context like a listener's history."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from models.events import ItemKey, stable_key

MOST_ITEMS: Final = 10_000
"""In a playlist; the services have the same bound or a lower one."""


class PlaylistKind(StrEnum):
    """Who has put a playlist together."""

    EDITORIAL = "editorial"
    LISTENER = "listener"


@dataclass(frozen=True, slots=True)
class Playlist:
    """What a playlist holds since `at` (Unix seconds); `items` are ids in the order of their positions.

    `owner` is the listener or the editors, empty where that is unknown.
    """

    id: str
    title: str
    kind: PlaylistKind
    at: float
    items: tuple[str, ...] = ()
    owner: str = ""

    @property
    def key(self) -> ItemKey:
        """The playlist where a listener is named by a key; no item and no listener has the same."""
        return stable_key("playlist:" + self.id)


@dataclass(frozen=True, slots=True)
class Deleted:
    """A playlist that is no more."""

    id: str
