"""One simulated listener: sessions, plays and what they say about them, one event at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf
from typing import Final

from models.events import PLAY_MS, SESSION_GAP_SECONDS, Event, Origin
from models.listeners.actions import Action, play_item, surround
from models.listeners.catalogue import Catalogue
from models.listeners.choices import Choice, Chooser, Way
from models.listeners.draws import Draws, derive
from models.listeners.responses import listen, skip_chance
from models.listeners.rhythm import Rhythm, pause_seconds, session_length
from models.listeners.tastes import Tastes

_TASTE, _RHYTHM, _LIFE = range(3)
_BAD_MOOD: Final = 0.25
_MOMENT_SECONDS: Final = 1.5
_FROM_MEMORY: Final = frozenset({Way.HABIT, Way.ROTATION})


class Listener:
    """A seeded listener: what they do follows from `key` and from the slates that they are shown."""

    __slots__ = (
        "_agenda", "_bad_mood", "_catalogue", "_chooser", "_done", "_draws", "_last_at", "_plays_left",
        "_rhythm", "user",
    )  # fmt: skip

    def __init__(self, *, user: str, key: int, catalogue: Catalogue) -> None:
        self.user = user
        self._catalogue = catalogue
        self._draws = Draws(derive(key, _LIFE))
        self._rhythm = Rhythm.draw(Draws(derive(key, _RHYTHM)))
        tastes = Tastes.draw(derive(key, _TASTE), catalogue)
        self._chooser = Chooser(tastes=tastes, catalogue=catalogue, draws=self._draws)
        self._agenda: list[Action] = []
        self._bad_mood = False
        self._plays_left = 0
        self._done = 0
        self._last_at = -inf

    def next_event(
        self, now: float, slate: Sequence[str] = (), *, recommendation: str = "", shelf: str = ""
    ) -> Event:
        """Do something that ends at `now` (Unix seconds), perhaps play an item of `slate`, best first.

        A play from the slate carries an origin of `recommendation`, `shelf` and its position. Items that the
        catalogue does not hold are passed over.
        """
        return self.finish(self.begin(now, slate, recommendation=recommendation, shelf=shelf), at=now)

    def begin(
        self, now: float, slate: Sequence[str] = (), *, recommendation: str = "", shelf: str = ""
    ) -> Action:
        """Decide what to do from `now` on; see `next_event`."""
        if now - self._last_at > SESSION_GAP_SECONDS:
            self._enter_session()
        if not self._agenda:
            activity = self._rhythm.context(now).activity
            choice = self._chooser.choose(now, slate, activity=activity)
            recommended = choice.way is Way.RECOMMENDATION
            origin = Origin(recommendation, shelf, choice.position) if recommended else None
            self._agenda.extend(self._plan(choice, origin))
        return self._agenda.pop(0)

    def finish(self, action: Action, *, at: float) -> Event:
        """Make the event of an action that ended at a Unix time."""
        self._last_at = at
        self._done += 1
        return action.done(f"{self.user}-{self._done}", self.user, at=at, context=self._rhythm.context(at))

    def next_start(self, after: float) -> float:
        """Draw when the next action begins: at once, after a pause, or with a later session."""
        if self._agenda:
            return after + _MOMENT_SECONDS
        if self._plays_left > 0:
            return after + pause_seconds(self._draws)
        return self._rhythm.next_session(after, self._draws)

    def _enter_session(self) -> None:
        self._plays_left = session_length(self._draws)
        self._bad_mood = self._draws.uniform() < _BAD_MOOD
        self._chooser.interrupt()

    def _plan(self, choice: Choice, origin: Origin | None) -> Iterator[Action]:
        known = choice.way in _FROM_MEMORY or choice.index in self._chooser.memory
        play = self._play(choice.index, known=known, origin=origin)
        return surround(play, known=known, discovery=choice.way is Way.DISCOVERY, draws=self._draws)

    def _play(self, index: int, *, known: bool, origin: Origin | None) -> Action:
        """Listen to an item for a while, and remember it unless it was skipped."""
        catalogue, chooser = self._catalogue, self._chooser
        artist = catalogue.artist_of(index)
        of_home_genre = known or chooser.tastes.likes_genre_of(artist, catalogue)
        chance = skip_chance(known=known, of_home_genre=of_home_genre, bad_mood=self._bad_mood)
        duration_ms = catalogue.duration_ms(index)
        ms_played, ended = listen(duration_ms, chance_of_skip=chance, draws=self._draws)
        self._plays_left -= 1
        if ms_played >= PLAY_MS:
            chooser.memory.remember(index)
        else:
            chooser.interrupt()
        return play_item(catalogue, index, ms_played=ms_played, ended=ended, origin=origin)
