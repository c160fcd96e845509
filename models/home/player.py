"""One place at a time: somebody is offered an item, and hears it or skips it; what may be seen of them."""

from __future__ import annotations

from array import array
from math import cos, log1p, pi, sin
from typing import Final

from models.events import Event, Origin
from models.home.diary import DURABLE_AFTER_DAYS, DURABLE_WITHIN_DAYS
from models.home.environment import HomeEnvironment
from models.listeners.draws import Draws, derive
from models.listeners.longterm import LongTermListener
from models.reward import taste_weight

DURABLE_PAYS: Final = 2.0
"""What a discovery pays when it lasts: as much as a like, which says the same sooner and less surely."""
OF_ITEM: Final = 5
OF_MOMENT: Final = 4
"""How many numbers are seen of each candidate, and of the moment."""

_CANDIDATES: Final = 2
_DAY_SECONDS: Final = 86_400.0
_KNOWN_SHARE: Final = 0.5


class Player:
    """A listener whose every play is chosen for them, among `candidates` items.

    Half of the candidates were heard before, if as much was. Memory is bounded by the catalogue.
    """

    def __init__(self, world: HomeEnvironment, *, listener: int, candidates: int) -> None:
        self.person: LongTermListener = world.listener(listener)
        self.now = world.start_at
        self.candidates: list[int] = []
        self._most = candidates
        self._catalogue = world.catalogue
        self._draws = Draws(derive(world.seed, _CANDIDATES, listener))
        self._plays = array("i", bytes(4 * len(world.catalogue)))
        self._first = array("d", bytes(8 * len(world.catalogue)))
        self._last = array("d", bytes(8 * len(world.catalogue)))
        self._paid = bytearray(len(world.catalogue))
        self._heard: list[int] = []
        self._skipped = 0.0
        self._draw_candidates()

    def offer(self, place: int) -> tuple[Event, float]:
        """Let them hear the candidate at `place`; returns the play and its reward.

        The reward is that of `models.reward`, and `DURABLE_PAYS` once an item is heard again 7 to 30 days
        after it was first.
        """
        index = self.candidates[place]
        action = self.person.hear_offered(index, self.now, origin=Origin("offer", "home", place))
        at = self.now + action.ms_played / 1_000
        event = self.person.finish(action, at=at)
        reward = taste_weight(event, repeated=False) + self._durable(event, index)
        self._remember(event, index)
        self.now = self.person.next_start(at)
        self._draw_candidates()
        return event, reward

    def observe(self) -> list[float]:
        """What a recommender may see, numbers in [-1, 1]: of the moment, then of each candidate in turn.

        Of the moment: sine and cosine of the local hour, whether the last play was a skip, and how many
        items were heard. Of a candidate: whether it was heard, how often, how long ago, how much of its
        artist was heard, and how popular the artist is.
        """
        angle = 2 * pi * self.person.local_hour(self.now) / 24
        seen = [sin(angle), cos(angle), self._skipped, min(1.0, log1p(len(self._heard)) / 8.0)]
        for index in self.candidates:
            plays = self._plays[index]
            artist = self._catalogue.artist_of(index)
            of_artist = sum(self._plays[track] for track in self._catalogue.tracks(artist))
            days = (self.now - self._last[index]) / _DAY_SECONDS if plays else _DAY_SECONDS
            seen += [
                float(plays > 0),
                min(1.0, log1p(plays) / 4.0),
                1.0 / (1.0 + days),
                min(1.0, log1p(of_artist) / 6.0),
                1.0 / (1.0 + log1p(artist)),
            ]
        return seen

    def _draw_candidates(self) -> None:
        """Draw what may be offered next, no item twice."""
        chosen: dict[int, None] = {}
        for _ in range(int(self._most * _KNOWN_SHARE)):
            if self._heard:
                chosen[self._heard[self._draws.below(len(self._heard))]] = None
        while len(chosen) < self._most:
            chosen[self._draws.below(len(self._catalogue))] = None
        self.candidates = list(chosen)

    def _durable(self, event: Event, index: int) -> float:
        since_days = (event.at - self._first[index]) / _DAY_SECONDS
        lasts = DURABLE_AFTER_DAYS <= since_days <= DURABLE_WITHIN_DAYS
        if not (event.is_play and self._plays[index] and lasts) or self._paid[index]:
            return 0.0
        self._paid[index] = 1
        return DURABLE_PAYS

    def _remember(self, event: Event, index: int) -> None:
        self._skipped = float(event.is_skip)
        if event.is_play:
            if not self._plays[index]:
                self._first[index] = event.at
                self._heard.append(index)
            self._plays[index] += 1
            self._last[index] = event.at
