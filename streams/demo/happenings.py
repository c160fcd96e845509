"""What somebody just did, as a sentence."""

from __future__ import annotations

from typing import Final

from models.events import Ended, Event, EventType
from streams.demo.names import Names
from streams.demo.slates import ShownSlate

_SENTENCES: Final = {
    EventType.LIKE: "liked {work}",
    EventType.UNLIKE: "took back the like of {work}",
    EventType.SAVE: "saved {work}",
    EventType.UNSAVE: "no longer keeps {work}",
    EventType.PLAYLIST_ADD: "added {work} to {playlist}",
    EventType.PLAYLIST_REMOVE: "took {work} off {playlist}",
    EventType.PLAYLIST_CREATE: "made the playlist {playlist}",
    EventType.SEARCH: "searched for “{query}”",
    EventType.FOLLOW: "now follows {artist}",
    EventType.UNFOLLOW: "no longer follows {artist}",
    EventType.ONBOARDING: "says what they like",
    EventType.SHARE: "shared {work}",
    EventType.BAN: "never wants to hear {work} again",
    EventType.IMPRESSION: "was shown {work}",
}


def describe(event: Event, names: Names, *, slate: ShownSlate | None = None) -> str:
    """Say what happened; `slate` is what was shown, to name the shelf that a play came from.

    >>> describe(Event(id="1", type=EventType.PLAY, user="ann", at=0.0, item="t:1", ms_played=4_000), Names())
    'skipped “t:1” after 4 s'
    """
    if event.type is EventType.PLAY:
        return _describe_play(event, names) + _shelf_of(event, slate)
    return _SENTENCES[event.type].format(
        work=_work(event, names),
        playlist=event.playlist or "a playlist",
        query=event.query,
        artist=event.artist,
    )


def _describe_play(event: Event, names: Names) -> str:
    seconds = event.ms_played // 1000
    if event.is_skip:
        return f"skipped {_work(event, names)} {f'after {seconds} s' if seconds else 'at once'}"
    if event.ended is Ended.FINISHED:
        return f"played {_work(event, names)} to the end"
    return f"played {_work(event, names)} for {seconds // 60}:{seconds % 60:02d}"


def _work(event: Event, names: Names) -> str:
    artist = names.artist(event.item)
    return f"“{names.title(event.item)}” by {artist}" if artist else f"“{names.title(event.item)}”"


def _shelf_of(event: Event, slate: ShownSlate | None) -> str:
    if event.origin is None or slate is None:
        return ""
    titles = {shelf.id: shelf.title for shelf in slate.shelves}
    title = titles.get(event.origin.shelf)
    return f", from “{title}”" if title else ""
