"""How somebody comes to the next item: habits, albums, rotation, discovery, recommendations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, TypeVar

from models.listeners.catalogue import Catalogue
from models.listeners.draws import Draws
from models.listeners.memory import Memory
from models.listeners.tastes import Tastes

_PRESSES_RECOMMENDED: Final = 0.35
_TRIES_STRANGE: Final = 0.3
_GOES_ON: Final = 0.72
_TRIES_TO_FIT: Final = 3

Found = TypeVar("Found", int, int | None)


class Way(Enum):
    """How somebody came to an item."""

    HABIT = auto()
    ALBUM = auto()
    ROTATION = auto()
    DISCOVERY = auto()
    RECOMMENDATION = auto()
    FIND = auto()


_FRESH: Final = ((0.44, Way.HABIT), (0.51, Way.ALBUM), (0.73, Way.ROTATION))
_RUNS: Final = frozenset({Way.HABIT, Way.ALBUM})


@dataclass(frozen=True, slots=True)
class Choice:
    """An item by its index, and the position on the slate where it was a recommendation."""

    index: int
    way: Way
    position: int = 0


def _anything(index: int) -> bool:
    """Say yes to every item."""
    return True


class Chooser:
    """What one listener knows and loves, and therefore plays."""

    __slots__ = ("_catalogue", "_draws", "_last", "memory", "tastes")

    def __init__(self, *, tastes: Tastes, catalogue: Catalogue, draws: Draws) -> None:
        self.tastes = tastes
        self.memory = Memory()
        self._catalogue = catalogue
        self._draws = draws
        self._last: Choice | None = None

    def choose(self, at: float, slate: Sequence[str], *, activity: str) -> Choice:
        """Choose the next item at a Unix time, perhaps from a slate, to go with an activity."""
        home = self.tastes.home_of(activity)
        recommended = self._recommended(slate)
        if recommended is None:
            return self.own(at, fits=lambda index: self._catalogue.plays_genre(index, home))
        return self.take(recommended)

    def own(
        self,
        at: float,
        *,
        fits: Callable[[int], bool],
        welcome: Callable[[int], bool] = _anything,
        tries: int = _TRIES_TO_FIT,
    ) -> Choice:
        """Choose the next item without a slate: what `fits` is preferred, a run goes on to what is `welcome`.

        After `tries` that did not fit, the next thing that comes to mind is taken.
        """
        return self.take(self._own(at, fits, welcome, tries))

    def seek(self, at: float, *, fits: Callable[[int], bool], tries: int = _TRIES_TO_FIT) -> Choice:
        """Choose something to discover, preferably what `fits`; see `own`."""
        return self.take(Choice(self._discover(at, fits, tries), Way.DISCOVERY))

    def take(self, choice: Choice) -> Choice:
        """Note what is played next, however it was chosen, and give it back."""
        self._last = choice
        return choice

    def interrupt(self) -> None:
        """End a run: a skip, or a new session, asks for something else."""
        self._last = None

    def _recommended(self, slate: Sequence[str]) -> Choice | None:
        """Press on a slate now and then: more often on top, seldom on what is strange."""
        if not slate or self._draws.uniform() >= _PRESSES_RECOMMENDED:
            return None
        position = self._draws.zipf(len(slate))
        index = self._catalogue.find(slate[position])
        if index is None:
            return None
        familiar = self.tastes.likes_genre_of(self._catalogue.artist_of(index), self._catalogue)
        if not (familiar or index in self.memory or self._draws.uniform() < _TRIES_STRANGE):
            return None
        return Choice(index, Way.RECOMMENDATION, position)

    def _own(
        self, at: float, fits: Callable[[int], bool], welcome: Callable[[int], bool], tries: int
    ) -> Choice:
        way = self._way()
        index = self._follow(way)
        if index is not None and not welcome(index):
            index = None
        if index is None and way is not Way.DISCOVERY:
            way, index = Way.ROTATION, self._fitting(fits, lambda: self.memory.rotation(self._draws), tries)
        if index is None:
            way, index = Way.DISCOVERY, self._discover(at, fits, tries)
        return Choice(index, way)

    def _discover(self, at: float, fits: Callable[[int], bool], tries: int) -> int:
        return self._fitting(fits, lambda: self.tastes.discover(at, self._catalogue, self._draws), tries)

    def _fitting(self, fits: Callable[[int], bool], draw: Callable[[], Found], tries: int) -> Found:
        """Draw again, now and then in vain, until it goes with what the listener does."""
        index = draw()
        for _ in range(tries):
            if index is None or fits(index):
                break
            index = draw()
        return index

    def _way(self) -> Way:
        """Go on with a run more often than not, or start afresh."""
        if self._last is not None and self._last.way in _RUNS and self._draws.uniform() < _GOES_ON:
            return self._last.way
        chance = self._draws.uniform()
        for limit, way in _FRESH:
            if chance < limit:
                return way
        return Way.DISCOVERY

    def _follow(self, way: Way) -> int | None:
        """Give what comes after the last item by habit or on the album, None where nothing does."""
        if self._last is None:
            return None
        if way is Way.HABIT:
            return self.memory.follower(self._last.index)
        if way is Way.ALBUM:
            return self._catalogue.next_track(self._last.index)
        return None
