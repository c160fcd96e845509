"""What somebody does: plays, and what they say about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from models.events import Context, Ended, Event, EventType, Origin
from models.listeners.catalogue import Catalogue
from models.listeners.draws import Draws
from models.listeners.responses import respond

_PLAYLIST: Final = "Favourites"
_SEARCHES: Final = 0.04


@dataclass(frozen=True, slots=True)
class Action:
    """Something that a listener does; it takes `ms_played`."""

    type: EventType
    item: str = ""
    artist: str = ""
    query: str = ""
    playlist: str = ""
    ms_played: int = 0
    duration_ms: int = 0
    ended: Ended = Ended.UNKNOWN
    origin: Origin | None = None

    def done(self, id: str, user: str, *, at: float, context: Context) -> Event:
        """The event of it, which ended at a Unix time."""
        return Event(
            id=id,
            type=self.type,
            user=user,
            at=at,
            item=self.item,
            artist=self.artist,
            query=self.query,
            playlist=self.playlist,
            ms_played=self.ms_played,
            duration_ms=self.duration_ms,
            ended=self.ended,
            context=context,
            origin=self.origin,
        )


def play_item(
    catalogue: Catalogue, index: int, *, ms_played: int, ended: Ended, origin: Origin | None
) -> Action:
    """Play the item at `index` for `ms_played`."""
    return Action(
        EventType.PLAY,
        item=catalogue.item(index),
        artist=catalogue.artist_name(catalogue.artist_of(index)),
        ms_played=ms_played,
        duration_ms=catalogue.duration_ms(index),
        ended=ended,
        origin=origin,
    )


def surround(play: Action, *, known: bool, discovery: bool, draws: Draws) -> Iterator[Action]:
    """Search for a discovery of one's own now and then, play it, and perhaps say something about it."""
    if discovery and draws.uniform() < _SEARCHES:
        yield Action(EventType.SEARCH, query=play.artist.lower())
    yield play
    reaction = _react(play, known=known, draws=draws)
    if reaction is not None:
        yield reaction


def _react(play: Action, *, known: bool, draws: Draws) -> Action | None:
    """Perhaps say something about what was played, which was `known` before or not."""
    response = respond(known=known, ended=play.ended, draws=draws)
    if response is None:
        return None
    if response is EventType.FOLLOW:
        return Action(response, artist=play.artist)
    playlist = _PLAYLIST if response is EventType.PLAYLIST_ADD else ""
    return Action(response, item=play.item, artist=play.artist, playlist=playlist)
