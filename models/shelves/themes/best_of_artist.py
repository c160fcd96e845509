"""Best of X: the artist of whom there is most that this listener plays."""

from __future__ import annotations

from typing import Final

from models.sampling import NO_CAP
from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero
from models.slate import Because

SHELF: Final = ShelfKind(
    id="best-of-artist",
    title="Best of {anchor}",
    expected=0.23,
    query=((above_zero(Fact.BY_FAVOURITE),),),
    anchor=Anchor.FAVOURITE,
    because=Because.SAME_ARTIST,
    artist_cap=NO_CAP,
)
