"""On repeat: what the listener keeps coming back to."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import at_least
from models.slate import Because

OFTEN: Final = 0.3466
"""Three plays within a month, as the feature counts them: log2(1 + 3) x 0.17329."""

SHELF: Final = ShelfKind(
    id="on-repeat",
    title="On repeat",
    expected=0.26,
    query=((at_least(Feature.PLAYED_MONTH, OFTEN),),),
    because=Because.ON_REPEAT,
)
