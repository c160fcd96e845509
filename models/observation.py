"""From one event to signals: what it says of the items in it, given what the listener did before."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.co_listening import MOST_CO_SIGNALS, tell_co_listening
from models.compiled import compiled
from models.events import SESSION_GAP_SECONDS, Event, EventType, ItemKey
from models.history import History
from models.index_memory import PackedIndex
from models.signals import NOBODY, SIGNAL, SignalKind, SignalRows

FOLLOW_WINDOW: Final = 8
"""Earlier plays of the session that learn what came after them."""
TOGETHER_WINDOW: Final = 3
"""Earlier plays of the session whose vectors move towards the item and back."""
REPEAT_WINDOW: Final = 256
"""Events of a session among which an item counts as repeated."""
SKIPPED_SUCCESSOR_WEIGHT: Final = 0.2
AFTER_SKIP_WEIGHT: Final = 0.5
ARTIST_SIGNATURES: Final = 4
"""An artist counts as much as four plays together in an item's vector."""
MOST_SIGNALS: Final = 2 + FOLLOW_WINDOW + 2 * TOGETHER_WINDOW + MOST_CO_SIGNALS
"""Of one event."""

_LIKES: Final = {EventType.LIKE: 1, EventType.SAVE: 1, EventType.UNLIKE: -1, EventType.UNSAVE: -1}


class Observation(NamedTuple):
    """What an event tells: signals, and whether it is a play of what was played in its session before."""

    signals: SignalRows
    repeated: bool


def observe(
    event: Event,
    history: History,
    index: PackedIndex,
    keys: npt.NDArray[np.int64],
    *,
    position: int,
    artist: ItemKey,
    listener: ItemKey,
    offset: int,
) -> Observation:
    """Say what an event tells of items; `history` does not hold the event yet, `artist` is 0 if unknown.

    `index` holds the plays of `history`, and `keys` the keys of catalogue positions, of which `position` is
    that of the event's subject.
    """
    rows = np.empty(MOST_SIGNALS, SIGNAL)
    count, repeated, item = 0, False, event.subject
    if event.type is EventType.PLAY:
        began = event.at - event.ms_played / 1000
        ring = history.item, history.at, history.session, history.good, history.is_play
        count, repeated = _tell_play(rows, item, artist, event.is_play, began, *ring)
    elif event.type in _LIKES:
        count = 1
        rows[0] = (item, NOBODY, SignalKind.LIKED, _LIKES[event.type], 0, 0)
    count = tell_co_listening(rows, count, event, index, keys, position=position, listener=listener)
    rows = rows[:count]
    rows["at"], rows["offset"] = int(event.at), offset
    return Observation(rows, repeated)


@compiled
def _tell_play(
    rows: SignalRows,
    item: int,
    artist: int,
    is_play: bool,
    began: float,
    items: npt.NDArray[np.int64],
    times: npt.NDArray[np.uint32],
    session: npt.NDArray[np.int32],
    good: npt.NDArray[np.bool_],
    plays: npt.NDArray[np.bool_],
) -> tuple[int, bool]:
    """Tell of a play, then of the session's last plays before it, newest first.

    Returns how many rows that takes, and whether the item was played in the last event's session before.
    """
    kind = SignalKind.PLAYED if is_play else SignalKind.SKIPPED
    count = _add(rows, 0, item, NOBODY, kind, 1.0)
    if is_play and artist != NOBODY:
        count = _add(rows, count, item, artist, SignalKind.BY_ARTIST, ARTIST_SIGNATURES)
    if len(times) and began - times[-1] <= SESSION_GAP_SECONDS:
        count = _add_context(rows, count, item, is_play, items, session, good, plays)
    return count, _played_this_session(items, session, good, item)


@compiled
def _add(rows: SignalRows, count: int, item: int, other: int, kind: int, weight: float) -> int:
    """Write the next row; its time and offset are those of all."""
    rows[count].item = item
    rows[count].other = other
    rows[count].kind = kind
    rows[count].weight = weight
    return count + 1


@compiled
def _add_context(
    rows: SignalRows,
    count: int,
    item: int,
    is_play: bool,
    items: npt.NDArray[np.int64],
    session: npt.NDArray[np.int32],
    good: npt.NDArray[np.bool_],
    plays: npt.NDArray[np.bool_],
) -> int:
    """Tell of the session's last plays before the event, newest first."""
    reach = 1.0 if is_play else SKIPPED_SUCCESSOR_WEIGHT
    distance = 0
    for place in range(len(items) - 1, -1, -1):
        if session[place] != session[-1] or distance == FOLLOW_WINDOW:
            return count
        if not plays[place]:
            continue
        distance += 1
        if items[place] == item:
            continue
        weight = reach / distance * (1.0 if good[place] else AFTER_SKIP_WEIGHT)
        count = _add(rows, count, items[place], item, SignalKind.FOLLOWED_BY, weight)
        if is_play and good[place] and distance <= TOGETHER_WINDOW:
            count = _add(rows, count, items[place], item, SignalKind.TOGETHER, 1.0)
            count = _add(rows, count, item, items[place], SignalKind.TOGETHER, 1.0)
    return count


@compiled
def _played_this_session(
    items: npt.NDArray[np.int64], session: npt.NDArray[np.int32], good: npt.NDArray[np.bool_], item: int
) -> bool:
    """Whether the last event's session has a play of the item of 30 seconds or more."""
    for place in range(len(items) - 1, max(-1, len(items) - 1 - REPEAT_WINDOW), -1):
        if session[place] != session[-1]:
            return False
        if items[place] == item and good[place]:
            return True
    return False
