"""The judge agent: outcomes in, an estimator for each policy kept as plain bytes, estimates out."""

from __future__ import annotations

import struct
from typing import Final

from models.errors import CorruptState
from models.off_policy import (
    OutcomeBlock,
    PolicyEstimator,
    decode_estimator,
    encode_estimator,
    unpack_outcomes,
)
from streams.engine import Batch, Commit, DeadLetter, Output, StateReader
from streams.estimates import encode_estimate
from streams.fences import SourceFences
from streams.topics import DEAD_LETTERS, POLICY_ESTIMATES

_INCLUDED: Final = struct.Struct("<q")  # offset of `outcomes` that the stored estimator includes


async def judge_policies(batch: Batch, state: StateReader) -> Commit:
    """Handle a batch of `outcomes`: learn each once, publish the estimates that changed."""
    fences = SourceFences.load(state)
    blocks, dead = _decode(batch, fences)
    names = sorted({name for _, block in blocks for name in block.rows})
    stored = state.read([policy_key(name) for name in names])
    last = batch.records[-1].offset
    writes: dict[bytes, bytes | None] = {}
    published: list[Output] = []
    for name in names:
        included, estimator = _restore(stored[policy_key(name)])
        # A changelog that was cut holds some policies of a batch and not yet the fences.
        for offset, block in blocks:
            if offset > included and name in block.rows:
                estimator.learn_many(block.rows[name])
        writes[policy_key(name)] = _INCLUDED.pack(max(included, last)) + encode_estimator(estimator)
        published.append(
            Output(
                POLICY_ESTIMATES.name,
                key=name.encode(),
                value=encode_estimate(name, estimator),
                partition=batch.partition,
            )
        )
    return Commit(writes=writes | fences.changes(), outputs=[*dead, *published])


def policy_key(name: str) -> bytes:
    """Key under which a policy's estimator is stored."""
    return b"policy\0" + name.encode()


def _decode(batch: Batch, fences: SourceFences) -> tuple[list[tuple[int, OutcomeBlock]], list[Output]]:
    """Read what is new of each record, behind the record's offset, and move the fences; refuse the others."""
    blocks: list[tuple[int, OutcomeBlock]] = []
    dead: list[Output] = []
    for record in batch.records:
        try:
            block = unpack_outcomes(record.value or b"")
        except CorruptState as error:
            dead.append(DeadLetter(batch, record, reason=str(error)).output(DEAD_LETTERS.name))
            continue
        blocks.append((record.offset, block.behind(fences.after(block.source_partition))))
        fences.advance(block.source_partition, [block.last_offset()])
    return blocks, dead


def _restore(stored: bytes | None) -> tuple[int, PolicyEstimator]:
    if stored is None:
        return -1, PolicyEstimator()
    return _INCLUDED.unpack_from(stored)[0], decode_estimator(stored[_INCLUDED.size :])
