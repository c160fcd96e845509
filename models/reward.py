"""How good what happened was: the one place that says how plays, skips and likes count."""

from __future__ import annotations

from typing import Final

from models.events import Event, EventType
from models.playlists import PlaylistKind

TYPICAL_TRACK_MS: Final = 180_000
"""Assumed length where the producer does not say how long the item is."""

SKIP_WEIGHT: Final = -0.25
"""An early skip judges the moment more than the item, so it weighs less than a play."""

REPEAT_FACTOR: Final = 1.25
"""Coming back to an item in the same session says more than hearing it once."""

ACTION_WEIGHTS: Final[dict[EventType, float]] = {
    EventType.LIKE: 2.0,
    EventType.UNLIKE: -2.0,
    EventType.SAVE: 2.0,
    EventType.UNSAVE: -2.0,
    EventType.PLAYLIST_ADD: 1.5,
    EventType.PLAYLIST_REMOVE: -1.5,
    EventType.SHARE: 1.0,
    EventType.BAN: -3.0,
}
"""Each reversal takes back what the action gave."""


def completion(event: Event) -> float:
    """Share of the item that was heard, in [0, 1].

    >>> completion(Event(id="1", type=EventType.PLAY, user="ann", at=0.0, item="t:1", ms_played=90_000))
    0.5
    """
    return min(1.0, event.ms_played / (event.duration_ms or TYPICAL_TRACK_MS))


def taste_weight(event: Event, *, repeated: bool) -> float:
    """Signed weight with which an event moves taste; 0 for what says nothing about an item.

    `repeated` tells whether the item was already played in this session.

    >>> liked = Event(id="1", type=EventType.LIKE, user="ann", at=0.0, item="t:1")
    >>> taste_weight(liked, repeated=False)
    2.0
    """
    if event.type is not EventType.PLAY:
        return ACTION_WEIGHTS.get(event.type, 0.0)
    if event.is_skip:
        return SKIP_WEIGHT
    weight = 0.5 + 0.5 * completion(event)
    return weight * REPEAT_FACTOR if repeated else weight


NEIGHBOUR_SHARE: Final = 0.25
"""Of what an action moves taste by, this much joins an item to what was heard before it."""
COMING_BACK: Final = 0.5
"""A second, fourth, eighth ... play of an item confirms its neighbours by half a play each."""


def neighbour_weight(event: Event, *, plays: int) -> float:
    """Signed weight with which an event joins its item to what was heard before; 0 for most events.

    `plays` counts the plays of 30 seconds or more of the item before it. A skip speaks only where the item
    was never heard: otherwise it judges the moment.

    >>> play = Event(id="1", type=EventType.PLAY, user="ann", at=0.0, item="t:1", ms_played=180_000)
    >>> [neighbour_weight(play, plays=plays) for plays in range(5)]
    [1.0, 0.5, 0.0, 0.5, 0.0]
    """
    if event.type is not EventType.PLAY:
        return NEIGHBOUR_SHARE * ACTION_WEIGHTS.get(event.type, 0.0) if event.item else 0.0
    if event.is_skip:
        return SKIP_WEIGHT if plays == 0 else 0.0
    if plays == 0:
        return taste_weight(event, repeated=False)
    return COMING_BACK if (plays + 1) & plays == 0 else 0.0


PLAYLIST_WEIGHTS: Final[dict[PlaylistKind, float]] = {
    PlaylistKind.EDITORIAL: 1.0,
    PlaylistKind.LISTENER: 0.5,
}
"""With which a playlist joins its items: editors say what no history says, as much as a whole play does; who
made a playlist of their own has mostly heard its items, so it confirms, as coming back does."""


SHELF_ACTIONS: Final[dict[EventType, float]] = {
    EventType.LIKE: 0.5,
    EventType.UNLIKE: -0.5,
    EventType.SAVE: 0.5,
    EventType.UNSAVE: -0.5,
    EventType.PLAYLIST_ADD: 0.5,
    EventType.PLAYLIST_REMOVE: -0.5,
    EventType.SHARE: 0.25,
    EventType.BAN: -1.0,
}
"""What an action on an item pays the shelf from which it was played (docs/reward.md)."""
WEEK_SECONDS: Final = 7 * 86_400
MONTH_SECONDS: Final = 30 * 86_400
ANOTHER_DAY_SECONDS: Final = 12 * 3_600
"""Coming back within the day is still the first impression."""


def shelf_reward(event: Event) -> float:
    """What an event on an item pays at once to the shelf from which it was played; a skip pays nothing.

    >>> shelf_reward(Event(id="1", type=EventType.PLAY, user="ann", at=0.0, item="t:1", ms_played=90_000))
    0.5
    """
    if event.type is not EventType.PLAY:
        return SHELF_ACTIONS.get(event.type, 0.0)
    return completion(event) if event.is_play else 0.0


def durable_reward(age_seconds: float) -> float:
    """What it pays the shelf that a first listen comes back for the first time, after so long.

    >>> [durable_reward(days * 86_400.0) for days in (0, 1, 8, 31)]
    [0.0, 1.0, 0.5, 0.0]
    """
    if not ANOTHER_DAY_SECONDS <= age_seconds <= MONTH_SECONDS:
        return 0.0
    return 1.0 if age_seconds <= WEEK_SECONDS else 0.5


NEXT_DAY_REWARD: Final = 0.5
"""What it says of how well a listener is served that they come back on the next day."""


def listening_reward(event: Event) -> float:
    """What an event says of how well a listener is served on the whole, whoever chose the item.

    >>> listening_reward(Event(id="1", type=EventType.LIKE, user="ann", at=0.0, item="t:1"))
    0.05
    """
    if event.type is not EventType.PLAY:
        return 0.1 * SHELF_ACTIONS.get(event.type, 0.0)
    return 0.1 * completion(event) if event.is_play else 0.0
