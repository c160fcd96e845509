"""The ring: the last events of one listener. It is the memory; everything else is computed from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.events import PLAY_MS, SESSION_GAP_SECONDS, ItemKey
from models.index_memory import PackedIndex
from models.play_counts import TimeArray
from models.play_index import add_play, index_plays
from models.segments import MAX_PLAYED_MS, RING_EVENT, SEGMENT_BYTES, SEGMENT_EVENTS, segments_of

IntArray = npt.NDArray[np.int64]
IndexArray = npt.NDArray[np.int32]
CodeArray = npt.NDArray[np.int8]


class History:
    """The last events of a listener, oldest first, in parallel arrays that compiled passes read.

    `capacity_events` is a multiple of 64. The ring keeps that many sealed events and up to 63 open ones,
    so what it holds depends only on `count`, the number of events ever appended. The columns are views of
    length `len(history)`; `index` holds the positions of the items in the catalogue of this process,
    `session` a number that changes after each pause of more than 30 minutes, `good` whether an event was
    a play of 30 seconds or more, `is_play` whether it was a play of any length.

    >>> history = History(capacity_events=64)
    >>> history.append(ItemKey(7), index=0, artist=-1, at_seconds=100, ms_played=40_000, code=0)
    >>> len(history), history.count, bool(history.good[0])
    (1, 1, True)
    """

    __slots__ = (
        *("_at", "_end", "_good", "_index", "_item", "_play", "_played", "_plays", "_session", "_start"),
        *("_version", "capacity", "count"),
    )

    def __init__(self, *, capacity_events: int) -> None:
        if capacity_events < SEGMENT_EVENTS or capacity_events % SEGMENT_EVENTS:
            raise ValueError(f"capacity_events must be a positive multiple of {SEGMENT_EVENTS}")
        # Appending moves everything once in capacity / 8 events: cheap, and a listener stays small.
        room = capacity_events + SEGMENT_EVENTS + max(SEGMENT_EVENTS, capacity_events // 8)
        self.capacity = capacity_events
        self.count = 0
        self._start = 0
        self._end = 0
        self._item = np.zeros(room, np.int64)
        self._at = np.zeros(room, np.uint32)
        self._played = np.zeros(room, np.uint32)
        self._index = np.zeros(room, np.int32)
        self._session = np.zeros(room, np.int32)
        self._play = np.zeros(room, np.bool_)
        self._good = np.zeros(room, np.bool_)
        self._plays: PackedIndex | None = None
        self._version = 0

    def __len__(self) -> int:
        return self._end - self._start

    @property
    def item(self) -> IntArray:
        """Item keys, int64."""
        return self._item[self._start : self._end]

    @property
    def at(self) -> TimeArray:
        """When each event happened (a play: ended), Unix seconds, uint32: convert before subtracting."""
        return self._at[self._start : self._end]

    @property
    def ms_played(self) -> IndexArray:
        """Milliseconds played, int32; 0 for events that are not plays."""
        return (self._played[self._start : self._end] >> 5).astype(np.int32)

    @property
    def code(self) -> CodeArray:
        """Event codes (`events.EVENT_CODES`), int8."""
        return (self._played[self._start : self._end] & 31).astype(np.int8)

    @property
    def index(self) -> IndexArray:
        """Positions of the items in this process's catalogue, int32."""
        return self._index[self._start : self._end]

    @property
    def session(self) -> IndexArray:
        """Session numbers, int32; only equality means anything."""
        return self._session[self._start : self._end]

    @property
    def is_play(self) -> npt.NDArray[np.bool_]:
        """Which events are plays of any length."""
        return self._play[self._start : self._end]

    @property
    def good(self) -> npt.NDArray[np.bool_]:
        """Which events are plays of 30 seconds or more."""
        return self._good[self._start : self._end]

    def plays(self, artist_at: IndexArray, *, version: int) -> PackedIndex:
        """The plays, indexed for candidate sources; `index` must be filled in.

        `artist_at` (int32) is the artist of each catalogue position, -1 if unknown, and `version` changes
        whenever an artist of an item does.
        """
        if self._plays is None or self._version != version:
            sealed = len(self) - self.count % SEGMENT_EVENTS
            played = self._played[self._start : self._end]
            columns = self.index, self.at, self.session, played, self.good, self.is_play
            self._plays, self._version = index_plays(*columns, sealed, artist_at), version
        return self._plays

    def last_played(self) -> int:
        """Catalogue position of the item played last, among the last 64 events; -1 if none was."""
        for place in range(self._end - 1, max(self._start, self._end - SEGMENT_EVENTS) - 1, -1):
            if self._play[place]:
                return int(self._index[place])
        return -1

    def append(
        self, item: ItemKey, *, index: int, artist: int, at_seconds: int, ms_played: int, code: int
    ) -> None:
        """Add the newest event; a segment that no longer fits falls out at the other end.

        `index` and `artist` are the catalogue positions of the item and its artist, -1 if unknown.
        """
        if self._end == len(self._item):
            self._compact()
        end = self._end
        ms = min(ms_played, MAX_PLAYED_MS)
        session, played = self._session_of_next(at_seconds, ms), ms << 5 | code
        is_play, good = code == 0, code == 0 and ms >= PLAY_MS
        self._item[end], self._index[end], self._at[end] = item, index, at_seconds
        self._session[end], self._played[end] = session, played
        self._play[end], self._good[end] = is_play, good
        self._end = end + 1
        self.count += 1
        if self.count % SEGMENT_EVENTS == 0 and len(self) > self.capacity:
            self._start += SEGMENT_EVENTS
        # The first event, and then each that is sealed, is what habits are counted from.
        if self.count % SEGMENT_EVENTS == 0 or self.count == 1:
            self._plays = None
        elif self._plays is not None and is_play:
            add_play(self._plays, index, artist, at_seconds, session, played, good)

    def _session_of_next(self, at_seconds: int, ms_played: int) -> int:
        if self._end == self._start:
            return 0
        pause = at_seconds - ms_played / 1000 - int(self._at[self._end - 1])
        return int(self._session[self._end - 1]) + (pause > SESSION_GAP_SECONDS)

    def _compact(self) -> None:
        columns = self._item, self._at, self._played, self._index, self._session, self._play, self._good
        for column in columns:
            column[: len(self)] = column[self._start : self._end]
        self._start, self._end = 0, len(self)

    def load(self, rows: npt.NDArray[np.void], *, count: int) -> None:
        """Replace everything by stored `rows` (dtype `RING_EVENT`), the last of `count` events ever."""
        n = len(rows)
        self._start, self._end, self.count = 0, n, count
        self._plays = None
        self._item[:n] = rows["item"]
        self._at[:n] = rows["at"]
        self._played[:n] = rows["played"]
        self._play[:n] = self.code == 0
        self._good[:n] = self._play[:n] & (self.ms_played >= PLAY_MS)
        pause = self._at[1:n] - self.ms_played[1:] / 1000 - self._at[: max(n - 1, 0)]
        self._session[1:n] = np.cumsum(pause > SESSION_GAP_SECONDS)

    @property
    def sealed(self) -> range:
        """The numbers of the sealed segments that the ring still holds."""
        last = self.count // SEGMENT_EVENTS
        return range(last - (len(self) // SEGMENT_EVENTS), last)

    def segment(self, number: int) -> bytes:
        """Sealed segment `number` as 1,024 bytes."""
        if number not in self.sealed:
            raise ValueError(f"segment {number} is not in the ring")
        first = (number - self.sealed.start) * SEGMENT_EVENTS
        return self._pack(first, first + SEGMENT_EVENTS)

    def open_end(self) -> bytes:
        """The events after the last sealed segment, 16 bytes each."""
        return self._pack(len(self) - self.count % SEGMENT_EVENTS, len(self))

    def _pack(self, first: int, last: int) -> bytes:
        stored = slice(self._start + first, self._start + last)
        rows = np.empty(last - first, RING_EVENT)
        for name, column in (("item", self._item), ("at", self._at), ("played", self._played)):
            rows[name] = column[stored]
        return rows.tobytes()


def restore_history(
    *, count: int, segments: Sequence[bytes], open_end: bytes, capacity_events: int
) -> History:
    """Rebuild the ring that had `count` events from its sealed segments and its open end.

    The catalogue positions (`index`) are zero until the caller fills them in.

    Raises:
        CorruptState: a part has the wrong length, or parts are missing.
    """
    expected = segments_of(count, capacity_events=capacity_events)
    if len(segments) != len(expected) or any(len(part) != SEGMENT_BYTES for part in segments):
        raise CorruptState(
            f"{len(segments)} of {len(expected)} segments for {count} events in a ring of {capacity_events}; "
            f"was the ring made longer? It cannot grow where a listener's state exists"
        )
    if len(open_end) != (count % SEGMENT_EVENTS) * RING_EVENT.itemsize:
        raise CorruptState(f"open end has {len(open_end)} bytes for {count} events")
    history = History(capacity_events=capacity_events)
    history.load(np.frombuffer(b"".join((*segments, open_end)), RING_EVENT), count=count)
    return history
