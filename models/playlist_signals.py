"""From a playlist to signals: what is new in it speaks of what was in it before, as a play does of a history.

Co-listening counts pairs of items that one listener has heard (`models/co_listening.py`); a playlist is a
listener that hears an item when the item is put into it. What is taken out stays told, and fades as all
evidence does: editors rotate without a verdict, a listener's removal is an event of its own
(`playlist_remove`), and a row that has made room meanwhile could not give back what it was told.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.batch import Outcome
from models.co_listening import HEARD_BEFORE
from models.errors import CorruptState
from models.events import stable_key
from models.playlists import MOST_ITEMS, Playlist
from models.reward import PLAYLIST_WEIGHTS
from models.signals import SIGNAL, SignalKind, SignalRows, gather

VERSION: Final = 1
OFFSETS_EACH: Final = 1 << 14
"""Offsets that signals of one record take, one for each of its items: more than `MOST_ITEMS`."""
PIECE_ROWS: Final = 8_192
"""Signals that leave together at most: 270 KB, of 33 MB that the largest playlist says."""
_HEADER: Final = struct.Struct("<BqI")  # version, offset, items


@dataclass(frozen=True, slots=True, eq=False)
class ToldPlaylist:
    """What has been told of a playlist: `keys` (int64) of its items, as of the record at `offset`.

    They stand in the order in which they were told, which is how the items came.
    """

    offset: int
    keys: npt.NDArray[np.int64]


NOTHING_TOLD: Final = ToldPlaylist(-1, np.zeros(0, np.int64))


def tell_playlist(playlist: Playlist, told: ToldPlaylist, *, offset: int) -> tuple[Outcome, ToldPlaylist]:
    """Say what is new in a playlist since `told`, and what has been told then.

    Each new item is told that the playlist discovered it, and that it stands beside the last `HEARD_BEFORE`
    of those that came before it, so that each pair is told once. A signal weighs less the more items were
    there, as in co-listening: it makes no difference whether items come one by one or at once. What is told
    already (`offset` is not above that of `told`) is not told again.
    """
    if offset <= told.offset:
        return Outcome(), told
    ids = {stable_key(item): item for item in playlist.items}
    now = np.array(list(ids), np.int64)
    stayed = told.keys[np.isin(told.keys, now)]
    order = np.concatenate((stayed, now[~np.isin(now, stayed)]))
    rows = _tell(order, len(stayed), playlist.key)
    place = rows["offset"]
    rows["weight"] = PLAYLIST_WEIGHTS[playlist.kind] / np.sqrt(place + 1.0)
    rows["at"] = int(playlist.at)
    rows["offset"] += offset * OFFSETS_EACH - len(stayed)
    new = [ids[key] for key in order[len(stayed) :].tolist()]
    return Outcome(signals=[rows], ids=new), ToldPlaylist(offset, order)


def _tell(order: npt.NDArray[np.int64], stayed: int, playlist: int) -> SignalRows:
    """Rows for each of `order` from place `stayed` on: its discovery, then who stands before it, last first.

    Their `offset` is the place of their item; their weight and time are left to be written.
    """
    places = np.arange(stayed, len(order))
    counts = 1 + np.minimum(places, HEARD_BEFORE)
    place = np.repeat(places, counts)
    back = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = np.zeros(len(place), SIGNAL)
    rows["item"] = order[place]
    rows["other"] = np.where(back == 0, playlist, order[place - back])
    rows["kind"] = np.where(back == 0, SignalKind.DISCOVERED, SignalKind.NEIGHBOUR)
    rows["offset"] = place
    return rows


def in_pieces(outcome: Outcome) -> Iterator[Outcome]:
    """Cut what is told of playlists so that no piece has more than `PIECE_ROWS` signals.

    What one item is told stays together, as it has one offset: whoever learned a part of it would take the
    rest for what was sent again.
    """
    rows = gather(outcome.signals) if outcome.signals else np.zeros(0, SIGNAL)
    ids = {stable_key(item): item for item in outcome.ids}
    starts = np.flatnonzero(np.diff(rows["offset"], prepend=-1))
    ends = np.append(starts[1:], len(rows))
    start = 0
    while start < len(starts):
        end = int(np.searchsorted(ends, starts[start] + PIECE_ROWS, "right"))
        told = rows["item"][starts[start:end]].tolist()
        yield Outcome(signals=[rows[starts[start] : ends[end - 1]]], ids=[ids[key] for key in told])
        start = end


def encode_told(told: ToldPlaylist) -> bytes:
    """Write what has been told as versioned bytes: 13, and 8 for each item."""
    return _HEADER.pack(VERSION, told.offset, len(told.keys)) + told.keys.astype("<i8").tobytes()


def decode_told(value: bytes | None) -> ToldPlaylist:
    """Read what has been told; nothing has where nothing is stored.

    Raises:
        CorruptState: the version or the length is wrong.
    """
    if value is None:
        return NOTHING_TOLD
    if len(value) < _HEADER.size:
        raise CorruptState(f"playlist state of {len(value)} bytes")
    version, offset, items = _HEADER.unpack_from(value)
    if version != VERSION:
        raise CorruptState(f"playlist state version {version}, expected {VERSION}")
    if items > MOST_ITEMS or len(value) != _HEADER.size + 8 * items:
        raise CorruptState(f"playlist state of {len(value)} bytes for {items} items")
    return ToldPlaylist(offset, np.frombuffer(value, "<i8", items, _HEADER.size).astype(np.int64))
