"""New from artists you follow: what is by them and not heard yet."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero
from models.slate import Because

SHELF: Final = ShelfKind(
    id="new-from-followed",
    title="New from artists you follow",
    expected=0.29,
    query=((above_zero(Fact.BY_FOLLOWED),), (above_zero(Feature.UNHEARD),)),
    anchor=Anchor.FOLLOWED,
    because=Because.FOLLOWED_ARTIST,
    artist_cap=4,
)
