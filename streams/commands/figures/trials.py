"""The protocols, run over a log with a progress bar: next play, the last one left out, a share held out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.events import CatalogRecord, Event
from models.held_out import Discoverer, hold_out, judge_discoveries, micro_batches
from models.leave_last_out import Completer, MostPlayedNew, judge_completions, leave_last_out
from models.segments import SEGMENT_EVENTS
from models.side_by_side import validate_side_by_side
from streams.commands.console import fail, stderr
from streams.commands.figures.contestants import CONTESTANTS, Timed, new_core
from streams.commands.figures.plot import plot_recall
from streams.commands.figures.report import Row
from streams.commands.figures.tally import GROUP_OF, By, Tally

SHOW_EVERY = 500
COMPLETERS = ("sequences", "most-played")
DISCOVERERS = ("segue", "neighbours", "whole-history", "factors", "most-played")
HELD_OUT = 0.2
MICRO_BATCH = 500
Taught = TypeVar("Taught")
_NOTHING = "The logs hold no play of 30 seconds or more."


def next_play(
    names: Sequence[str],
    records: Sequence[CatalogRecord],
    events: Sequence[Event],
    *,
    ring_events: int,
    by: By | None,
    plot: Path | None,
) -> list[Row]:
    """Predict each play, then learn it, by all models in one pass; draw the plot if one is asked for."""
    models = {name: Timed(CONTESTANTS[name](records, ring_events)) for name in names}
    tallies = {name: Tally() for name in names}
    for target in validate_side_by_side(models, shown(events)):
        group = None if by is None else GROUP_OF[by](target)
        for name, tally in tallies.items():
            tally.add(target.places[name], target, group)
    if plot is not None:
        plot_recall(plot, {_title(name): tally.found for name, tally in tallies.items()})
    return [
        Row(_title(name), tally.numbers() | _costs(models[name], len(events)), tally.groups())
        for name, tally in tallies.items()
    ]


def last_item(names: Sequence[str], events: Sequence[Event]) -> list[Row]:
    """Complete each listener's sequence by its last item, by one model after the other."""
    ends = leave_last_out(events)
    if not ends.target:
        fail(_NOTHING, "Each listener needs three: to learn from, as context, and as target.")
    rows = []
    for name in names:
        model = _completer(name)
        seconds = learn_all(model.learn_one, shown(ends.learned))
        figures = judge_completions(model, ends)
        numbers: dict[str, float] = {
            "targets": figures.targets,
            "hr@5": round(figures.hr_at_5, 4),
            "ndcg@5": round(figures.ndcg_at_5, 4),
            "hr@10": round(figures.hr_at_10, 4),
            "ndcg@10": round(figures.ndcg_at_10, 4),
            "events_per_second": round(len(ends.learned) / seconds),
        }
        rows.append(Row(_title(name), numbers))
    return rows


def held_out(
    names: Sequence[str], events: Sequence[Event], *, ring_events: int, listeners: int, seed: int
) -> list[Row]:
    """Hold out a fifth of each listener's items and find them by the rest, by one model after the other."""
    split = hold_out(events, share=HELD_OUT, seed=seed)
    if not split.targets:
        fail(_NOTHING, "A listener needs five different items: one of them is held out.")
    rows, ring_events = [], min(ring_events, ring_for(split.learned))
    for name in names:
        model = _discoverer(name, ring_events)
        seconds = learn_all(model.learn_many, micro_batches(shown(split.learned), size=MICRO_BATCH))
        figures = judge_discoveries(model, split, listeners=listeners, seed=seed)
        numbers: dict[str, float] = {
            "listeners": figures.listeners,
            "recall@20": round(figures.recall_at_20, 4),
            "ndcg@20": round(figures.ndcg_at_20, 4),
            "coverage": round(figures.coverage, 4),
            "gini": round(figures.gini, 4),
            "mean_log_popularity": round(figures.mean_log_popularity, 2),
            "events_per_second": round(len(split.learned) / seconds),
        }
        rows.append(Row(_title(name), numbers))
    return rows


def learn_all(learn: Callable[[Taught], None], lessons: Iterable[Taught]) -> float:
    """Learn all lessons; returns how many seconds that took."""
    began = time.perf_counter()
    for lesson in lessons:
        learn(lesson)
    return time.perf_counter() - began


def ring_for(events: Sequence[Event]) -> int:
    """The shortest ring that holds everybody's events: thousands of listeners are in memory at once."""
    most = max(Counter(event.user for event in events).values(), default=1)
    return -(-most // SEGMENT_EVENTS) * SEGMENT_EVENTS


def _discoverer(name: str, ring_events: int) -> Discoverer:
    if name == "most-played":
        return MostPlayedNew()
    # numba takes a second to load: say first what is wrong with the files.
    from models.sources_alone import WHOLE_RING, FactorsAlone, NeighboursAlone
    from models.standalone import Discoveries

    match name:
        case "neighbours":
            return NeighboursAlone(ring_events=ring_events)
        case "whole-history":
            return NeighboursAlone(ring_events=ring_events, voices=WHOLE_RING)
        case "factors":
            return FactorsAlone(ring_events=ring_events)
    return Discoveries(new_core((), ring_events))


def _completer(name: str) -> Completer:
    if name == "most-played":
        return MostPlayedNew()
    # numba takes a second to load: say first what is wrong with the files.
    from models.sequences import SequenceModel

    return SequenceModel()


def _costs(model: Timed, events: int) -> dict[str, float]:
    costs: dict[str, float] = {
        "events_per_second": round(events / max(model.seconds, 1e-9)),
        "us_per_request": round(model.us_per_request(), 1),
    }
    if model.bytes_per_listener is not None:
        costs["bytes_per_listener"] = model.bytes_per_listener()
    return costs


def _title(name: str) -> str:
    return name.replace("-", " ")


def shown(events: Sequence[Event]) -> Iterator[Event]:
    """Yield the events behind a progress bar on stderr."""
    columns = (TextColumn("Listening"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("", total=len(events), rate="")
        began = time.monotonic()
        for number, event in enumerate(events):
            if number % SHOW_EVERY == 0:
                rate = f"{number / (time.monotonic() - began + 1e-9):,.0f} events/s"
                progress.update(task, completed=number, rate=rate)
            yield event
