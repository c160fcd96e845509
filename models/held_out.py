"""Hold out a share of each listener's items: how much of it is found from the rest, once that was learned.

The protocol of collaborative filtering on sets, which know no time: the distinct items of each listener are
split by lot, or were by whoever published them; what is kept is learned in one pass in the order of a lot of
its own, and all items that the listener is not known to have are ranked.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple, Protocol

import numpy as np

from models.evaluation import DEPTH, discounted_gain
from models.events import Event

STEP_SECONDS: Final = 1.0
"""Between two events of what is learned: a set has no times of its own."""


class Discoverer(Protocol):
    """Whatever learns events and names what a listener did not have yet."""

    def learn_many(self, events: Sequence[Event]) -> None:
        """Learn a micro-batch of events."""
        ...

    def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
        """The ids of at most `most` items new to the listener, best first."""
        ...


class HeldOut(NamedTuple):
    """A log split: what is `learned`, in order, and for each listener the items held out as `targets`."""

    learned: list[Event]
    targets: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class DiscoveryFigures:
    """Means over `listeners`; what was recommended to them, over all items that were learned.

    `coverage` is the share of items that anybody was recommended, `gini` how unequally often (0: all alike),
    and `mean_log_popularity` the mean of ln(plays learned) of what was recommended.
    """

    listeners: int
    recall_at_20: float
    ndcg_at_20: float
    coverage: float
    gini: float
    mean_log_popularity: float


def hold_out(events: Iterable[Event], *, share: float, seed: int) -> HeldOut:
    """Hold out `share` of each listener's distinct items by lot, rounded down; learn each other one once.

    >>> from models.events import PLAY_MS, EventType
    >>> play = Event(id="", type=EventType.PLAY, user="ann", at=9.0, ms_played=PLAY_MS)
    >>> log = [replace(play, item=item) for item in "xyzx"]
    >>> split = hold_out(log, share=0.4, seed=1)
    >>> len(split.targets["ann"]), sorted(split.targets["ann"].union(e.item for e in split.learned))
    (1, ['x', 'y', 'z'])
    """
    draws = np.random.default_rng(seed)
    kept: list[Event] = []
    targets: dict[str, frozenset[str]] = {}
    for user, plays in _first_plays(events).items():
        order = draws.permutation(len(plays)).tolist()
        held = math.floor(share * len(plays))
        if held:
            targets[user] = frozenset(plays[place].item for place in order[:held])
        kept += (plays[place] for place in order[held:])
    return HeldOut(_by_lot(kept, draws), targets)


def published_split(training: Iterable[Event], test: Iterable[Event], *, seed: int) -> HeldOut:
    """Take a split as it was published: learn each listener's items of `training` once, by lot as above.

    Targets are the items of `test` that the listener does not have in `training`.

    >>> from models.events import PLAY_MS, EventType
    >>> play = Event(id="", type=EventType.PLAY, user="ann", at=9.0, ms_played=PLAY_MS)
    >>> log = [replace(play, item=item) for item in "xyx"]
    >>> split = published_split(log, [replace(play, item=item) for item in "yz"], seed=1)
    >>> split.targets, sorted(event.item for event in split.learned)
    ({'ann': frozenset({'z'})}, ['x', 'y'])
    """
    known = _first_plays(training)
    targets = {
        user: frozenset(event.item for event in plays) - {event.item for event in known.get(user, ())}
        for user, plays in _first_plays(test).items()
    }
    kept = [event for plays in known.values() for event in plays]
    return HeldOut(
        _by_lot(kept, np.random.default_rng(seed)),
        {user: items for user, items in targets.items() if items},
    )


def judge_discoveries(model: Discoverer, split: HeldOut, *, listeners: int, seed: int) -> DiscoveryFigures:
    """Ask a model that has learned `split.learned` for at most so many listeners, drawn by lot.

    Only listeners with targets are drawn. An item of the answer that the listener is known to have counts
    as a miss.
    """
    users = list(split.targets)
    drawn = np.random.default_rng(seed).permutation(len(users))[:listeners].tolist()
    answers = {users[place]: model.recommend_new(users[place], most=DEPTH) for place in sorted(drawn)}
    found = [[item in split.targets[user] for item in answer] for user, answer in answers.items()]
    sizes = [len(split.targets[user]) for user in answers]
    count = max(1, len(answers))
    plays = Counter(event.item for event in split.learned)
    given = Counter(item for answer in answers.values() for item in answer)
    return DiscoveryFigures(
        listeners=len(answers),
        recall_at_20=sum(sum(hits) / size for hits, size in zip(found, sizes, strict=True)) / count,
        ndcg_at_20=sum(ndcg(hits, size) for hits, size in zip(found, sizes, strict=True)) / count,
        coverage=len(given.keys() & plays.keys()) / max(1, len(plays)),
        gini=gini([given[item] for item in plays]),
        mean_log_popularity=sum(times * math.log(max(1, plays[item])) for item, times in given.items())
        / max(1, given.total()),
    )


def gini(counts: Sequence[int]) -> float:
    """How unequal counts are: 0 where all are alike, near 1 where one has everything (Gini 1912).

    >>> gini([3, 3, 3]), gini([0, 0, 0, 8]), gini([])
    (0.0, 0.75, 0.0)
    """
    total = sum(counts)
    if not total:
        return 0.0
    n = len(counts)
    weighted = sum(rank * count for rank, count in enumerate(sorted(counts), start=1))
    return 2 * weighted / (n * total) - (n + 1) / n


def micro_batches(events: Iterable[Event], *, size: int) -> Iterator[Sequence[Event]]:
    """Cut events, as they come, into batches of `size`, the last one shorter."""
    coming = iter(events)
    while batch := list(islice(coming, size)):
        yield batch


def _by_lot(events: Sequence[Event], draws: np.random.Generator) -> list[Event]:
    """Put events in an order drawn by lot, a second apart, the last one when the latest was."""
    latest = max((event.at for event in events), default=0.0)
    starts = latest - STEP_SECONDS * len(events)
    return [
        replace(events[place], at=starts + STEP_SECONDS * nth)
        for nth, place in enumerate(draws.permutation(len(events)).tolist(), start=1)
    ]


def _first_plays(events: Iterable[Event]) -> dict[str, list[Event]]:
    """The first play of 30 seconds or more of each item, by listener."""
    plays: dict[str, dict[str, Event]] = {}
    for event in events:
        if event.is_play:
            plays.setdefault(event.user, {}).setdefault(event.item, event)
    return {user: list(of.values()) for user, of in plays.items()}


def ndcg(hits: Sequence[bool], targets: int) -> float:
    """The discounted gain as a share of the best one, that of targets in the first places."""
    gain = discounted_gain(place for place, hit in enumerate(hits, start=1) if hit)
    return gain / discounted_gain(range(1, min(targets, DEPTH) + 1))
