"""Several models on one log in one pass, each target with what it is: so that figures can be taken apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from models.evaluation import DEPTH, Recommender, place_of
from models.events import SESSION_GAP_SECONDS, Event, EventType


class Novelty(StrEnum):
    """Whether an item was played before."""

    REPEAT = "repeat"
    """By this listener."""
    OTHERS = "discovery, others had it"
    NOBODY = "discovery, nobody had it"


class Target(NamedTuple):
    """A play to predict: whether it opens a session, how new its item is, and its place in each ranking.

    `places` count from 1, None where the item is not ranked, by the name of the model.
    """

    event: Event
    opens_session: bool
    novelty: Novelty
    places: Mapping[str, int | None]


def validate_side_by_side(models: Mapping[str, Recommender], events: Iterable[Event]) -> Iterator[Target]:
    """Let each model predict each play of 30 seconds or more, then learn it; `events` in the log's order.

    What a target is said to be is known only afterwards, when it began among others: it groups figures and
    is told to no model.
    """
    before = _Before()
    for event in events:
        if event.is_play:
            places = {
                name: place_of(event.item, model.recommend(event.user, most=DEPTH))
                for name, model in models.items()
            }
            yield Target(event, before.opens_session(event), before.novelty(event), places)
        for model in models.values():
            model.learn_one(event)
        before.take_in(event)


class _Before:
    """What was there before: when each listener's last event ended, and who played what, however short."""

    def __init__(self) -> None:
        self._ended: dict[str, float] = {}
        self._played: dict[str, set[str]] = {}
        self._by_anyone: set[str] = set()

    def opens_session(self, event: Event) -> bool:
        ended = self._ended.get(event.user)
        return ended is None or event.at - event.ms_played / 1000 - ended > SESSION_GAP_SECONDS

    def novelty(self, event: Event) -> Novelty:
        if event.item in self._played.get(event.user, set()):
            return Novelty.REPEAT
        return Novelty.OTHERS if event.item in self._by_anyone else Novelty.NOBODY

    def take_in(self, event: Event) -> None:
        self._ended[event.user] = event.at
        if event.type is EventType.PLAY:
            self._played.setdefault(event.user, set()).add(event.item)
            self._by_anyone.add(event.item)
