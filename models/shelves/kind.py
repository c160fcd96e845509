"""What a shelf is: a title, a query that says what may stand on it, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.sampling import ARTIST_CAP
from models.shelves.query import Query
from models.slate import Because

ROW_PLACES: Final = 10
ROW_FEWEST: Final = 3
"""A shelf with fewer items is not worth a title."""
ROW_TEMPERATURE: Final = 0.5
"""How freely shelves explore: the best candidate is drawn before one that scores half a point less
(log-odds) in 73 of 100 slates."""
ROW_FLOOR: Final = 0.02
"""Of the draws, this share takes no notice of scores: an upper bound on what an estimate must weigh."""


@dataclass(frozen=True, slots=True)
class ShelfKind:
    """A kind of shelf. Adding one is one file and its test.

    `id` stands in slates and is stable for ever. `{played}` in `title` is the title of the item played last;
    without one, or where nothing was played yet, the shelf is left out. `because` is the reason for every
    item, which refers to the item played last if the title does; without it each has the strongest evidence
    for itself. A row of `places` is drawn, with scores divided by `temperature`, each place with probability
    `floor` from all alike, at most `artist_cap` items of an artist in any ten places running, and left out
    with fewer than `fewest`.
    """

    id: str
    title: str
    query: Query = ()
    because: Because | None = None
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    floor: float = ROW_FLOOR
    fewest: int = ROW_FEWEST
    artist_cap: int = ARTIST_CAP

    @property
    def follows_play(self) -> bool:
        """Whether it is about the item played last."""
        return "{played}" in self.title
