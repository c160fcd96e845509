"""A playlist as a vector, in the space of items: near to it lies what is heard together with its items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models.catalogue import Catalogue
from models.events import stable_key
from models.factors import add_up_factors


def playlist_vector(items: Sequence[str], catalogue: Catalogue) -> npt.NDArray[np.float32]:
    """The sum of the unit vectors of different items (ids), float32, 256, brought to length 1.

    It is 0 where none of them has a vector yet. `compare_factors` compares it with items.
    """
    keys = np.array([stable_key(item) for item in dict.fromkeys(items)], np.int64)
    positions = catalogue.positions_of(keys)
    return add_up_factors(positions, catalogue.neighbours.factors, catalogue.neighbours.lengths)
