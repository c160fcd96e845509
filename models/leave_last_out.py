"""Leave the last item out: complete each listener's sequence by one, judged against the whole catalogue.

Protocol B, that of SASRec (Kang and McAuley, 2018) and S3-Rec (Zhou et al., 2020): the last item of a
sequence is the target, the one before it is context only, the rest is learned in the order of the log. All
items that the listener did not have are ranked; a target that is not ranked counts as missed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from heapq import nlargest
from itertools import islice
from typing import Final, NamedTuple, Protocol

from models.evaluation import discounted_gain, place_of
from models.events import Event

DEPTH: Final = 10
"""Places that are looked at."""
HELD_BACK: Final = 2


class Completer(Protocol):
    """Whatever learns events and names what comes after one that it does not learn."""

    def learn_one(self, event: Event) -> None:
        """Learn an event."""
        ...

    def recommend_after(self, user: str, item: str, *, most: int) -> Sequence[str]:
        """The ids of at most `most` items new to the listener, best first, once `item` came last."""
        ...


@dataclass(frozen=True, slots=True)
class CompletionFigures:
    """Means over `targets` sequences; 0 without one."""

    targets: int
    hr_at_5: float
    ndcg_at_5: float
    hr_at_10: float
    ndcg_at_10: float


class Ends(NamedTuple):
    """A log split: what is `learned`, and for each listener the item as `context` and the one as `target`."""

    learned: list[Event]
    context: dict[str, str]
    target: dict[str, str]


def leave_last_out(events: Sequence[Event]) -> Ends:
    """Hold back each listener's last two plays of 30 seconds or more; none from one with fewer than three.

    >>> from dataclasses import replace
    >>> from models.events import PLAY_MS, EventType
    >>> play = Event(id="", type=EventType.PLAY, user="ann", at=0.0, ms_played=PLAY_MS)
    >>> ends = leave_last_out([replace(play, item=item) for item in "xyz"])
    >>> [event.item for event in ends.learned], ends.context, ends.target
    (['x'], {'ann': 'y'}, {'ann': 'z'})
    """
    plays: dict[str, list[Event]] = {}
    for event in events:
        if event.is_play:
            plays.setdefault(event.user, []).append(event)
    ends = {user: of[-HELD_BACK:] for user, of in plays.items() if len(of) > HELD_BACK}
    held_back = {id(event) for pair in ends.values() for event in pair}
    return Ends(
        [event for event in events if id(event) not in held_back],
        {user: pair[0].item for user, pair in ends.items()},
        {user: pair[1].item for user, pair in ends.items()},
    )


def judge_completions(model: Completer, ends: Ends) -> CompletionFigures:
    """Rank what comes last for each listener, by a model that has learned `ends.learned`."""
    places = [
        place_of(target, model.recommend_after(user, ends.context[user], most=DEPTH))
        for user, target in ends.target.items()
    ]
    return completion_figures(places)


def completion_figures(places: Sequence[int | None]) -> CompletionFigures:
    """Mean hit rate and NDCG (Järvelin and Kekäläinen, 2002) of places in rankings, 1 being the best.

    >>> completion_figures([1, 7, None, 3])
    CompletionFigures(targets=4, hr_at_5=0.5, ndcg_at_5=0.375, hr_at_10=0.75, ndcg_at_10=0.4583333333333333)
    """
    means = {}
    for depth in (5, 10):
        seen = [place for place in places if place is not None and place <= depth]
        means[depth] = (
            len(seen) / max(1, len(places)),
            discounted_gain(seen) / max(1, len(places)),
        )
    return CompletionFigures(len(places), *means[5], *means[10])


class MostPlayedNew:
    """The baseline that recommends what most plays were of, among what the listener did not have."""

    def __init__(self) -> None:
        self._plays: dict[str, int] = {}
        self._had: dict[str, set[str]] = {}

    def learn_one(self, event: Event) -> None:
        """Count a play of 30 seconds or more."""
        if event.is_play:
            self._plays[event.item] = self._plays.get(event.item, 0) + 1
            self._had.setdefault(event.user, set()).add(event.item)

    def learn_many(self, events: Sequence[Event]) -> None:
        """Count a micro-batch of plays."""
        for event in events:
            self.learn_one(event)

    def recommend_after(self, user: str, item: str, *, most: int) -> Sequence[str]:
        """The most played items that are new to the listener; equal ones by first come."""
        return self._best(self._had.get(user, set()) | {item}, most)

    def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
        """The most played items that are new to the listener; equal ones by first come."""
        return self._best(self._had.get(user, set()), most)

    def _best(self, had: Collection[str], most: int) -> Sequence[str]:
        # Whoever had as many has no more than so many of the most played.
        ranked = nlargest(len(had) + most, self._plays, key=self._plays.__getitem__)
        return list(islice((name for name in ranked if name not in had), most))
