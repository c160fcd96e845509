"""The shelf model: what a shelf pays in a situation, and what a listener in a situation will gain.

Shelves are pooled Bayesian linear arms (`PooledArms`) over what they pay beyond what was expected of them;
so one that is new stands where its file says. The value of a situation is learned by temporal differences
(Sutton 1988, TD(0), linear): from each slate that was seen to the next.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.arm_bytes import decode_arms, encode_arms
from models.arms import PooledArms
from models.compiled import compiled
from models.errors import CorruptState
from models.events import stable_key
from models.learned_bytes import LearnedBytes
from models.shelf_lessons import LessonKind, Rows
from models.situation import SITUATION, STEPS, Steps, in_numbers

NOISE: Final = 0.15
"""Variance of what an impression pays."""
SPREAD: Final = 0.02
"""Variance of each number that shelves are weighed by, before there is evidence."""
VALUE_STEP: Final = 0.02
"""How far one passage moves the value of where it began, as a share of the difference."""
POOL_EVERY: Final = 256
"""Impressions from one estimate of what shelves are like together to the next: it takes a millisecond."""
MOST_ARMS: Final = 256
"""Shelves that are ever learned of: more would be a mistake of a producer's."""

_LAYOUT: Final = stable_key(f"shelves over {SITUATION}")
_WEIGHTS: Final = LearnedBytes("shelf weights", version=1, layout=_LAYOUT, number=np.float64)
_VALUE: Final = LearnedBytes("value of situations", version=1, layout=_LAYOUT, number=np.float64)
_PART: Final = struct.Struct("<I")

Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class ShelfWeights:
    """What workers choose shelves with, after `version` impressions.

    `means` (float64, k x SITUATION) weigh a situation for each of k `arms` (int64): what it pays beyond what
    was expected; `value` (float64, SITUATION) what a listener in it will gain.
    """

    version: int
    arms: Int64s
    means: Float64s
    value: Float64s

    def surplus(self, arms: Int64s, situation: Steps) -> Float64s:
        """What each of n arms pays beyond what was expected (float64, n); nothing is known of a new one."""
        found: Float64s = surplus_of(arms, self.arms, self.means, situation)
        return found


@compiled
def surplus_of(arms: Int64s, learned: Int64s, means: Float64s, situation: Steps) -> Float64s:
    """`ShelfWeights.surplus`, where `learned` are the arms of the `means`."""
    surplus = np.zeros(len(arms), np.float64)
    for arm in range(len(arms)):
        for row in range(len(learned)):
            if learned[row] == arms[arm]:
                for place in range(len(situation)):
                    surplus[arm] += means[row, place] * (situation[place] / STEPS)
    return surplus


class ShelfModel:
    """Learns what shelves pay and what situations are worth, from lessons in the order of their events."""

    def __init__(self) -> None:
        self.learned = 0
        """Impressions learned."""
        self._arms = PooledArms((), dimensions=SITUATION, noise=NOISE, spread=SPREAD)
        self._value = np.zeros(SITUATION, np.float64)

    def learn_many(self, lessons: Rows) -> None:
        """Learn n lessons (`LESSON`)."""
        before = self.learned
        self._learn_shelves(lessons)
        for passage in lessons[lessons["kind"] == LessonKind.PASSAGE]:
            here, there = in_numbers(passage["situation"]), in_numbers(passage["after"])
            ahead = float(passage["amount"]) + float(passage["discount"]) * float(self._value @ there)
            surprise = ahead - float(self._value @ here)
            self._value += VALUE_STEP * surprise / float(here @ here) * here
        if before // POOL_EVERY != self.learned // POOL_EVERY:
            self._arms.pool()

    def _learn_shelves(self, lessons: Rows) -> None:
        known = set(self._arms.ids)
        named = [
            _name(arm) for arm in np.unique(lessons["arm"][lessons["kind"] != LessonKind.PASSAGE]).tolist()
        ]
        self._arms.add_arms([name for name in named if name not in known][: MOST_ARMS - len(known)])
        numbers = {name: number for number, name in enumerate(self._arms.ids)}
        places = np.array([numbers.get(_name(arm), -1) for arm in lessons["arm"].tolist()], np.int64)
        contexts = in_numbers(lessons["situation"])
        shown = (lessons["kind"] == LessonKind.IMPRESSION) & (places >= 0)
        paid = (lessons["kind"] == LessonKind.REWARD) & (places >= 0)
        amounts = lessons["amount"].astype(np.float64)
        self._arms.learn_impressions(places[shown], contexts[shown])
        self._arms.learn_rewards(places[shown], contexts[shown], -amounts[shown])
        self._arms.learn_rewards(places[paid], contexts[paid], amounts[paid])
        self.learned += int(shown.sum())

    def weights(self) -> ShelfWeights:
        """Export what workers choose with."""
        weights = self._arms.weights()
        arms = np.array([int(name, 16) for name in weights.ids], np.int64)
        return ShelfWeights(self.learned, arms, weights.means.copy(), self._value.copy())

    def _restore(self, arms: PooledArms, learned: int, value: Float64s) -> None:
        self._arms, self.learned, self._value = arms, learned, value

    def _state(self) -> tuple[PooledArms, Float64s]:
        return self._arms, self._value


def _name(arm: int) -> str:
    return f"{arm:08x}"


def encode_shelf_weights(weights: ShelfWeights) -> bytes:
    """Write weights as versioned bytes."""
    numbers = np.concatenate((weights.arms.astype(np.float64), weights.means.ravel(), weights.value))
    return _PART.pack(len(weights.arms)) + _WEIGHTS.encode(weights.version, numbers)


def decode_shelf_weights(data: bytes) -> ShelfWeights:
    """Read weights.

    Raises:
        CorruptState: the version, the situation or the length is another, or a number is not finite.
    """
    if len(data) < _PART.size:
        raise CorruptState(f"shelf weights of {len(data)} bytes")
    count = _PART.unpack_from(data)[0]
    if count > MOST_ARMS:
        raise CorruptState(f"weights of {count} shelves")
    version, numbers = _WEIGHTS.decode(data[_PART.size :], count=count + (count + 1) * SITUATION)
    means = numbers[count:-SITUATION].reshape(count, SITUATION)
    return ShelfWeights(version, numbers[:count].astype(np.int64), means, numbers[-SITUATION:])


def encode_shelf_model(model: ShelfModel) -> bytes:
    """Write the arms, what they have seen, and the value of situations as versioned bytes."""
    arms, value = model._state()
    encoded = encode_arms(arms)
    return _PART.pack(len(encoded)) + encoded + _VALUE.encode(model.learned, value)


def decode_shelf_model(data: bytes) -> ShelfModel:
    """Make a model that goes on, bit for bit, where the bytes end.

    Raises:
        CorruptState: the version, the situation or the length is another, or a number is not finite.
    """
    if len(data) < _PART.size:
        raise CorruptState(f"shelf model of {len(data)} bytes")
    end = _PART.size + _PART.unpack_from(data)[0]
    model = ShelfModel()
    arms = decode_arms(data[_PART.size : end], model._state()[0])
    learned, value = _VALUE.decode(data[end:], count=SITUATION)
    model._restore(arms, learned, value)
    return model
