"""The item agent: signals in, item statistics kept by item, item models out; catalog records pass through."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.events import stable_key
from models.item_learning import apply_signals
from models.items import item_models, load_states
from models.news import take_news
from models.signals import SignalBlock, unpack_block
from streams.engine import Batch, Commit, DeadLetter, Output, Record, StateReader
from streams.fences import SourceFences
from streams.schemas import Refused, decode_catalog, encode_catalog
from streams.topics import DEAD_LETTERS, ITEM_MODELS, record_key

_KEY: Final = struct.Struct(">q")


def item_state_key(key: int) -> bytes:
    """Key of an item's statistics in the table `items`."""
    return b"item\0" + _KEY.pack(key)


async def learn_signals(batch: Batch, state: StateReader) -> Commit:
    """Handle a batch of `item-signals`: learn each block once, publish every item that changed enough."""
    blocks, dead = _unpack(batch)
    keys = np.unique(np.concatenate([block.rows["item"] for _, block in blocks] or [np.zeros(0, np.int64)]))
    names = {stable_key(name): name for _, block in blocks for name in block.ids}
    stored = state.read([item_state_key(key) for key in keys.tolist()])
    states, ids = load_states(list(stored.values()))
    ids = [known or names.get(key, "") for known, key in zip(ids, keys.tolist(), strict=True)]
    fences = SourceFences.load(state)
    for offset, block in blocks:
        places = np.searchsorted(keys, block.rows["item"])
        apply_signals(states, places, block, offset=offset, after=fences.after(block.source_partition))
        fences.advance(block.source_partition, block.rows["offset"].tolist())
    news = take_news(states, ids).tolist()
    writes: dict[bytes, bytes | None] = {
        key: row + name.encode() for key, row, name in zip(stored, _each(states), ids, strict=True)
    }
    # The fences are written last: they must not promise what a cut changelog does not hold.
    writes |= fences.changes()
    outputs = [
        Output(ITEM_MODELS.name, key=name.encode(), value=model, partition=batch.partition)
        for name, model in zip([ids[place] for place in news], _each(item_models(states[news])), strict=True)
    ]
    return Commit(writes=writes, outputs=[*dead, *outputs])


def _each(rows: npt.NDArray[np.void]) -> list[bytes]:
    """The bytes of each row: all are written once and cut, as a row of numpy's costs more than its bytes."""
    data, size = rows.tobytes(), rows.itemsize
    return [data[start : start + size] for start in range(0, len(data), size)]


def _unpack(batch: Batch) -> tuple[list[tuple[int, SignalBlock]], list[Output]]:
    blocks, dead = [], []
    for record in batch.records:
        try:
            blocks.append((record.offset, unpack_block(record.value or b"")))
        except CorruptState as error:
            dead.append(_dead_letter(batch, record, str(error)))
    return blocks, dead


async def pass_catalog(batch: Batch, state: StateReader) -> Commit:
    """Handle a batch of `catalog`: refuse what cannot be read, hand the rest to every worker's replica."""
    outputs: list[Output] = []
    for record in batch.records:
        try:
            item = decode_catalog(record.key, record.value)
        except Refused as refusal:
            outputs.append(_dead_letter(batch, record, refusal.reason, refusal.field))
        else:
            outputs.append(
                Output(
                    ITEM_MODELS.name,
                    key=record_key(item.item),
                    value=encode_catalog(item),
                    partition=batch.partition,
                )
            )
    return Commit(writes={}, outputs=outputs)


def _dead_letter(batch: Batch, record: Record, reason: str, field: str = "") -> Output:
    return DeadLetter(batch, record, reason=reason, field=field).output(DEAD_LETTERS.name)
