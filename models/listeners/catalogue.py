"""The invented catalogue: artists with discographies, computed when asked for and never stored."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from models.events import CatalogRecord
from models.listeners import names
from models.listeners.draws import MASK, Draws, derive, mix
from models.listeners.words import GENRES

_DURATION, _GENRE, _HIT = range(3)


class Catalogue:
    """`items` tracks of `artists` artists; an artist's tracks are neighbours, in the order of the albums.

    Memory grows with the artists alone. Raises ValueError unless 1 <= artists <= items and every item
    and artist can have a name of its own.
    """

    def __init__(self, *, seed: int, items: int, artists: int) -> None:
        if not 1 <= artists <= items <= names.TITLES or artists > names.ARTISTS:
            raise ValueError(
                f"need 1 <= artists ({artists}) <= items ({items}) <= {names.TITLES}"
                f" and at most {names.ARTISTS} artists"
            )
        self._seed = seed
        self._items = items
        self._duration_key = derive(seed, _DURATION)
        self._hit_key = derive(seed, _HIT)
        self._starts = _discographies(items, artists)
        self._names = [names.artist(artist, seed=seed) for artist in range(artists)]
        self.by_genre: dict[int, Sequence[int]] = _group_by_genre(seed, artists)
        """The artists of each genre that has any, most popular first."""

    def __len__(self) -> int:
        return self._items

    def records(self) -> Iterator[CatalogRecord]:
        """Describe every item, in order."""
        return map(self.record, range(self._items))

    def record(self, index: int) -> CatalogRecord:
        """Describe the item at `index`."""
        artist = self.artist_of(index)
        return CatalogRecord(
            item=self.item(index),
            title=names.title(index, seed=self._seed),
            artist=self._names[artist],
            duration_ms=self.duration_ms(index),
            genres=tuple(GENRES[genre] for genre in self.genres_of(artist)),
        )

    def item(self, index: int) -> str:
        """Name the item at `index` as events do."""
        return f"t:{index:06d}"

    def find(self, item: str) -> int | None:
        """Give the index of an item, None where the catalogue does not hold it."""
        digits = item.removeprefix("t:")
        if not (digits.isascii() and digits.isdecimal()) or len(digits) > 9:
            return None
        index = int(digits)
        return index if index < self._items and self.item(index) == item else None

    def artist_of(self, index: int) -> int:
        """Give the artist of the item at `index`."""
        return bisect_right(self._starts, index) - 1

    def artist_name(self, artist: int) -> str:
        """Name an artist."""
        return self._names[artist]

    def tracks(self, artist: int) -> range:
        """Give an artist's items, in the order of the albums."""
        return range(self._starts[artist], self._starts[artist + 1])

    def next_track(self, index: int) -> int | None:
        """Give the artist's next item, None after the last."""
        tracks = self.tracks(self.artist_of(index))
        return index + 1 if index + 1 in tracks else None

    def hit(self, artist: int, rank: int) -> int:
        """Give the `rank`-th best known item of an artist: hits stand together somewhere on an album."""
        tracks = self.tracks(artist)
        first = mix((self._hit_key + artist) & MASK) % len(tracks)
        return tracks[(first + rank) % len(tracks)]

    def genres_of(self, artist: int) -> tuple[int, ...]:
        """Give an artist's one or two genres, the main one first."""
        return _genres(self._seed, artist)

    def plays_genre(self, index: int, genre: int) -> bool:
        """Say whether the artist of the item at `index` plays a genre."""
        return genre in self.genres_of(self.artist_of(index))

    def duration_ms(self, index: int) -> int:
        """Give an item's length: most tracks last three to four minutes."""
        bits = mix((self._duration_key + index) & MASK)
        # The sum of three uniform fields of 16 bits is nearly normal.
        return 120_000 + 70_000 * ((bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF)) // 0xFFFF


def _discographies(items: int, artists: int) -> list[int]:
    """Place the first track of each artist: popular artists, who come first, have more tracks."""
    weights = list(accumulate((artist + 8) ** -0.35 for artist in range(artists)))
    # The last share is exactly 1, so the last discography ends with the last item.
    shares = [weight / weights[-1] for weight in weights]
    return [0, *(artist + int((items - artists) * share) for artist, share in enumerate(shares, start=1))]


def _genres(seed: int, artist: int) -> tuple[int, ...]:
    draws = Draws(derive(seed, _GENRE, artist))
    first = draws.below(len(GENRES))
    second = (first + 1 + draws.below(3)) % len(GENRES)
    return (first, second) if draws.uniform() < 0.4 else (first,)


def _group_by_genre(seed: int, artists: int) -> dict[int, Sequence[int]]:
    groups: dict[int, list[int]] = {}
    for artist in range(artists):
        groups.setdefault(_genres(seed, artist)[0], []).append(artist)
    return {genre: groups[genre] for genre in sorted(groups)}
