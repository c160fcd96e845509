"""What is remembered beside ring and profile: slates that were shown, what came of them, and the diet."""

from __future__ import annotations

from collections.abc import Mapping

from models.catalogue import Catalogue
from models.contexts import PARTS
from models.diet.plays import count_play
from models.diet.shown import count_slate
from models.events import Event
from models.profile import TASTES
from models.shelf_learning import DAY_SECONDS, Float64s, Happening, Taught, learn_shelves
from models.shelves.kind import arm_of
from models.shown import NO_SLATE, remember_slate, slate_of
from models.skips import SkipWeights
from models.slate import Slate
from models.state import ListenerState

_YEARS = TASTES.index("years")


def learn_outcome(
    listener: ListenerState,
    event: Event,
    position: int,
    *,
    partition: int,
    expected: Mapping[int, float],
    value: Float64s,
) -> Taught:
    """Learn what an event, of the item at a catalogue position, says of the slates that were shown.

    `expected` and `value` are those of `learn_shelves`.
    """
    profile, origin = listener.profile, event.origin
    slate, arm, first = NO_SLATE, 0, False
    if origin is not None:
        slate, arm = slate_of(origin.recommendation, partition=partition), arm_of(origin.shelf)
        first = event.is_play and not (listener.history.index == position).any()
    at = max(profile.at, event.at)
    happening = Happening(
        event,
        event.subject,
        at=at,
        days_since=int(at // DAY_SECONDS) - int(profile.at // DAY_SECONDS),
        part=profile.contexts.part_of_week % PARTS,
        first=first,
        slate=slate,
        arm=arm,
    )
    listener.memory, taught = learn_shelves(listener.memory, happening, expected=expected, value=value)
    return taught


def remember_shown(
    listener: ListenerState, slate: Slate, *, catalogue: Catalogue, skips: SkipWeights
) -> None:
    """Remember a slate, made from the last prediction, so that what comes of it is learned from."""
    shown = remember_slate(listener.memory.shown, slate.decision, offset=listener.offset)
    listener.memory = listener.memory._replace(shown=shown)
    if listener.prediction is not None:
        candidates = listener.prediction.candidates
        listener.diet = count_slate(
            listener.diet,
            slate.decision.items,
            candidates,
            catalogue,
            skips=skips,
            at=listener.profile.at,
        )


def count_played(listener: ListenerState, position: int, *, at: float, catalogue: Catalogue) -> None:
    """Count a play of 30 seconds or more, which the ring does not hold yet, in the diet."""
    listener.diet = count_play(
        listener.diet,
        position,
        heard=listener.history.index,
        good=listener.history.good,
        taste=listener.profile.tastes[_YEARS],
        vectors=catalogue.vectors,
        plays=catalogue.plays,
        total_plays=catalogue.total_plays,
        at=at,
    )
