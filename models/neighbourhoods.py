"""Neighbourhoods: which items are heard together, by catalogue position, as a request reads it."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.factors import FACTORS, sketch_items
from models.growth import longer
from models.items import PUBLISHED_NEIGHBOURS, ModelRows
from models.linked_rows import LinkedRows
from models.row_pool import INVERSE, OWN, Links
from models.votes import count_votes

INVERSE_NEIGHBOURS: Final = 32
"""Rows of others in which an item stands, kept for each."""
RENEWED: Final = 4
"""A vector is made anew once one in so many of an item's neighbours has changed."""
VOICE_EXPONENT: Final = -0.7
STANDING_EXPONENT: Final = -0.2
"""What is said of co-listening counts by the audiences of both items to the power of these."""

Int32s = npt.NDArray[np.int32]
Int64s = npt.NDArray[np.int64]
Int8s = npt.NDArray[np.int8]
Float32s = npt.NDArray[np.float32]


class Neighbourhood(NamedTuple):
    """What compiled passes read, by catalogue position."""

    links: Links
    """Neighbours, and in whose rows an item stands."""
    voice: Float32s
    """How loudly an item speaks for its neighbours: the louder the smaller its audience."""
    standing: Float32s
    """What counts of all that is said for an item: the less the larger its audience."""
    factors: Int8s
    """Vectors, n x 256."""
    lengths: Float32s
    """Lengths of the vectors, 0 where an item has none."""


class Neighbourhoods:
    """The neighbours of all items, as last published, and how much their word counts."""

    def __init__(self, *, room: int) -> None:
        self.rows = LinkedRows(own=PUBLISHED_NEIGHBOURS, inverse=INVERSE_NEIGHBOURS, room=room)
        self.voice = np.ones(room, np.float32)
        self.mass = np.zeros(room, np.float32)
        self.told = np.zeros(room, np.float32)
        self.standing = np.ones(room, np.float32)
        self.factors = np.zeros((room, FACTORS), np.int8)
        self.lengths = np.zeros(room, np.float32)
        self.heard = np.zeros(room, np.bool_)
        """Which items have the vector of their neighbours; others may be given one (`models.unplayed`)."""

    @property
    def arrays(self) -> Neighbourhood:
        """The arrays as they are now; an update may change or replace them."""
        return Neighbourhood(self.rows.links, self.voice, self.standing, self.factors, self.lengths)

    def vectors(self, positions: Int32s) -> Float32s:
        """The vectors of items, float32, n x 256, of length 1 or, where an item has none, 0."""
        vectors: Float32s = self.factors[positions].astype(np.float32)
        vectors /= np.maximum(self.lengths[positions], 1)[:, None]
        return vectors

    def make_room(self, room: int) -> None:
        """Give as many positions a neighbourhood, the new ones without neighbours."""
        self.rows.make_room(room)
        for name, blank in (
            ("voice", 1),
            ("standing", 1),
            ("mass", 0),
            ("told", 0),
            ("factors", 0),
            ("lengths", 0),
            ("heard", 0),
        ):
            setattr(self, name, longer(getattr(self, name), room, blank=blank))

    def find_news(self, positions: Int32s, models: ModelRows) -> Int64s:
        """Which of the models of `positions` weigh other than before: repeats say nothing of neighbours."""
        return _find_news(positions, models["strengths"], models["mass"], self.told)

    def replace(self, positions: Int32s, keys: Int64s, neighbours: Int32s, models: ModelRows) -> None:
        """Replace the neighbours of `positions` by those of n models, at the positions n x k, -1 where none.

        `keys` are those of all positions. Votes and vectors are made anew for items of which a quarter has
        changed.
        """
        strengths, listeners = models["strengths"], np.maximum(models["audience"], 1)
        self.mass[positions] = models["mass"]
        self.voice[positions] = listeners**VOICE_EXPONENT
        self.standing[positions] = listeners**STANDING_EXPONENT
        self.rows.replace(positions, neighbours, strengths, standing=self.standing)
        links = self.rows.links
        stale = _find_stale(positions, neighbours, links)
        count_votes(stale, links, self.voice, self.mass)
        sketch_items(stale, links, self.voice, keys, self.factors, self.lengths)
        self.heard[stale] = self.lengths[stale] > 0


@compiled
def _find_stale(positions: Int32s, neighbours: Int32s, links: Links) -> Int32s:
    """Find of which items, in ascending order, enough has changed, and count their changes anew.

    They are `positions` or stand in the rows (n x k, -1 where free) of those.
    """
    touched = np.concatenate((positions, neighbours.ravel()))
    count = 0
    for item in touched:
        if item < 0:
            continue
        changes, size = links.changes[item], links.size[OWN, item] + links.size[INVERSE, item]
        if RENEWED * changes >= size:
            touched[count] = item
            count += 1
    stale = np.unique(touched[:count])
    for item in stale:
        links.changes[item] = 0
    return stale


@compiled
def _find_news(positions: Int32s, strengths: Float32s, mass: Float32s, told: Float32s) -> Int64s:
    """Find which rows (n x k) weigh other than was told of their positions, and tell it."""
    news = np.empty(len(positions), np.int64)
    count = 0
    for row in range(len(positions)):
        total = mass[row]
        for strength in strengths[row]:
            total += strength
        if total != told[positions[row]]:
            told[positions[row]] = total
            news[count] = row
            count += 1
    return news[:count]
