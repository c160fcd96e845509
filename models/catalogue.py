"""The catalogue: what a worker knows of all items, in arrays that compiled passes read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from models.editorial import Editorial
from models.events import CatalogRecord, ItemKey, keys_of
from models.growth import longer
from models.item_arrays import IndexArray, ItemArrays, list_items, write_models
from models.item_space import DIMENSIONS
from models.items import NEVER, SUCCESSORS, ModelRows
from models.key_index import KeyIndex, newest_by_key
from models.locales import Locales
from models.most_played import Groups, take_in, take_into_top
from models.names import Names
from models.neighbourhoods import Neighbourhoods
from models.onboarding import artist_key
from models.playlists import Deleted, Playlist
from models.unplayed import Unplayed

TOP: Final = 64
"""Most played items kept over all."""
UNKNOWN: Final = -1

_FACTS: Final = np.dtype(
    [("popularity", np.float64), ("artist", np.int32), ("listed", np.bool_), ("in_top", np.bool_)], align=True
)
"""What a request reads of every item that it considers: 16 bytes side by side, one visit to memory."""
_UNKNOWN_ITEM: Final = np.array([(NEVER, UNKNOWN, False, False)], _FACTS)


class Catalogue:
    """Item models by position, positions by key; it grows as items arrive and forgets nothing.

    Positions are local to the process and mean nothing outside of it: whatever leaves it (state, slates)
    speaks of keys and ids, and ties are broken by key. An item is *listed*, and may be recommended, once
    its model or its catalog record has arrived; a key that was only seen in somebody's history is not.

    `ids` names the items by position, empty while one is not listed.

    `artists_version` counts how often the artist of an item became known or changed, `total_plays` everyone's
    plays of all items, and `version` counts the updates applied: two catalogues fed the same updates in the
    same order are equal.

    >>> catalogue = Catalogue()
    >>> catalogue.apply_record(CatalogRecord(item="t:1", title="Blue", artist="Ann"))
    >>> position = int(catalogue.positions_of(keys_of(["t:1"]))[0])
    >>> catalogue.ids[position], catalogue.title(position), catalogue.artist_name(position)
    ('t:1', 'Blue', 'Ann')
    """

    def __init__(self, *, room: int = 1024) -> None:
        self.version = 0
        self.artists_version = 0
        self.total_plays = 0
        self._positions = KeyIndex(room=room)
        self.ids: list[str] = []
        self.titles = Names()
        self.artists = Groups()
        self.locales = Locales(room=room)
        self.editorial = Editorial(room=room)
        self._know(np.repeat(_UNKNOWN_ITEM, room))
        self.plays = np.zeros(room, np.uint32)
        self.skips = np.zeros(room, np.uint32)
        self.vectors = np.zeros((room, DIMENSIONS), np.int8)
        self.successors = np.zeros((room, SUCCESSORS), np.int32)
        self.shares = np.zeros((room, SUCCESSORS), np.uint16)
        self.neighbours = Neighbourhoods(room=room)
        self.unplayed = Unplayed(room=room)
        self.top = np.full(TOP, UNKNOWN, np.int32)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def keys(self) -> npt.NDArray[np.int64]:
        """The key of each position, int64."""
        return self._positions.keys

    @property
    def arrays(self) -> ItemArrays:
        """The arrays as they are now; an update may change or replace them."""
        return ItemArrays(
            self.keys,
            self.listed,
            self.artist,
            self.popularity,
            self.plays,
            self.skips,
            self.vectors,
            self.successors,
            self.shares,
            self.neighbours.arrays,
            self.artists.top,
            self.top,
            self.in_top,
            self.locales.of,
            self.locales.top,
            self.unplayed.newest,
        )

    def position_of(self, key: ItemKey) -> int:
        """Find the position of a key, making room for one that is new."""
        position = self._positions.add(key)
        self._make_room()
        return position

    def positions_of(self, keys: npt.NDArray[np.int64]) -> IndexArray:
        """Find the positions of many keys, int32."""
        positions = self._positions.add_all(keys)
        self._make_room()
        return positions

    def title(self, position: int) -> str:
        """Title of the item, or its id where no catalog record has arrived."""
        return self.titles[position] or self.ids[position]

    def artist_name(self, position: int) -> str:
        """Name the item's artist, or say nothing where unknown."""
        artist = int(self.artist[position])
        return self.artists.names[artist] if artist >= 0 else ""

    def artist_key(self, position: int) -> ItemKey:
        """Key of the item's artist, 0 where unknown."""
        artist = int(self.artist[position])
        return ItemKey(int(self.artists.keys[artist])) if artist >= 0 else ItemKey(0)

    def apply_record(self, record: CatalogRecord) -> None:
        """Take in what a catalogue says of an item; the last record wins."""
        self.apply_records([record])

    def apply_records(self, records: Sequence[CatalogRecord]) -> None:
        """Take in records that came together."""
        positions = self._list_all([record.item for record in records])
        for position, record in zip(positions.tolist(), records, strict=True):
            self._describe(position, record)
        self.unplayed.describe(positions, self.keys, records, self.plays, self.neighbours)
        self.version += len(records)

    def _describe(self, position: int, record: CatalogRecord) -> None:
        self.titles[position] = record.title
        artist = self.artists.add(artist_key(record.artist), record.artist)
        former = int(self.artist[position])
        if former not in (artist, UNKNOWN):
            self.artists.leave(former, position)
        self.artist[position] = artist
        self.locales.note(position, record)
        self.artists_version += former != artist
        self._rank(position)

    def apply_models(self, items: Sequence[str], models: ModelRows) -> None:
        """Take in newer item models (dtype `ITEM_MODEL`, one for each id); the last of an item wins.

        They are taken in by key: the same updates in any order leave the same catalogue.
        """
        positions = self._list_all(items)
        self.version += len(items)
        newest = newest_by_key(self.keys[positions])
        positions, models = positions[newest], models.take(newest)
        successors = self._positions.add_named(models["successors"], models["shares"])
        news = self.neighbours.find_news(positions, models)
        neighbours = self._positions.add_named(models["neighbours"][news], models["strengths"][news])
        self._make_room()
        moved, grown = write_models(self.arrays, positions, models, successors)
        self.total_plays += grown
        if len(news):
            self.neighbours.replace(positions[news], self.keys, neighbours, models[news])
        self.unplayed.learn(positions, self.plays, self.neighbours)
        for position in moved.tolist():
            self._rank(position)

    def apply_playlists(self, changes: Sequence[Playlist | Deleted]) -> None:
        """Take in what editors put together; what the catalogue does not list yet counts once it does."""
        self.version += self.editorial.apply(changes, self.positions_of)

    def _list_all(self, items: Sequence[str]) -> IndexArray:
        positions = self.positions_of(keys_of(items))
        for place in list_items(self.listed, positions).tolist():
            self.ids[positions[place]] = items[place]
        return positions

    def _rank(self, position: int) -> None:
        """Keep the top lists; popularity as a logarithm only grows, so they are exact in any order."""
        if self.popularity[position] <= NEVER:
            return
        artist = int(self.artist[position])
        if artist >= 0:
            take_in(self.artists.top[artist], position, self.popularity)
        self.locales.rank(position, self.popularity)
        take_into_top(self.top, self.in_top, position, self.popularity)

    def _make_room(self) -> None:
        """Give every position a name and a row; new ones are blank."""
        missing = len(self._positions) - len(self.ids)
        if missing:
            self.ids += [""] * missing
            self.titles.make_room(len(self._positions))
        while len(self.listed) < len(self._positions):
            self._know(np.concatenate((self._facts, np.repeat(_UNKNOWN_ITEM, len(self._facts)))))
            for name in ("plays", "skips", "vectors", "successors", "shares"):
                setattr(self, name, longer(getattr(self, name), len(self.listed)))
            self.neighbours.make_room(len(self.listed))
            self.unplayed.make_room(len(self.listed))
            self.locales.make_room(len(self.listed))
            self.editorial.make_room(len(self.listed))

    def _know(self, facts: npt.NDArray[np.void]) -> None:
        self._facts = facts
        self.popularity: npt.NDArray[np.float64] = facts["popularity"]
        self.artist: IndexArray = facts["artist"]
        self.listed: npt.NDArray[np.bool_] = facts["listed"]
        self.in_top: npt.NDArray[np.bool_] = facts["in_top"]
