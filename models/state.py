"""A listener's state: the ring and the profile, and the bytes in which they are kept."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from models.catalogue import Catalogue
from models.diet.diet import DIET_BYTES, Diet, decode_diet, encode_diet
from models.errors import CorruptState
from models.history import History, restore_history
from models.profile import Profile, decode_profile, encode_profile
from models.ranker import Ranking
from models.segments import RING_EVENT, SEGMENT_BYTES, SEGMENT_EVENTS, segments_of
from models.shelf_memory import ShelfMemory, decode_memory, encode_memory

VERSION: Final = 5
NOTHING_INCLUDED: Final = -1
_HEAD_KEY: Final = b"head"
_HEAD: Final = struct.Struct("<BqQHH")
"""Version, source offset included, events ever, bytes of the profile and of what is remembered of shelves.

Behind it come these two, the diet and the open end of the ring."""


@dataclass(slots=True)
class ListenerState:
    """One listener, decoded. `offset` is the last source offset that the state includes.

    `prediction` holds the candidates after the last event and their scores, so that they are computed once;
    it is derived, so it is not stored.
    """

    user: str
    history: History
    profile: Profile = field(default_factory=Profile)
    memory: ShelfMemory = field(default_factory=ShelfMemory)
    diet: Diet = field(default_factory=Diet)
    offset: int = NOTHING_INCLUDED
    prediction: Ranking | None = None


def new_listener(user: str, *, ring_events: int) -> ListenerState:
    """Make a listener of whom nothing is known."""
    return ListenerState(user=user, history=History(capacity_events=ring_events))


def head_key(user: str) -> bytes:
    """Key of the profile and the open end of the ring; all keys of a listener begin with the id and NUL."""
    return user.encode() + b"\0" + _HEAD_KEY


def segment_key(user: str, number: int) -> bytes:
    """Key of a sealed segment."""
    return user.encode() + b"\0" + number.to_bytes(6, "big")


def encode_head(listener: ListenerState) -> bytes:
    """Write the profile, what is remembered of shelves and the open end as one value with one offset."""
    profile, memory = encode_profile(listener.profile), encode_memory(listener.memory)
    header = _HEAD.pack(VERSION, listener.offset, listener.history.count, len(profile), len(memory))
    return header + profile + memory + encode_diet(listener.diet) + listener.history.open_end()


def stored_bytes(listener: ListenerState) -> int:
    """How many bytes the listener takes where it is kept: profile, open end and sealed segments."""
    return len(encode_head(listener)) + SEGMENT_BYTES * len(listener.history.sealed)


def changed_values(listener: ListenerState, *, count_before: int) -> dict[bytes, bytes | None]:
    """What must be written after the ring grew from `count_before` events, in the order of writing.

    New sealed segments come before the head that no longer holds their events, and segments that fell out
    of the ring go after the head that no longer needs them: wherever the sequence is cut, what is stored
    is a state that was. `count_before` is that of the whole batch, so that a batch that was cut is written
    to its end when it is handled again, even if the stored head includes all of it.
    """
    history, user = listener.history, listener.user
    sealed_before = count_before // SEGMENT_EVENTS
    held_before = segments_of(count_before, capacity_events=history.capacity)
    sealed = history.sealed
    values: dict[bytes, bytes | None] = {
        segment_key(user, number): history.segment(number)
        for number in range(max(sealed.start, sealed_before), sealed.stop)
    }
    values[head_key(user)] = encode_head(listener)
    for number in range(held_before.start, min(held_before.stop, sealed.start)):
        values[segment_key(user, number)] = None
    return values


def stored_segments(head: bytes, user: str, *, ring_events: int) -> list[bytes]:
    """The keys of the sealed segments that belong to a stored head, oldest first.

    Raises:
        CorruptState: the head is not one.
    """
    count = _read_header(head).events
    return [segment_key(user, number) for number in segments_of(count, capacity_events=ring_events)]


def stored_offset(head: bytes | None) -> int:
    """The last source offset that a stored head includes, -1 where nothing is stored.

    Raises:
        CorruptState: the head is not one.
    """
    return NOTHING_INCLUDED if head is None else _read_header(head).offset


def restore_listener(
    user: str,
    values: Mapping[bytes, bytes | None],
    *,
    ring_events: int,
    catalogue: Catalogue,
) -> ListenerState:
    """Rebuild a listener from stored values; without a head nothing is known of the listener.

    Raises:
        CorruptState: a value is not what was written.
    """
    head = values.get(head_key(user))
    if head is None:
        return new_listener(user, ring_events=ring_events)
    header = _read_header(head)
    parts = [values.get(key) for key in stored_segments(head, user, ring_events=ring_events)]
    segments = [part for part in parts if part is not None]
    history = restore_history(
        count=header.events,
        segments=segments,
        open_end=head[header.diet_end :],
        capacity_events=ring_events,
    )
    history.index[:] = catalogue.positions_of(history.item)
    profile = decode_profile(head[_HEAD.size : header.profile_end])
    memory = decode_memory(head[header.profile_end : header.memory_end])
    diet = decode_diet(head[header.memory_end : header.diet_end])
    return ListenerState(user, history, profile, memory, diet, header.offset)


def stored_rings(values: Mapping[bytes, bytes]) -> Iterator[tuple[str, History]]:
    """Yield each listener's ring from all that a partition stores; `index` is not filled in.

    The segments that are there say how long the rings are, so that nobody needs the setting of the workers.
    What has other keys than those of listeners is passed over.

    Raises:
        CorruptState: a value is not what was written.
    """
    for key, head in values.items():
        user, _, rest = key.partition(b"\0")
        if rest == _HEAD_KEY:
            yield user.decode(), _stored_ring(user.decode(), head, values)


def _stored_ring(user: str, head: bytes, values: Mapping[bytes, bytes]) -> History:
    header = _read_header(head)
    first = last = header.events // SEGMENT_EVENTS
    while first > 0 and segment_key(user, first - 1) in values:
        first -= 1
    return restore_history(
        count=header.events,
        segments=[values[segment_key(user, number)] for number in range(first, last)],
        open_end=head[header.diet_end :],
        capacity_events=SEGMENT_EVENTS * max(1, last - first),
    )


class _Header(NamedTuple):
    """What a head begins with: the ring's events ever, and where its parts end."""

    offset: int
    events: int
    profile_end: int
    memory_end: int
    diet_end: int


def _read_header(head: bytes) -> _Header:
    if len(head) < _HEAD.size or head[0] != VERSION:
        raise CorruptState(f"listener head of {len(head)} bytes, version {head[:1].hex()}")
    _, offset, count, profile_bytes, memory_bytes = _HEAD.unpack_from(head)
    profile_end = _HEAD.size + profile_bytes
    memory_end = profile_end + memory_bytes
    diet_end = memory_end + DIET_BYTES
    if len(head) != diet_end + (count % SEGMENT_EVENTS) * RING_EVENT.itemsize:
        raise CorruptState(f"listener head of {len(head)} bytes for {count} events")
    return _Header(offset, count, profile_end, memory_end, diet_end)
