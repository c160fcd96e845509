"""What a shelf is: a title, a query that says what may stand on it, and how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.events import stable_key
from models.sampling import ARTIST_CAP
from models.shelves.anchors import Anchor
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
    """A kind of shelf. Adding one is one file in `models/shelves/themes/` and its test.

    `id` stands in slates and is stable for ever. A shelf with an `anchor` is about something of the
    listener's, whose name takes the place of `{anchor}` in `title`; where there is none, the shelf is left
    out. `because` is the reason of the shelf itself; each item has its own. `expected` is the reward that an
    impression of it is expected to bring before any was learned from: it says which shelves come first at
    the start. A `pinned` shelf stands above those that the policy draws.

    A row of `places` is drawn, with scores divided by `temperature`, each place with probability `floor` from
    all alike, at most `artist_cap` items of an artist in any ten places running, and left out with fewer than
    `fewest`.
    """

    id: str
    title: str
    expected: float
    query: Query = ()
    anchor: Anchor = Anchor.NOTHING
    because: Because | None = None
    pinned: bool = False
    places: int = ROW_PLACES
    temperature: float = ROW_TEMPERATURE
    floor: float = ROW_FLOOR
    fewest: int = ROW_FEWEST
    artist_cap: int = ARTIST_CAP

    @property
    def arm(self) -> int:
        """What the policy knows it by, wherever it stands in the list: 31 bits of its id."""
        return arm_of(self.id)


def arm_of(shelf: str) -> int:
    """Name a shelf, by its id, as the policy does."""
    return stable_key(shelf) & 0x7FFFFFFF
