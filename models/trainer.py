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
from models.shelf_model import (
    ShelfModel,
    ShelfWeights,
    decode_shelf_model,
    decode_shelf_weights,
    encode_shelf_model,
    encode_shelf_weights,
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

_SIZES: Final = struct.Struct(
    "<II"
)  # bytes of the ranker and the skip model; those of the shelf model follow


@dataclass(frozen=True, slots=True)
class ModelWeights:
    """What workers need of every model that the trainer learns."""

    ranker: RankerWeights
    skips: SkipWeights
    shelves: ShelfWeights


class Trainer:
    """Learns the ranker, the skip model and the shelf model, side by side, from the same events."""

    def __init__(
        self,
        *,
        ranker: Ranker | None = None,
        skips: SkipModel | None = None,
        shelves: ShelfModel | None = None,
    ) -> None:
        self.ranker = ranker or Ranker()
        self.skips = skips or SkipModel()
        self.shelves = shelves or ShelfModel()

    def learn_many(self, block: ExampleBlock) -> None:
        """Learn plays in order; one whose item was not among the candidates teaches the skip model only.

        Raises:
            ValueError: a number of the block makes no sense.
        """
        self.skips.learn_many(block.buckets, block.skipped)
        self.ranker.learn_many(block.rows, block.items)
        if len(block.lessons):
            self.shelves.learn_many(block.lessons)

    @property
    def learned(self) -> int:
        """Plays and impressions of shelves learned."""
        return self.skips.learned + self.shelves.learned

    def weights(self) -> ModelWeights:
        """Export what workers need."""
        return ModelWeights(self.ranker.weights(), self.skips.weights(), self.shelves.weights())


def encode_model_weights(weights: ModelWeights) -> bytes:
    """Write weights as versioned bytes."""
    return _join(
        encode_weights(weights.ranker),
        encode_skip_weights(weights.skips),
        encode_shelf_weights(weights.shelves),
    )


def decode_model_weights(data: bytes) -> ModelWeights:
    """Read weights.

    Raises:
        CorruptState: those of a model have another version, layout or length, or a number is not finite.
    """
    ranker, skips, shelves = _part(data)
    return ModelWeights(decode_weights(ranker), decode_skip_weights(skips), decode_shelf_weights(shelves))


def encode_trainer(trainer: Trainer) -> bytes:
    """Write all models and their optimizers as versioned bytes."""
    return _join(
        encode_ranker(trainer.ranker),
        encode_skip_model(trainer.skips),
        encode_shelf_model(trainer.shelves),
    )


def decode_trainer(data: bytes) -> Trainer:
    """Make a trainer that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: a model has another version, layout or length, or a number is not finite.
    """
    ranker, skips, shelves = _part(data)
    return Trainer(
        ranker=decode_ranker(ranker), skips=decode_skip_model(skips), shelves=decode_shelf_model(shelves)
    )


def _join(ranker: bytes, skips: bytes, shelves: bytes) -> bytes:
    return _SIZES.pack(len(ranker), len(skips)) + ranker + skips + shelves


def _part(data: bytes) -> tuple[bytes, bytes, bytes]:
    if len(data) < _SIZES.size:
        raise CorruptState(f"models of {len(data)} bytes")
    ranker, skips = _SIZES.unpack_from(data)
    first, second = _SIZES.size + ranker, _SIZES.size + ranker + skips
    return data[_SIZES.size : first], data[first:second], data[second:]
