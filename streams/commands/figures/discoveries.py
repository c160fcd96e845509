"""The split protocol: what a listener was not known to have, found by the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from models.events import Event
from models.held_out import (
    Discoverer,
    DiscoveryFigures,
    HeldOut,
    hold_out,
    judge_discoveries,
    micro_batches,
    published_split,
)
from models.leave_last_out import MostPlayedNew
from models.segments import SEGMENT_EVENTS
from streams.commands.console import fail
from streams.commands.figures.contestants import new_core
from streams.commands.figures.learning import learn_all, shown
from streams.commands.figures.report import Row, title

DISCOVERERS = ("segue", "neighbours", "whole-history", "votes", "factors", "most-played")
"""The core, sources alone (the second reads the whole ring, not its last items), and a baseline."""
FEW = ("segue", "most-played")
HELD_OUT = 0.2
MICRO_BATCH = 500


class Judged(NamedTuple):
    """What a model found, and how many seconds it took to learn."""

    figures: DiscoveryFigures
    seconds: float


def split_log(events: Sequence[Event], test: Sequence[Event] | None, *, seed: int) -> HeldOut:
    """Hold out a fifth of each listener's items, or the `test` that was published with the log."""
    if test is None:
        split = hold_out(events, share=HELD_OUT, seed=seed)
        hint = "A listener needs five different items: one of them is held out."
    else:
        split = published_split(events, test, seed=seed)
        hint = "The file of --test must name, for some listener, an item that the logs do not."
    if not (split.learned and split.targets):
        fail("The logs leave no item to find.", hint)
    return split


def held_out(
    names: Sequence[str], split: HeldOut, *, ring_events: int, listeners: int | None, seed: int
) -> list[Row]:
    """Learn what was not held out and find the rest, by one model after the other."""
    rows = []
    for name in names:
        batches = micro_batches(shown(split.learned), size=MICRO_BATCH)
        model = discoverer(name, split, ring_events)
        judged = learn_and_judge(model, batches, split, listeners=listeners, seed=seed)
        rate = round(len(split.learned) / judged.seconds)
        rows.append(Row(title(name), written(judged.figures) | {"events_per_second": rate}))
    return rows


def learn_and_judge(
    model: Discoverer,
    batches: Iterable[Sequence[Event]],
    split: HeldOut,
    *,
    listeners: int | None,
    seed: int,
) -> Judged:
    """Let a model learn the batches, then ask it for so many listeners, or for all that have targets."""
    seconds = learn_all(model.learn_many, batches)
    asked = len(split.targets) if listeners is None else listeners
    return Judged(judge_discoveries(model, split, listeners=asked, seed=seed), seconds)


def discoverer(name: str, split: HeldOut, ring_events: int) -> Discoverer:
    """Make a model of `DISCOVERERS` that has learned nothing, with room for what is to be learned."""
    if name == "most-played":
        return MostPlayedNew()
    # numba takes a second to load: say first what is wrong with the files.
    from models.sources_alone import WHOLE_RING, FactorsAlone, NeighboursAlone, VotesAlone
    from models.standalone import Discoveries

    ring_events = min(ring_events, ring_for(split.learned))
    match name:
        case "neighbours":
            return NeighboursAlone(ring_events=ring_events)
        case "whole-history":
            return NeighboursAlone(ring_events=ring_events, voices=WHOLE_RING)
        case "votes":
            return VotesAlone(ring_events=ring_events)
        case "factors":
            return FactorsAlone(ring_events=ring_events)
    return Discoveries(new_core((), ring_events))


def written(figures: DiscoveryFigures) -> dict[str, float]:
    """Name the figures as they are printed, each with the places that mean something."""
    return {
        "listeners": figures.listeners,
        "recall@20": round(figures.recall_at_20, 4),
        "ndcg@20": round(figures.ndcg_at_20, 4),
        "coverage": round(figures.coverage, 4),
        "gini": round(figures.gini, 4),
        "mean_log_popularity": round(figures.mean_log_popularity, 2),
    }


def ring_for(events: Sequence[Event]) -> int:
    """The shortest ring that holds everybody's events: thousands of listeners are in memory at once."""
    most = max(Counter(event.user for event in events).values(), default=1)
    return -(-most // SEGMENT_EVENTS) * SEGMENT_EVENTS
