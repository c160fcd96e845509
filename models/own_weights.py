"""What the ranker knows of one listener alone, learned where the listener is.

Linear terms of both stages say how this listener chooses, and outputs of the hidden units how they choose
just now: those fade with every play. They start at zero, are learned by the listener agent from all
candidates of a play, and live in the profile. So a listener is followed at once, however long the weights of
all are on their way (measured: with weights that are 150 events old, three quarters of what that costs comes
back; decision 12).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from models.compiled import compiled
from models.descent import descend
from models.errors import CorruptState
from models.features import ITEM_FEATURES, LAYOUT, POOL_FEATURES, Float32s
from models.network import (
    CAUTION,
    DECAY,
    LEARNING_RATE,
    LEAST_SQUARE,
    TERMS,
    average,
    blame_terms,
    surprise,
)

_RATE: Final = np.float32(LEARNING_RATE)
_FADING_RATE: Final = np.float32(12 * LEARNING_RATE)
"""Of the own outputs: they follow what the others, shared by all or kept for good, are too slow for."""
_LEAST: Final = np.float32(LEAST_SQUARE)
FADING: Final = POOL_FEATURES + ITEM_FEATURES
"""Where the own outputs begin."""
FADE: Final = np.float32(0.97)
"""What is left of them after a play."""
OWN: Final = POOL_FEATURES + TERMS
_LAYOUT: Final = struct.Struct("<q")
OWN_BYTES: Final = _LAYOUT.size + 2 * 4 * OWN


def _none() -> Float32s:
    return np.zeros(OWN, np.float32)


def _cautious() -> Float32s:
    return np.full(OWN, CAUTION, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class OwnWeights:
    """A listener's own terms, those of the linear stage first, and the usual squares of their gradients.

    Both are float32, OWN.
    """

    numbers: Float32s = field(default_factory=_none)
    usual: Float32s = field(default_factory=_cautious)

    @property
    def recall(self) -> Float32s:
        """Terms of the linear stage, float32, POOL_FEATURES."""
        return self.numbers[:POOL_FEATURES]

    @property
    def terms(self) -> Float32s:
        """Linear terms and outputs of the second stage, float32, TERMS."""
        return self.numbers[POOL_FEATURES:]


def learn_own(
    own: OwnWeights, features: Float32s, hidden: Float32s, recalled: Float32s, scores: Float32s, played: int
) -> OwnWeights:
    """Take one step towards the candidate that was played.

    `features` (float32, FEATURES x n), `hidden` (float32, HIDDEN x n, what the units answered), `recalled`
    and `scores` (float32, n, of the two stages) are those with which the slate was made.
    """
    return OwnWeights(*_step(own.numbers, own.usual, features, hidden, recalled, scores, played))


@compiled
def _step(
    numbers: Float32s,
    usual: Float32s,
    features: Float32s,
    hidden: Float32s,
    recalled: Float32s,
    scores: Float32s,
    played: int,
) -> tuple[Float32s, Float32s]:
    """One step down the gradient of both stages."""
    gradient = np.empty(OWN, np.float32)
    average(features[:POOL_FEATURES], surprise(recalled, played), gradient[:POOL_FEATURES])
    gradient[POOL_FEATURES:] = blame_terms(features, hidden, surprise(scores, played))
    stepped, squares = numbers.copy(), usual.copy()
    stepped[FADING:] *= FADE
    descend(stepped[:FADING], squares[:FADING], gradient[:FADING], _RATE, DECAY, _LEAST)
    descend(stepped[FADING:], squares[FADING:], gradient[FADING:], _FADING_RATE, DECAY, _LEAST)
    return stepped, squares


def encode_own(own: OwnWeights) -> bytes:
    """Write them as OWN_BYTES bytes."""
    return _LAYOUT.pack(LAYOUT) + own.numbers.astype("<f4").tobytes() + own.usual.astype("<f4").tobytes()


def decode_own(data: bytes) -> OwnWeights:
    """Read them; those written under another table of features mean nothing, and the listener starts anew.

    Raises:
        CorruptState: the length is wrong or a number is not finite.

    >>> decode_own(encode_own(OwnWeights())).numbers.any()
    np.False_
    """
    if len(data) < _LAYOUT.size or (len(data) - _LAYOUT.size) % 8:
        raise CorruptState(f"own weights of {len(data)} bytes")
    if _LAYOUT.unpack_from(data)[0] != LAYOUT:
        return OwnWeights()
    numbers = np.frombuffer(data, "<f4", offset=_LAYOUT.size).astype(np.float32)
    if len(numbers) != 2 * OWN or not np.isfinite(numbers).all():
        raise CorruptState("own weights of a wrong length, or with a number that is not finite")
    return OwnWeights(numbers[:OWN].copy(), numbers[OWN:].copy())
