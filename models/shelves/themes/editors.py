"""From the editors: the playlist of theirs that holds most of what fits this listener."""

from __future__ import annotations

from typing import Final

from models.shelves.anchors import Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import Fact, above_zero
from models.slate import Because

SHELF: Final = ShelfKind(
    id="from-the-editors",
    title="From the editors: {anchor}",
    expected=0.21,
    query=((above_zero(Fact.EDITORIAL),),),
    anchor=Anchor.EDITORIAL,
    because=Because.EDITORS,
)
