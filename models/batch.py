"""One partition batch through the core: what listeners did in, slates and lessons out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np

from models.events import ABOUT_ITEM, Event, EventType, stable_key
from models.personalizer import Personalizer
from models.shelf_lessons import Rows
from models.signals import SignalBlock, SignalRows, gather, partition_of
from models.slate import Slate
from models.state import ListenerState
from models.training import PlayExample


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its offset in its partition."""

    offset: int
    event: Event


@dataclass(slots=True)
class Outcome:
    """What a batch gave, in the order of its events; `ids` are those of items in the signals.

    `lessons` (`LESSON`) and `choices` (`CHOICE`) are about shelves.
    """

    signals: list[SignalRows] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    examples: list[tuple[int, PlayExample]] = field(default_factory=list)
    lessons: list[Rows] = field(default_factory=list)
    choices: list[Rows] = field(default_factory=list)


def process_batch(
    personalizer: Personalizer,
    listeners: Mapping[str, ListenerState],
    events: Sequence[Placed],
    *,
    partition: int,
    emit: Callable[[Placed, ListenerState, Slate], None] | None,
) -> Outcome:
    """Learn each event and hand a slate to `emit`, if any, after each but impressions; listener by listener.

    What a listener's state includes already is passed over: it was learned, and its slate was sent, before
    a crash. An impression changes nothing that would be shown, and a slate for it would be shown again.
    `emit` sees the listener as the slate was made, before it is remembered as shown.
    """
    signals: list[tuple[int, SignalRows]] = []
    outcome = Outcome()
    for placed in _listener_by_listener(events):
        event = placed.event
        listener = listeners[event.user]
        if placed.offset <= listener.offset:
            continue
        lesson = personalizer.learn(listener, event, partition=partition, offset=placed.offset)
        signals.append((placed.offset, lesson.signals))
        if lesson.example is not None:
            outcome.examples.append((placed.offset, lesson.example))
        for taught, all_taught in (
            (lesson.shelves.lessons, outcome.lessons),
            (lesson.shelves.choices, outcome.choices),
        ):
            if len(taught):
                taught["offset"] = placed.offset
                all_taught.append(taught)
        if event.type in ABOUT_ITEM:
            outcome.ids.append(event.item)
        if emit is not None and event.type is not EventType.IMPRESSION:
            slate = personalizer.recommend(listener, partition=partition)
            emit(placed, listener, slate)
            personalizer.show(listener, slate)
    outcome.signals.extend(rows for _, rows in sorted(signals, key=itemgetter(0)))
    outcome.examples.sort(key=itemgetter(0))
    for rows in (outcome.lessons, outcome.choices):
        rows.sort(key=_offset_of)
    return outcome


def _offset_of(rows: Rows) -> int:
    return int(rows["offset"][0])


def _listener_by_listener(events: Sequence[Placed]) -> list[Placed]:
    """Order events by listener, so that a ring that is read once is in the processor's cache for the rest."""
    turn = {user: nth for nth, user in enumerate(dict.fromkeys(placed.event.user for placed in events))}
    return sorted(events, key=lambda placed: turn[placed.event.user])


def blocks_by_partition(
    outcome: Outcome, *, source_partition: int, item_partitions: int
) -> dict[int, SignalBlock]:
    """Pack an outcome's signals into one block for each partition of items that they speak of."""
    rows = gather(outcome.signals)
    owners = partition_of(rows["item"], partitions=item_partitions)
    ids: dict[int, list[str]] = {}
    for item in dict.fromkeys(outcome.ids):
        ids.setdefault(partition_of(stable_key(item), partitions=item_partitions), []).append(item)
    return {
        partition: SignalBlock(source_partition, tuple(ids.get(partition, ())), rows[owners == partition])
        for partition in np.unique(owners).tolist()
    }
