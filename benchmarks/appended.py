"""When Kafka appended each event and the slate that includes it, by its own clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Final

import orjson

from benchmarks.peers.process import PeerFailed
from benchmarks.topics import TopicReader
from streams.settings import Settings
from streams.topics import LISTENING_EVENTS, RECOMMENDATIONS

Place = tuple[int, int]
"""Partition and offset of an event."""
Times = Mapping[Place, int]
"""Milliseconds since 1970."""

_WARM_UP_SHARE: Final = 10


def event_times(settings: Settings) -> Times:
    """When each event was appended."""
    with TopicReader(settings.brokers, LISTENING_EVENTS.name, partitions=settings.partitions) as events:
        return {(one.partition() or 0, one.offset() or 0): one.timestamp()[1] for one in events.messages()}


def slate_times(settings: Settings) -> Times:
    """When the slate that names an event as its last was appended; of a repeated one, when the first was."""
    times: dict[Place, int] = {}
    with TopicReader(settings.brokers, RECOMMENDATIONS.name, partitions=settings.partitions) as slates:
        for message in slates.messages():
            as_of = orjson.loads(message.value() or b"")["as_of"]
            times.setdefault((as_of["partition"], as_of["offset"]), message.timestamp()[1])
    return times


def check_slates(events: Iterable[Place], slates: Iterable[Place]) -> None:
    """Raise `PeerFailed` unless every event has its slate, and every slate its event."""
    due, found = set(events), set(slates)
    if due != found:
        raise PeerFailed(
            f"{len(due - found)} of {len(due)} events have no slate, {len(found - due)} slates no event"
        )


def steady_rate(times: Iterable[int]) -> float:
    """Slates a second after the first tenth of them, until the last.

    Slates of a batch are appended in the same millisecond, so those that share it with the last of the first
    tenth belong to what is left out.

    >>> steady_rate([0] * 10 + [2_000] * 45 + [3_000] * 45)
    30.0
    """
    ordered = sorted(times)
    began = ordered[len(ordered) // _WARM_UP_SHARE - 1]
    counted = len(ordered) - bisect_right(ordered, began)
    if not counted:
        raise PeerFailed(f"{len(ordered)} slates came at once: too few to tell a rate")
    return 1_000 * counted / (ordered[-1] - began)


def latencies_ms(events: Times, slates: Times, *, after: int) -> list[int]:
    """From event appended to slate appended, in the order of events, without the first `after` of them."""
    places = sorted(events, key=lambda place: (events[place], place))
    return [slates[place] - events[place] for place in places[after:]]
