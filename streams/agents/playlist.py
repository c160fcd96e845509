"""The playlist agent: playlists in; out goes what is new in each, as item signals; what was told is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from models.batch import Outcome, blocks_by_partition
from models.playlist_signals import (
    NOTHING_TOLD,
    ToldPlaylist,
    decode_told,
    encode_told,
    in_pieces,
    tell_playlist,
)
from models.signals import pack_block
from streams.engine import Batch, Commit, DeadLetter, Output, Record, StateReader
from streams.fences import source_of_playlists
from streams.schemas import Refused, decode_playlist
from streams.topics import DEAD_LETTERS, ITEM_SIGNALS

_PREFIX: Final = b"playlist\0"


def playlist_state_key(key: bytes) -> bytes:
    """Key of what has been told of a playlist, in the table `playlists`; `key` is that of its records."""
    return _PREFIX + key


class PlaylistAgent:
    """Handles batches of `playlists`; `clock` gives Unix seconds, `partitions` are those of items."""

    def __init__(self, *, clock: Callable[[], float], partitions: int) -> None:
        self._clock = clock
        self._partitions = partitions

    async def __call__(self, batch: Batch, state: StateReader) -> Commit:
        """Tell what is new in each playlist, once; of a deleted one nothing is kept but its offset."""
        keys = dict.fromkeys(playlist_state_key(record.key) for record in batch.records if record.key)
        stored = {key: decode_told(value) for key, value in state.read(keys).items()}
        told = dict(stored)
        outcome, dead = Outcome(), []
        for record in batch.records:
            try:
                self._tell(record, told, outcome)
            except Refused as refusal:
                letter = DeadLetter(batch, record, reason=refusal.reason, field=refusal.field)
                dead.append(letter.output(DEAD_LETTERS.name))
        writes = {key: encode_told(value) for key, value in told.items() if value is not stored[key]}
        return Commit(writes=writes, outputs=[*dead, *self._signals(outcome, batch.partition)])

    def _tell(self, record: Record, told: dict[bytes, ToldPlaylist], outcome: Outcome) -> None:
        """Add what a record says to `outcome`, and to what has been `told`; raise `Refused`."""
        playlist = decode_playlist(
            record.key, record.value, recorded_at=record.timestamp_ms / 1000, now=self._clock()
        )
        key = playlist_state_key(record.key or b"")
        before = told[key]
        if playlist is not None:
            news, told[key] = tell_playlist(playlist, before, offset=record.offset)
            outcome.signals += news.signals
            outcome.ids += news.ids
        elif NOTHING_TOLD.offset < before.offset < record.offset:
            # Without its offset a record before this one, handled again, would tell what stood there already.
            told[key] = ToldPlaylist(record.offset, NOTHING_TOLD.keys)

    def _signals(self, outcome: Outcome, partition: int) -> Iterable[Output]:
        source = source_of_playlists(partition)
        for piece in in_pieces(outcome):
            blocks = blocks_by_partition(piece, source_partition=source, item_partitions=self._partitions)
            for target, block in blocks.items():
                yield Output(ITEM_SIGNALS.name, key=None, value=pack_block(block), partition=target)
