"""From one event to signals: what it says of the items in it, given what the listener did before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from models.events import SESSION_GAP_SECONDS, Event, EventType, ItemKey
from models.history import History
from models.signals import NOBODY, Signal, SignalKind

FOLLOW_WINDOW: Final = 8
"""Earlier plays of the session that learn what came after them."""
TOGETHER_WINDOW: Final = 3
"""Earlier plays of the session whose vectors move towards the item and back."""
SKIPPED_SUCCESSOR_WEIGHT: Final = 0.2
AFTER_SKIP_WEIGHT: Final = 0.5
ARTIST_SIGNATURES: Final = 4
"""An artist counts as much as four plays together in an item's vector."""

_LIKES: Final = {EventType.LIKE: 1.0, EventType.SAVE: 1.0, EventType.UNLIKE: -1.0, EventType.UNSAVE: -1.0}


def observe(event: Event, history: History, *, item: ItemKey, artist: ItemKey, offset: int) -> list[Signal]:
    """Say what an event tells of items; `history` does not hold the event yet, `artist` is 0 if unknown."""
    at = int(event.at)
    if event.type in _LIKES:
        return [Signal(item, NOBODY, SignalKind.LIKED, _LIKES[event.type], at, offset)]
    if event.type is not EventType.PLAY:
        return []
    if not event.is_play:
        signals = [Signal(item, NOBODY, SignalKind.SKIPPED, 1.0, at, offset)]
    else:
        signals = [Signal(item, NOBODY, SignalKind.PLAYED, 1.0, at, offset)]
        if artist != NOBODY:
            signals.append(Signal(item, artist, SignalKind.BY_ARTIST, ARTIST_SIGNATURES, at, offset))
    signals.extend(_context_signals(event, history, item=item, at=at, offset=offset))
    return signals


def _context_signals(
    event: Event, history: History, *, item: ItemKey, at: int, offset: int
) -> Iterator[Signal]:
    reach = 1.0 if event.is_play else SKIPPED_SUCCESSOR_WEIGHT
    for distance, (earlier, was_good) in enumerate(_plays_of_session(event, history), start=1):
        if earlier == item:
            continue
        weight = reach / distance * (1.0 if was_good else AFTER_SKIP_WEIGHT)
        yield Signal(earlier, item, SignalKind.FOLLOWED_BY, weight, at, offset)
        if event.is_play and was_good and distance <= TOGETHER_WINDOW:
            yield Signal(earlier, item, SignalKind.TOGETHER, 1.0, at, offset)
            yield Signal(item, earlier, SignalKind.TOGETHER, 1.0, at, offset)


def _plays_of_session(event: Event, history: History) -> Iterator[tuple[ItemKey, bool]]:
    """The session's last plays before the event, newest first, with whether each was 30 seconds or more."""
    last = len(history) - 1
    if last < 0 or event.at - event.ms_played / 1000 - history.at[last] > SESSION_GAP_SECONDS:
        return
    items, session, good, plays = history.item, history.session, history.good, history.is_play
    found = 0
    for position in range(last, -1, -1):
        if session[position] != session[last] or found == FOLLOW_WINDOW:
            return
        if plays[position]:
            found += 1
            yield ItemKey(int(items[position])), bool(good[position])
