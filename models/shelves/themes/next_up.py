"""Next up: the ranking itself, what is most likely to be played next."""

from __future__ import annotations

from typing import Final

from models.sampling import NO_CAP
from models.shelves.kind import ShelfKind

# It explores little, for it is what a player plays by itself, and an album goes on to its end.
SHELF: Final = ShelfKind(
    id="next-up",
    title="Next up",
    expected=1.0,
    pinned=True,
    places=20,
    temperature=0.02,
    floor=0.0,
    fewest=1,
    artist_cap=NO_CAP,
)
