"""What goes on in somebody: how much they would enjoy an item now, and what hearing it changes."""

from __future__ import annotations

from typing import Final

from models.listeners.catalogue import Catalogue
from models.listeners.draws import Draws
from models.listeners.longterm.finds import Finds
from models.listeners.longterm.satiation import Satiation
from models.listeners.longterm.taste_space import LatentTaste, TasteSpace
from models.listeners.longterm.temperament import Temperament, chance
from models.listeners.longterm.wellbeing import Wellbeing
from models.listeners.tastes import Tastes

USUAL_LIKING: Final = 1.2
"""How much the items that somebody plays are liked, in the middle."""
LOVED: Final = 1.8
"""Items liked this much become finds when they are first heard."""

_LIKING: Final = 0.6
_MOOD: Final = 0.2
_STRANGENESS: Final = 0.4
_BORED: Final = 0.5
_BORED_SEEKS: Final = 2.0
_NOT_WANTED: Final = 1.5
_FRESH_LOVE: Final = 1.0
_LOSES_INTEREST: Final = 0.5
_TIMES: Final = 255


class Mind:
    """Latent taste, what was heard, and how it went; all in log-odds of not skipping a known item.

    Its memory is bounded: a byte for each item of the catalogue, and what satiates and is found lately.
    """

    __slots__ = (
        "_artists",
        "_catalogue",
        "_draws",
        "_heard",
        "_items",
        "_taste",
        "finds",
        "temper",
        "wellbeing",
    )

    def __init__(
        self,
        *,
        tastes: Tastes,
        temperament: Temperament,
        catalogue: Catalogue,
        space: TasteSpace,
        draws: Draws,
    ) -> None:
        self.temper = temperament
        self.wellbeing = Wellbeing(temperament)
        self.finds = Finds()
        self._catalogue = catalogue
        self._draws = draws
        self._taste = LatentTaste(tastes, space)
        self._heard = bytearray(len(catalogue))
        self._items = Satiation(half_life_hours=48.0, tolerance=2.0, weight=0.35, capacity=256)
        self._artists = Satiation(half_life_hours=12.0, tolerance=5.0, weight=0.1, capacity=128)

    def knows(self, index: int) -> bool:
        """Say whether an item was heard before, for 30 seconds or more."""
        return self._heard[index] > 0

    def liking(self, index: int, at: float) -> float:
        """How much they like an item, once they know it."""
        return self._taste.liking(index, at)

    def enjoyment(self, index: int, at: float, *, home: int) -> float:
        """How much they enjoy an item at a Unix time, when music of the genre `home` fits."""
        return self._feel(index, at, home, self.liking(index, at)) - self._strangeness(index)

    def wants_new(self) -> bool:
        """Draw whether the next choice is for something new: more often when they are bored."""
        bored = 1.0 + _BORED_SEEKS * self.wellbeing.boredom
        return self._draws.uniform() < self.temper.novelty * bored

    def attraction(self, index: int, at: float, *, home: int, new: bool) -> float:
        """How much they expect to enjoy an item when they want something `new`, or something known.

        Of what they do not know, they go by what it sounds like.
        """
        if self.knows(index):
            return self.enjoyment(index, at, home=home) - _NOT_WANTED * new
        return self._feel(index, at, home, self._taste.apparent(index, at)) - _NOT_WANTED * (not new)

    def hear(self, index: int, at: float, *, enjoyment: float) -> None:
        """Take in a play of 30 seconds or more."""
        known = self.knows(index)
        fresh_love = known and index in self.finds
        self.wellbeing.hear(chance(enjoyment) + _FRESH_LOVE * fresh_love, known=known)
        if fresh_love or (not known and self.liking(index, at) >= LOVED):
            self.finds.keep(index, at=at, draws=self._draws)
        self._heard[index] = min(_TIMES, self._heard[index] + 1)
        self._items.add(index, at=at)
        self._artists.add(self._catalogue.artist_of(index), at=at)

    def skip(self, index: int) -> None:
        """Take in a skip: a find may lose its charm."""
        self.wellbeing.hear(0.0, known=self.knows(index))
        if index in self.finds and self._draws.uniform() < _LOSES_INTEREST:
            self.finds.drop(index)

    def _feel(self, index: int, at: float, home: int, liking: float) -> float:
        """What liking, mood and what was heard lately make of an item."""
        mood = _MOOD if self._catalogue.plays_genre(index, home) else -_MOOD
        sated = self._items.felt(index, at=at) + self._artists.felt(self._catalogue.artist_of(index), at=at)
        bored = _BORED * self.wellbeing.boredom * self.knows(index)
        return _LIKING * (liking - USUAL_LIKING) + mood - sated - bored

    def _strangeness(self, index: int) -> float:
        """What is new is enjoyed less, until it was heard a few times."""
        return float(_STRANGENESS * 0.5 ** self._heard[index])
