"""What is emitted: shelves of items, each with its reason and its probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


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
    `propensities` are those of the items, `propensity` is the probability with which the shelf was chosen.
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

    @property
    def items(self) -> tuple[SlateItem, ...]:
        """The items of the row."""
        whys = map(Why, self.reasons, self.explained_by)
        return tuple(map(SlateItem, self.ids, self.scores, self.propensities, self.sources, whys))


@dataclass(frozen=True, slots=True)
class Slate:
    """What is emitted: shelves without a duplicate item, and the versions they were made from."""

    shelves: tuple[Shelf, ...]
    policy: str
    ranker_version: int
    skips_version: int
    catalogue_version: int
