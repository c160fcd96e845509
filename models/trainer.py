"""The trainer: what is learned from plays in one place, for every listener, and its bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from models.errors import CorruptState
from models.ranker import (
    Ranker,
    RankerWeights,
    decode_ranker,
    decode_weights,
    encode_ranker,
    encode_weights,
)
from models.skips import (
    SkipModel,
    SkipWeights,
    decode_skip_model,
    decode_skip_weights,
    encode_skip_model,
    encode_skip_weights,
)
from models.training import ExampleBlock

_FIRST: Final = struct.Struct("<I")  # bytes of the ranker; those of the skip model follow


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """What workers need of every model that the trainer learns."""

    ranker: RankerWeights
    skips: SkipWeights


class Trainer:
    """Learns the ranker and the skip model, side by side, from the same plays."""

    def __init__(self, *, ranker: Ranker | None = None, skips: SkipModel | None = None) -> None:
        self.ranker = ranker or Ranker()
        self.skips = skips or SkipModel()

    def learn_many(self, block: ExampleBlock) -> None:
        """Learn plays in order; one whose item was not among the candidates teaches the skip model only.

        Raises:
            ValueError: a number of the block makes no sense.
        """
        self.skips.learn_many(block.buckets, block.skipped)
        self.ranker.learn_many(block.rows, block.items)

    @property
    def learned(self) -> int:
        """Plays learned."""
        return self.skips.learned

    def weights(self) -> ModelWeights:
        """Export what workers need."""
        return ModelWeights(self.ranker.weights(), self.skips.weights())


def encode_model_weights(weights: ModelWeights) -> bytes:
    """Write weights as versioned bytes."""
    return _join(encode_weights(weights.ranker), encode_skip_weights(weights.skips))


def decode_model_weights(data: bytes) -> ModelWeights:
    """Read weights.

    Raises:
        CorruptState: those of a model have another version, layout or length, or a number is not finite.
    """
    ranker, skips = _part(data)
    return ModelWeights(decode_weights(ranker), decode_skip_weights(skips))


def encode_trainer(trainer: Trainer) -> bytes:
    """Write both models and their optimizers as versioned bytes."""
    return _join(encode_ranker(trainer.ranker), encode_skip_model(trainer.skips))


def decode_trainer(data: bytes) -> Trainer:
    """Make a trainer that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: a model has another version, layout or length, or a number is not finite.
    """
    ranker, skips = _part(data)
    return Trainer(ranker=decode_ranker(ranker), skips=decode_skip_model(skips))


def _join(ranker: bytes, skips: bytes) -> bytes:
    return _FIRST.pack(len(ranker)) + ranker + skips


def _part(data: bytes) -> tuple[bytes, bytes]:
    if len(data) < _FIRST.size:
        raise CorruptState(f"models of {len(data)} bytes")
    end = _FIRST.size + _FIRST.unpack_from(data)[0]
    return data[_FIRST.size : end], data[end:]
