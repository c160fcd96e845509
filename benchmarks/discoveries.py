"""Who finds what was held out: batch recommenders beside Segue, on the same split in the same run.

`python -m benchmarks.discoveries PATH --format sets` prints the table. The rows of ALS and BPR need the
package implicit; `make bench-recommenders` installs it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe_machine
from benchmarks.rivals.batch import Batch, Fit
from benchmarks.rivals.ease import MOST_ITEMS, ease
from benchmarks.rivals.factors import als, bpr
from benchmarks.rivals.item_knn import cosine, damped_cosine
from benchmarks.rivals.slim import sparse_slim
from models.events import Event
from models.held_out import Discoverer, HeldOut, micro_batches
from streams.commands.console import say
from streams.commands.figures.discoveries import (
    MICRO_BATCH,
    discoverer,
    learn_and_judge,
    split_log,
    written,
)
from streams.commands.figures.learning import shown
from streams.commands.figures.report import Row
from streams.commands.logs import read_log
from streams.settings import read_settings
from streams.sources import Format

RIVALS: Final[dict[str, Fit]] = {
    "ItemKNN, cosine": cosine,
    "ItemKNN, damped": damped_cosine,
    "BPR, 128 factors": bpr,
    "ALS, 256 factors": als,
    "sparse SLIM": sparse_slim,
    "EASE": ease,
}
NEED_IMPLICIT: Final = (als, bpr)
COLUMNS: Final = {
    "recall@20": ("recall@20", ".4f"),
    "ndcg@20": ("NDCG@20", ".4f"),
    "coverage": ("coverage", ".3f"),
    "gini": ("Gini", ".3f"),
    "mean_log_popularity": ("ln plays", ".2f"),
    "seconds_of_training": ("seconds", ",.1f"),
}
"""What the table shows of the figures: its heading and its places."""


def rivals_here(split: HeldOut) -> dict[str, Fit]:
    """The batch recommenders that this machine can fit to a split; says which it cannot, and why."""
    here = dict(RIVALS)
    if find_spec("implicit") is None:
        here = {name: fit for name, fit in here.items() if fit not in NEED_IMPLICIT}
        say("Without ALS and BPR: implicit is not installed. `make bench-recommenders` installs it.")
    items = len({event.item for event in split.learned})
    if items > MOST_ITEMS:
        del here["EASE"]
        say(f"Without EASE: a matrix of {items:,} by {items:,} takes {4 * items**2 / 1e9:.1f} GB.")
    return here


def compare(
    split: HeldOut, *, listeners: int, seed: int, ring_events: int, progress: Callable[[str], None]
) -> Iterator[Row]:
    """Judge every recommender on the same split: the batch ones learn it at once, Segue in one pass."""

    def judge(name: str, model: Discoverer, batches: Iterator[Sequence[Event]]) -> Row:
        progress(f"{name} learns {len(split.learned):,} plays")
        judged = learn_and_judge(model, batches, split, listeners=listeners, seed=seed)
        return Row(name, written(judged.figures) | {"seconds_of_training": round(judged.seconds, 1)})

    at_once = [split.learned]
    yield judge("most played", discoverer("most-played", split, ring_events), iter(at_once))
    for name, fit in rivals_here(split).items():
        yield judge(name, Batch(fit), iter(at_once))
    segue = discoverer("segue", split, ring_events)
    yield judge("Segue, one pass", segue, micro_batches(shown(split.learned), size=MICRO_BATCH))


def main(
    paths: Annotated[list[Path], typer.Argument(help="What is split, or learned whole with --test.")],
    format: Annotated[Format, typer.Option(help="What wrote the files.")] = Format.SETS,
    test: Annotated[Path | None, typer.Option(help="A published test, to be found.")] = None,
    listeners: Annotated[int, typer.Option(min=1, help="Ask for so many, drawn by lot.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the lots.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Print what each recommender finds."""
    _, events = read_log(paths, format, "me")
    found = None if test is None else read_log([test], format, "me")[1]
    split = split_log(events, found, seed=seed)
    ring_events = read_settings(os.environ).ring_events
    rows = list(compare(split, listeners=listeners, seed=seed, ring_events=ring_events, progress=say))
    if as_json:
        models = {row.model: row.numbers for row in rows}
        typer.echo(orjson.dumps({"models": models, "machine": asdict(describe_machine())}))
        return
    Console().print(f"{rows[0].numbers['listeners']:,} listeners", _as_table(rows))
    say(str(describe_machine()))


def _as_table(rows: Sequence[Row]) -> Table:
    table = Table("", box=None)
    for heading, _ in COLUMNS.values():
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(row.model, *(format(row.numbers[name], how) for name, (_, how) in COLUMNS.items()))
    return table


if __name__ == "__main__":
    typer.run(main)
