"""How content somebody is with what they heard, and therefore whether they come back."""

from __future__ import annotations

from typing import Final

from models.listeners.longterm.temperament import Temperament, chance

TYPICAL: Final = 0.42
"""The satisfaction of a session as good as most."""

_SESSION_SHARE: Final = 0.15
_PLAY_SHARE: Final = 0.02
_SATISFACTION_KEEPS: Final = 4.0
_BOREDOM_LOSES: Final = 1.0


class Wellbeing:
    """Satisfaction, a mean that weighs recent sessions most, and boredom, from the share of repeats.

    Sessions that pleased bring people back, and so does a varied diet: in "Algorithmic Effects on the
    Diversity of Consumption on Spotify" (Anderson et al., WWW 2020) a diverse diet went with fewer people
    leaving.
    """

    __slots__ = ("_plays", "_pleasure", "_repeats", "_temperament", "satisfaction")

    def __init__(self, temperament: Temperament) -> None:
        self._temperament = temperament
        self._repeats = temperament.comfortable
        self._pleasure = 0.0
        self._plays = 0
        self.satisfaction = TYPICAL

    @property
    def boredom(self) -> float:
        """How far the diet is from what is comfortable: 0 at most repeats that are, 1 with nothing new."""
        comfortable = self._temperament.comfortable
        return max(0.0, self._repeats - comfortable) / (1.0 - comfortable)

    @property
    def return_chance(self) -> float:
        """The chance of listening tomorrow."""
        pleased = _SATISFACTION_KEEPS * (self.satisfaction - TYPICAL)
        return chance(self._temperament.faith + pleased - _BOREDOM_LOSES * self.boredom)

    def hear(self, pleasure: float, *, known: bool) -> None:
        """Take in a play that gave so much pleasure, 0 for a skip; `known` if it was heard before."""
        self._pleasure += pleasure
        self._plays += 1
        self._repeats += _PLAY_SHARE * (known - self._repeats)

    def end_session(self) -> None:
        """Judge the session by the mean pleasure of its plays."""
        if self._plays:
            self.satisfaction += _SESSION_SHARE * (self._pleasure / self._plays - self.satisfaction)
        self._pleasure, self._plays = 0.0, 0
