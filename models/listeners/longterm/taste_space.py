"""Latent taste: how much somebody would like an item, which no recommender sees."""

from __future__ import annotations

from math import sqrt
from typing import Final

from models.listeners.catalogue import Catalogue
from models.listeners.draws import MASK, bell, derive, mix
from models.listeners.tastes import Tastes
from models.listeners.words import GENRES

DIMENSIONS: Final = 12

_GENRE, _ARTIST, _ITEM, _DRIFT, _OWN = range(5)
_SECOND_GENRE: Final = 0.5
_OF_ARTIST: Final = 0.8
_OF_ITEM: Final = 0.5
_HOMES: Final = (1.0, 0.7, 0.5, 0.4)
_OF_LISTENER: Final = 0.7
_DRIFT_SECONDS: Final = 90 * 86_400.0
_DAY_SECONDS: Final = 86_400.0
_SHARED: Final = 2.0
_PERSONAL: Final = 1.0

Vector = tuple[float, ...]


class TasteSpace:
    """A place for each genre, artist and item: neighbours are loved by the same people.

    An artist lies near their genres, an item near its artist. Memory grows with the items: 0.5 KB each.
    """

    def __init__(self, catalogue: Catalogue, *, seed: int) -> None:
        self.genres: tuple[Vector, ...] = tuple(_random(seed, _GENRE, nth) for nth in range(len(GENRES)))
        artists: dict[int, Vector] = {}
        items: list[Vector] = []
        for index in range(len(catalogue)):
            artist = catalogue.artist_of(index)
            if artist not in artists:
                first, *more = catalogue.genres_of(artist)
                near = [(1.0, self.genres[first]), *((_SECOND_GENRE, self.genres[one]) for one in more)]
                artists[artist] = _unit(_sum(*near, (_OF_ARTIST, _random(seed, _ARTIST, artist))))
            own = _random(seed, _ITEM, index)
            items.append(_unit(_sum((1.0, artists[artist]), (_OF_ITEM, own))))
        self.items: tuple[Vector, ...] = tuple(items)


class LatentTaste:
    """What one listener would like: near their home genres, with a taste of their own, which drifts."""

    __slots__ = ("_day", "_homes", "_key", "_own_key", "_space", "_vector")

    def __init__(self, tastes: Tastes, space: TasteSpace) -> None:
        self._space = space
        self._key = tastes.key
        self._own_key = derive(tastes.key, _OWN)
        homes = zip(_HOMES, (space.genres[home] for home in tastes.homes), strict=False)
        self._homes = _unit(_sum(*homes))
        self._day = -1
        self._vector: Vector = ()

    def apparent(self, index: int, at: float) -> float:
        """How much an item seems to be theirs, by what it sounds like: what people alike share.

        About 0 for what is strange, 1 to 2 for what they are at home with.
        """
        if (day := int(at // _DAY_SECONDS)) != self._day:
            self._day, self._vector = day, self._vector_on(at)
        item = self._space.items[index]
        return _SHARED * sum(one * other for one, other in zip(self._vector, item, strict=True))

    def liking(self, index: int, at: float) -> float:
        """How much they like an item once they know it: what it seems, and what nobody could tell."""
        return self.apparent(index, at) + _PERSONAL * bell(mix((self._own_key + index) & MASK))

    def _vector_on(self, at: float) -> Vector:
        """Go from one direction to the next, a quarter of a year each."""
        turn, share = divmod(at / _DRIFT_SECONDS, 1.0)
        before, after = (_random(self._key, _DRIFT, int(turn) + step) for step in (0, 1))
        own = _unit(_sum((1.0 - share, before), (share, after)))
        return _unit(_sum((1.0, self._homes), (_OF_LISTENER, own)))


def _random(*parts: int) -> Vector:
    """Draw a direction, each alike: of length 1."""
    key = derive(*parts)
    return _unit(tuple(bell(derive(key, dimension)) for dimension in range(DIMENSIONS)))


def _sum(*weighted: tuple[float, Vector]) -> Vector:
    return tuple(sum(weight * vector[place] for weight, vector in weighted) for place in range(DIMENSIONS))


def _unit(vector: Vector) -> Vector:
    length = sqrt(sum(value * value for value in vector)) or 1.0
    return tuple(value / length for value in vector)
