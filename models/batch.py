"""One partition batch through the core: what listeners did in, slates and lessons out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from models.events import ABOUT_ITEM, Event, EventType, stable_key
from models.examples import Example
from models.personalizer import Personalizer
from models.signals import Signal, SignalBlock, make_block, partition_of
from models.slate import Slate
from models.state import ListenerState


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its offset in its partition."""

    offset: int
    event: Event


@dataclass(slots=True)
class Outcome:
    """What a batch gave, in the order of its events."""

    signals: list[Signal] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    examples: list[tuple[int, Example]] = field(default_factory=list)


def process_batch(
    personalizer: Personalizer,
    listeners: Mapping[str, ListenerState],
    events: Sequence[Placed],
    *,
    partition: int,
    emit: Callable[[Placed, ListenerState, Slate], None],
) -> Outcome:
    """Learn each event and hand a slate to `emit` after each, but for impressions.

    What a listener's state includes already is passed over: it was learned, and its slate was sent, before
    a crash. An impression changes nothing that would be shown, and a slate for it would be shown again.
    """
    outcome = Outcome()
    for placed in events:
        event = placed.event
        listener = listeners[event.user]
        if placed.offset <= listener.offset:
            continue
        lesson = personalizer.learn(listener, event, partition=partition, offset=placed.offset)
        outcome.signals.extend(lesson.signals)
        if lesson.example is not None:
            outcome.examples.append((placed.offset, lesson.example))
        if event.type in ABOUT_ITEM:
            outcome.ids.append(event.item)
        if event.type is not EventType.IMPRESSION:
            emit(placed, listener, personalizer.recommend(listener, partition=partition))
    return outcome


def blocks_by_partition(
    outcome: Outcome, *, source_partition: int, item_partitions: int
) -> dict[int, SignalBlock]:
    """Pack an outcome's signals into one block for each partition of items that they speak of."""
    signals: dict[int, list[Signal]] = {}
    for signal in outcome.signals:
        signals.setdefault(partition_of(signal.item, partitions=item_partitions), []).append(signal)
    ids: dict[int, list[str]] = {}
    for item in dict.fromkeys(outcome.ids):
        ids.setdefault(partition_of(stable_key(item), partitions=item_partitions), []).append(item)
    return {
        partition: make_block(rows, ids=ids.get(partition, ()), source_partition=source_partition)
        for partition, rows in sorted(signals.items())
    }
