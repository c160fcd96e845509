"""The trainer agent: examples in, the models kept as plain bytes, weights out for every worker."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from typing import Final

from models.errors import CorruptState
from models.trainer import Trainer, decode_trainer, encode_model_weights, encode_trainer
from models.training import ExampleBlock, unpack_examples
from streams.engine import Batch, Commit, DeadLetter, Output, StateReader
from streams.fences import SourceFences
from streams.topics import DEAD_LETTERS, MODEL_WEIGHTS, MODELS_KEY

TRAINER_STATE: Final = b"models\0state"
_INCLUDED: Final = struct.Struct("<q")  # offset of `examples` that the stored models include


async def learn_examples(batch: Batch, state: StateReader) -> Commit:
    """Handle a batch of `examples`: learn each once, publish the weights if they changed."""
    included, trainer = _restore(state)
    fences = SourceFences.load(state)
    before = trainer.learned
    dead: list[Output] = []
    new: list[ExampleBlock] = []
    for record in batch.records:
        try:
            block = unpack_examples(record.value or b"")
        except CorruptState as error:
            dead.append(DeadLetter(batch, record, reason=str(error)).output(DEAD_LETTERS.name))
            continue
        if record.offset > included:
            new.append(block.behind(fences.after(block.source_partition)))
        fences.advance(block.source_partition, [block.last])
    # Steps are compiled and leave Python to the other agents.
    await asyncio.to_thread(_learn, trainer, new)
    last = max(included, batch.records[-1].offset)
    writes: dict[bytes, bytes | None] = {TRAINER_STATE: _INCLUDED.pack(last) + encode_trainer(trainer)}
    if trainer.learned == before:
        return Commit(writes=writes | fences.changes(), outputs=dead)
    value = encode_model_weights(trainer.weights())
    published = Output(MODEL_WEIGHTS.name, key=MODELS_KEY, value=value, partition=batch.partition)
    return Commit(writes=writes | fences.changes(), outputs=[*dead, published])


def _restore(state: StateReader) -> tuple[int, Trainer]:
    stored = state.read([TRAINER_STATE])[TRAINER_STATE]
    if stored is None:
        return -1, Trainer()
    return _INCLUDED.unpack_from(stored)[0], decode_trainer(stored[_INCLUDED.size :])


def _learn(trainer: Trainer, blocks: Sequence[ExampleBlock]) -> None:
    for block in blocks:
        trainer.learn_many(block)
