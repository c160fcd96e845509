"""The protocols that follow a log, run over it with a progress bar: next play, and the last one left out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from models.events import CatalogRecord, Event
from models.leave_last_out import Completer, MostPlayedNew, judge_completions, leave_last_out
from models.side_by_side import validate_side_by_side
from streams.commands.console import fail
from streams.commands.figures.contestants import CONTESTANTS, Timed
from streams.commands.figures.learning import learn_all, shown
from streams.commands.figures.plot import plot_recall
from streams.commands.figures.report import Row, title
from streams.commands.figures.tally import GROUP_OF, By, Tally

COMPLETERS = ("sequences", "most-played")


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
        plot_recall(plot, {title(name): tally.found for name, tally in tallies.items()})
    return [
        Row(title(name), tally.numbers() | _costs(models[name], len(events)), tally.groups())
        for name, tally in tallies.items()
    ]


def last_item(names: Sequence[str], events: Sequence[Event]) -> list[Row]:
    """Complete each listener's sequence by its last item, by one model after the other."""
    ends = leave_last_out(events)
    if not ends.target:
        fail(
            "The logs hold no play of 30 seconds or more.",
            "Each listener needs three: to learn from, as context, and as target.",
        )
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
        rows.append(Row(title(name), numbers))
    return rows


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
