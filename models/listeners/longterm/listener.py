"""One simulated listener over months: when, what and how they listen, with a home screen before them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import Final

from models.events import PLAY_MS, SESSION_GAP_SECONDS, Context, Event, EventType, Origin
from models.listeners.actions import Action, play_item, surround
from models.listeners.catalogue import Catalogue
from models.listeners.choices import Choice, Chooser, Way
from models.listeners.draws import Draws, derive
from models.listeners.longterm.days import Calendar
from models.listeners.longterm.mind import Mind
from models.listeners.longterm.screen import Pressed, Row, Screen, look_at, press
from models.listeners.longterm.taste_space import TasteSpace
from models.listeners.longterm.temperament import Temperament, chance
from models.listeners.responses import listen
from models.listeners.rhythm import Rhythm, pause_seconds
from models.listeners.tastes import Tastes

__all__ = ["LongTermListener", "Row", "Screen"]

_TASTE, _RHYTHM, _LIFE, _TEMPERAMENT, _DAYS = range(5)
_BAD_MOOD: Final = 0.25
_BAD_MOOD_COSTS: Final = 1.0
_LOOKS_FIRST: Final = 0.8
_LOOKS_AGAIN: Final = 0.4
_PLAYS_DUE_FIND: Final = 0.3
_OWN_IDEA: Final = 0.4
_NO_IDEA: Final = 0.0
_CHOOSY: Final = 3.0
_TRIES: Final = 12
_COMES_BY: Final = 3
"""New things that come by when somebody wants one; who meets none that appeals plays what they know."""
_MOMENT_SECONDS: Final = 1.5

Look = Callable[[], Screen]


class LongTermListener:
    """A seeded listener: what they do follows from `key` and from the screens that they look at."""

    __slots__ = (
        "_agenda", "_bad_mood", "_calendar", "_catalogue", "_chooser", "_done", "_draws", "_last_at",
        "_opening", "_plays_left", "_rhythm", "mind", "user",
    )  # fmt: skip

    def __init__(self, *, user: str, key: int, catalogue: Catalogue, space: TasteSpace) -> None:
        self.user = user
        self._catalogue = catalogue
        self._draws = Draws(derive(key, _LIFE))
        rhythm = Draws(derive(key, _RHYTHM))
        self._rhythm = replace(Rhythm.draw(rhythm), sessions_per_day=rhythm.log_uniform(1.5, 5.0))
        self._calendar = Calendar(self._rhythm, key=derive(key, _DAYS))
        tastes = Tastes.draw(derive(key, _TASTE), catalogue)
        self._chooser = Chooser(tastes=tastes, catalogue=catalogue, draws=self._draws)
        self.mind = Mind(
            tastes=tastes,
            temperament=Temperament.draw(Draws(derive(key, _TEMPERAMENT))),
            catalogue=catalogue,
            space=space,
            draws=self._draws,
        )
        self._agenda: list[Action] = []
        self._bad_mood = self._opening = False
        self._plays_left = self._done = 0
        self._last_at = -inf

    def begin(self, now: float, look: Look) -> Action:
        """Decide what to do from `now` (Unix seconds) on; `look` gives the screen if they look at it."""
        if now - self._last_at > SESSION_GAP_SECONDS:
            self._enter_session(now)
        if not self._agenda:
            self._agenda.extend(self._plan(now, look))
        return self._agenda.pop(0)

    def hear_offered(self, index: int, now: float, *, origin: Origin) -> Action:
        """Play an item that was chosen for them, from `now` on, and say nothing about it."""
        if now - self._last_at > SESSION_GAP_SECONDS:
            self._enter_session(now)
        home = self._chooser.tastes.home_of(self.context(now).activity)
        return self._play(Choice(index, Way.RECOMMENDATION, origin.position), now, home, origin)

    def finish(self, action: Action, *, at: float) -> Event:
        """Make the event of an action that ended at a Unix time."""
        self._last_at = at
        self._done += 1
        return action.done(f"{self.user}-{self._done}", self.user, at=at, context=self.context(at))

    def local_hour(self, at: float) -> int:
        """Give their local hour at a Unix time."""
        return self._rhythm.local_hour(at)

    def context(self, at: float) -> Context:
        """Say where and on what they listen at a Unix time."""
        return self._rhythm.context(at)

    def next_start(self, after: float) -> float:
        """Draw when the next action begins: at once, after a pause, or with a session, perhaps days later."""
        if self._agenda:
            return after + _MOMENT_SECONDS
        if self._plays_left > 0:
            return after + pause_seconds(self._draws)
        self.mind.wellbeing.end_session()
        return self._calendar.next_session(after, return_chance=self.mind.wellbeing.return_chance)

    def _enter_session(self, now: float) -> None:
        self._plays_left = self._calendar.session_plays(now)
        self._bad_mood = self._draws.uniform() < _BAD_MOOD
        self._opening = True
        self._chooser.interrupt()

    def _plan(self, now: float, look: Look) -> Iterator[Action]:
        """Choose something, from the screen or not, play it, and perhaps respond."""
        home = self._chooser.tastes.home_of(self.context(now).activity)
        new = self.mind.wants_new()
        looks = self._draws.uniform() < (_LOOKS_FIRST if self._opening or new else _LOOKS_AGAIN)
        self._opening = False
        choice, origin = None, None
        if looks:
            screen = look()
            seen = look_at(screen, self._draws, wanted=lambda item: self._knows(item) is not new)
            pressed = press(
                seen,
                self._draws,
                attraction=lambda item: self._attraction(item, now, home, new),
                own=_NO_IDEA if new else _OWN_IDEA,
            )
            yield from _impressions(screen, seen, pressed)
            choice, origin = self._from_screen(screen, pressed)
        choice = choice or self._from_finds(now, new) or self._from_memory(now, home, new)
        yield from self._listen(choice, now, home, origin)

    def _knows(self, item: str) -> bool:
        index = self._catalogue.find(item)
        return index is not None and self.mind.knows(index)

    def _attraction(self, item: str, now: float, home: int, new: bool) -> float | None:
        index = self._catalogue.find(item)
        return None if index is None else self.mind.attraction(index, now, home=home, new=new)

    def _from_screen(self, screen: Screen, pressed: Pressed | None) -> tuple[Choice | None, Origin | None]:
        if pressed is None:
            return None, None
        row = screen.rows[pressed.row]
        index = self._catalogue.find(row.items[pressed.position])
        assert index is not None, "only items of the catalogue attract"
        origin = Origin(screen.recommendation, row.shelf, pressed.position)
        return self._chooser.take(Choice(index, Way.RECOMMENDATION, pressed.position)), origin

    def _from_finds(self, now: float, new: bool) -> Choice | None:
        index = None if new else self.mind.finds.due(now)
        if index is None or self._draws.uniform() >= _PLAYS_DUE_FIND:
            return None
        return self._chooser.take(Choice(index, Way.FIND))

    def _from_memory(self, now: float, home: int, new: bool) -> Choice:
        """Choose as they always did, but by what attracts now."""

        def attracts(index: int, new: bool) -> bool:
            attraction = self.mind.attraction(index, now, home=home, new=new)
            return self._draws.uniform() < chance(_CHOOSY * attraction)

        def fits(index: int) -> bool:
            return attracts(index, new=False)

        def is_found(index: int) -> bool:
            return not self.mind.knows(index) and attracts(index, new=True)

        if new and (found := self._chooser.seek(now, fits=is_found, tries=_COMES_BY)):
            return found
        choice = self._chooser.own(now, fits=fits, welcome=fits, tries=_TRIES)
        if choice.way is Way.DISCOVERY:
            return self._chooser.seek(now, fits=is_found, tries=_TRIES) or choice
        return choice

    def _listen(self, choice: Choice, now: float, home: int, origin: Origin | None) -> Iterator[Action]:
        known = self.mind.knows(choice.index)
        play = self._play(choice, now, home, origin)
        return surround(play, known=known, discovery=choice.way is Way.DISCOVERY, draws=self._draws)

    def _play(self, choice: Choice, now: float, home: int, origin: Origin | None) -> Action:
        """Listen for a while, and take in how it was."""
        mind = self.mind
        enjoyment = mind.enjoyment(choice.index, now, home=home)
        stays = mind.temper.patience + enjoyment - _BAD_MOOD_COSTS * self._bad_mood
        duration_ms = self._catalogue.duration_ms(choice.index)
        ms_played, ended = listen(duration_ms, chance_of_skip=1.0 - chance(stays), draws=self._draws)
        self._plays_left -= 1
        if ms_played >= PLAY_MS:
            self._chooser.memory.remember(choice.index)
            mind.hear(choice.index, now, enjoyment=enjoyment)
        else:
            self._chooser.interrupt()
            mind.skip(choice.index)
        return play_item(self._catalogue, choice.index, ms_played=ms_played, ended=ended, origin=origin)


def _impressions(screen: Screen, seen: Sequence[Sequence[str]], pressed: Pressed | None) -> Iterator[Action]:
    """Say of each row that was looked at in vain, by its first item, that it was seen."""
    for nth, items in enumerate(seen):
        if items and (pressed is None or nth != pressed.row):
            yield Action(
                EventType.IMPRESSION,
                item=items[0],
                origin=Origin(screen.recommendation, screen.rows[nth].shelf),
            )
