"""Proposals: what joins the pool beside the ring, by what is played after it, by whom, and by everyone."""

from __future__ import annotations

from models.compiled import compiled
from models.item_arrays import ItemArrays
from models.numbering import give_number
from models.sources.artists import Artists
from models.sources.scan import Plays


@compiled
def add_items(plays: Plays, artists: Artists, known: ItemArrays) -> None:
    """Number the items that are proposed but not in the ring."""
    for item in known.top:
        if item >= 0:
            give_number(plays.items, item)
    for back in range(1, plays.context + 1):
        source = plays.items.value[plays.item[len(plays.item) - back]]
        for slot in range(known.successors.shape[1]):
            if known.shares[source, slot] > 0:
                give_number(plays.items, known.successors[source, slot])
    for artist in range(len(artists.worth_proposing)):
        if artists.worth_proposing[artist]:
            for item in known.artist_top[plays.artists.value[artist]]:
                if item >= 0:
                    give_number(plays.items, item)
