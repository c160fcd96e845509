"""The trainer agent: examples in, the ranker kept as plain bytes, weights out for every worker."""

from __future__ import annotations

import struct
from typing import Final

from models.errors import CorruptState
from models.ranker import Ranker, decode_ranker, encode_ranker, encode_weights
from models.training import ExampleBlock, unpack_examples
from streams.engine import Batch, Commit, DeadLetter, Output, StateReader
from streams.fences import SourceFences
from streams.topics import DEAD_LETTERS, MODEL_WEIGHTS, RANKER_KEY

RANKER_STATE: Final = b"ranker\0state"
_INCLUDED: Final = struct.Struct("<q")  # offset of `examples` that the stored ranker includes


async def learn_examples(batch: Batch, state: StateReader) -> Commit:
    """Handle a batch of `examples`: learn each once, publish the weights if they changed."""
    included, ranker = _restore(state)
    fences = SourceFences.load(state)
    before = ranker.weights().version
    dead: list[Output] = []
    for record in batch.records:
        try:
            block = unpack_examples(record.value or b"")
        except CorruptState as error:
            dead.append(DeadLetter(batch, record, reason=str(error)).output(DEAD_LETTERS.name))
            continue
        if record.offset > included:
            _learn(ranker, block, after=fences.after(block.source_partition))
        fences.advance(block.source_partition, [offset for offset, _ in block.examples])
    last = max(included, batch.records[-1].offset)
    writes: dict[bytes, bytes | None] = {RANKER_STATE: _INCLUDED.pack(last) + encode_ranker(ranker)}
    weights = ranker.weights()
    if weights.version == before:
        return Commit(writes=writes | fences.changes(), outputs=dead)
    published = Output(
        MODEL_WEIGHTS.name, key=RANKER_KEY, value=encode_weights(weights), partition=batch.partition
    )
    return Commit(writes=writes | fences.changes(), outputs=[*dead, published])


def _restore(state: StateReader) -> tuple[int, Ranker]:
    stored = state.read([RANKER_STATE])[RANKER_STATE]
    if stored is None:
        return -1, Ranker()
    return _INCLUDED.unpack_from(stored)[0], decode_ranker(stored[_INCLUDED.size :])


def _learn(ranker: Ranker, block: ExampleBlock, *, after: int) -> None:
    for offset, example in block.examples:
        if offset > after:
            ranker.learn_one(example)
