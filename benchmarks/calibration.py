"""What calibration costs: next-up lists in the listener's proportions, beside those that follow the score.

`python -m benchmarks.calibration PATH` learns a log once, predict first, and lists each prediction at each
strength, so that the lists differ in nothing else.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Final

import numpy as np
import orjson
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe_machine
from models.composition import SKIP_AVERSION
from models.diet.calibration import calibrate_scores, divergence, hellinger, shares_of
from models.diet.groups import ALL_GROUPS, assign, find_groups
from models.evaluation import DEPTH, RankingMetrics
from models.events import Event
from models.skips import predict_skips
from models.standalone import Standalone
from streams.commands.figures.contestants import new_core
from streams.commands.figures.learning import shown
from streams.commands.figures.tally import figures_by_name
from streams.commands.logs import read_log
from streams.settings import read_settings
from streams.sources import Format

STRENGTHS: Final = (0.0, 0.25, 0.5, 0.75)


@dataclass(slots=True)
class Lists:
    """What the lists of one strength held, and how far from the listener's proportions they were."""

    metrics: RankingMetrics = field(default_factory=RankingMetrics)
    divergences: list[float] = field(default_factory=list)
    distances: list[float] = field(default_factory=list)

    def numbers(self) -> dict[str, float]:
        """The figures by name; miscalibration is the mean over full lists of listeners with a past."""
        return figures_by_name(self.metrics.figures()) | {
            "kl": round(float(np.mean(self.divergences or [0.0])), 4),
            "hellinger": round(float(np.mean(self.distances or [0.0])), 4),
        }


def compare(core: Standalone, events: Iterable[Event], strengths: Sequence[float]) -> dict[float, Lists]:
    """Predict each play of 30 seconds or more and list it at each strength, then learn it."""
    lists = {strength: Lists() for strength in strengths}
    for offset, event in enumerate(events):
        if event.is_play:
            _list_all(core, event, lists)
        core.process_one(event, offset=offset)
    return lists


def _list_all(core: Standalone, event: Event, lists: dict[float, Lists]) -> None:
    catalogue, listener = core.catalogue, core.listener(event.user)
    ranking = core.personalizer.predict(listener)
    positions = ranking.candidates.positions
    chances = predict_skips(ranking.candidates.buckets, core.personalizer.weights.skips.weights)
    scores = ranking.scores.astype(np.float64) - SKIP_AVERSION * chances
    heard = find_groups(listener.history.index, listener.history.good, catalogue.vectors)
    groups = assign(positions, heard.centres, catalogue.vectors)
    target = catalogue.position_of(event.subject)
    for strength, told in lists.items():
        calibrated = calibrate_scores(scores, groups, heard.shares, DEPTH, strength)
        best = np.argsort(-calibrated, kind="stable")[:DEPTH]
        found = np.flatnonzero(positions[best] == target)
        told.metrics.add(int(found[0]) + 1 if len(found) else None)
        if heard.shares.any() and len(best) == DEPTH:
            in_list = shares_of(groups[best], ALL_GROUPS)
            told.divergences.append(divergence(heard.shares, in_list))
            told.distances.append(hellinger(heard.shares, in_list))


def main(
    paths: Annotated[list[Path], typer.Argument(help="Listening logs, merged by time.")],
    format: Annotated[Format, typer.Option(help="What wrote the logs.")] = Format.CSV,
    events: Annotated[int | None, typer.Option(min=1, help="The first so many events only.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Print accuracy and miscalibration of next-up lists at each strength of calibration."""
    records, log = read_log(paths, format, "me")
    core = new_core(records, read_settings(os.environ).ring_events)
    lists = compare(core, shown(log[:events]), STRENGTHS)
    figures = {f"{strength:g}": told.numbers() for strength, told in lists.items()}
    if as_json:
        typer.echo(orjson.dumps({"strengths": figures, "machine": asdict(describe_machine())}))
    else:
        Console().print(_as_table(figures))


def _as_table(figures: dict[str, dict[str, float]]) -> Table:
    table = Table("strength", box=None)
    names = list(next(iter(figures.values())))
    for name in names:
        table.add_column(name, justify="right")
    for strength, numbers in figures.items():
        written = (f"{numbers[name]:,}" if name == "targets" else f"{numbers[name]:.4f}" for name in names)
        table.add_row(strength, *written)
    return table


if __name__ == "__main__":
    typer.run(main)
