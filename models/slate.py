"""What is emitted: shelves of items, each with its reason and its probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Because(StrEnum):
    """Why an item is here, by what proposed it."""

    PLAYED_AFTER = "played_after"
    SAME_SESSION = "same_session"
    ON_REPEAT = "on_repeat"
    REDISCOVER = "rediscover"
    ALSO_PLAYED = "also_played"
    SAME_ARTIST = "same_artist"
    CHOSEN_ARTIST = "chosen_artist"
    ALIKE = "alike"
    YOUR_TASTE = "your_taste"
    MOMENT = "moment"
    FANS = "fans_also_play"
    FOLLOWED_ARTIST = "followed_artist"
    EDITORS = "editors"
    TRENDING = "trending_near_you"
    POPULAR = "popular"


class Why(NamedTuple):
    """A reason: `item` is the id of the item that it refers to, or empty."""

    because: Because
    item: str = ""


class SlateItem(NamedTuple):
    """One recommended item: its score (log-odds) and the probability with which it was drawn here."""

    item: str
    score: float
    propensity: float
    sources: tuple[str, ...]
    why: Why


class Shelf(NamedTuple):
    """A titled row of items, best place first, kept in columns; `items` gives them one by one.

    `explained_by` are the ids of the items that the reasons refer to, empty where they refer to none;
    `propensities` are those of the items, `propensity` is the probability with which the shelf was chosen
    below those above it. `because` is the reason of the shelf itself, None where its title says all.
    """

    id: str
    title: str
    ids: Sequence[str]
    scores: Sequence[float]
    propensities: Sequence[float]
    sources: Sequence[tuple[str, ...]]
    reasons: Sequence[Because]
    explained_by: Sequence[str]
    propensity: float = 1.0
    because: Because | None = None

    @property
    def items(self) -> tuple[SlateItem, ...]:
        """The items of the row."""
        whys = map(Why, self.reasons, self.explained_by)
        return tuple(map(SlateItem, self.ids, self.scores, self.propensities, self.sources, whys))


class Versions(NamedTuple):
    """The models from which a slate was made, each by how much it has learned."""

    ranker: int
    skips: int
    shelves: int
    catalogue: int


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """How the `rows` shelves of a slate were chosen, to be learned from when it is known how they did.

    `situation` (int8, see `models.situation`) is what the policy looked at, `arms` (int32, MOST_ROWS) which
    shelves they are, 0 behind the last. `numbers` (float32, 8 x MOST_ROWS) are, for each policy, the one
    that drew and two that only look on, the probability of each choice; then for each the reward expected of
    its own choice there; then the reward expected of the shelf that was chosen; then nothing, for what it
    will have earned.
    `items` (int64) are the places of all items among the candidates.
    """

    rows: int
    situation: npt.NDArray[np.int8]
    arms: npt.NDArray[np.int32]
    numbers: npt.NDArray[np.float32]
    items: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Slate:
    """What is emitted: shelves without a duplicate item, and how they came about."""

    shelves: tuple[Shelf, ...]
    policy: str
    versions: Versions
    decision: Decision = field(compare=False)
