"""`segue backtest`: progressive validation of the whole core on a listening log."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from models.evaluation import LastSuccessors, MostPlayed, RankingFigures, progressive_validation
from models.events import CatalogRecord, Event
from streams.commands.console import fail, say, stderr
from streams.settings import BadSetting, read_settings
from streams.sources import BadRow, Format, UnreadableSource, read_listening_log

SHOW_EVERY = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a model, its figures, and how fast it was."""

    model: str
    figures: RankingFigures
    events_per_second: float | None = None

    def numbers(self) -> dict[str, float]:
        """The figures by the names that the field gives them."""
        figures = self.figures
        numbers: dict[str, float] = {
            "targets": figures.targets,
            "hit@1": round(figures.hit_at_1, 4),
            "recall@10": round(figures.recall_at_10, 4),
            "recall@20": round(figures.recall_at_20, 4),
            "mrr@20": round(figures.mrr_at_20, 4),
        }
        if self.events_per_second is not None:
            numbers["events_per_second"] = round(self.events_per_second)
        return numbers


def backtest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Listening logs, merged by time.")] = None,
    format: Annotated[Format, typer.Option(help="What wrote the logs.")] = Format.CSV,
    user: Annotated[str, typer.Option(help="The listener of rows that name none.")] = "me",
    from_topic: Annotated[
        bool, typer.Option("--from-topic", help="Judge the slates that workers emitted instead.")
    ] = False,
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Predict each play of 30 seconds or more, then learn it: what the next-up shelf held of what came."""
    rows = [_emitted(brokers)] if from_topic else _replayed(paths or [], format, user)
    if as_json:
        baselines = {row.model: row.numbers() for row in rows[1:]}
        typer.echo(orjson.dumps(rows[0].numbers() | ({"baselines": baselines} if baselines else {})))
    else:
        Console().print(_table(rows))


def _emitted(brokers: str) -> Row:
    from streams.emitted import judge_emitted
    from streams.topic_reader import Unreachable

    if not brokers:
        fail("No Kafka is named.", "Name the one that the workers use: --brokers HOST:PORT.")
    try:
        return Row("emitted slates", judge_emitted(brokers))
    except Unreachable as error:
        fail(str(error), "Name the Kafka that the workers use, and run a worker first.")


def _replayed(paths: Sequence[Path], format: Format, user: str) -> list[Row]:
    if not paths:
        fail("There is nothing to test on.", "Name a listening log, or judge a topic with --from-topic.")
    try:
        log = read_listening_log(paths, format, user, now=time.time())
        ring_events = read_settings(os.environ).ring_events
    except UnreadableSource as error:
        fail(str(error), error.hint)
    except BadSetting as error:
        fail(str(error), "Correct it, or unset it to get the default.")
    for bad in (one for one in log if isinstance(one, BadRow)):
        say(f"Bad row: {bad}")
    records = [one for one in log if isinstance(one, CatalogRecord)]
    events = [one for one in log if isinstance(one, Event)]
    if not events:
        fail("The logs hold no event.", "See `segue backtest --help` for the formats.")
    return [
        _validate(records, events, ring_events),
        Row("last successors", progressive_validation(LastSuccessors(), events)),
        Row("most played", progressive_validation(MostPlayed(), events)),
    ]


def _validate(records: Sequence[CatalogRecord], events: Sequence[Event], ring_events: int) -> Row:
    # numba takes a second to load: say first what is wrong with the files.
    from models.shelves import NEXT_UP
    from models.standalone import NextUp, Standalone

    # The other shelves are drawn behind this one: what it holds does not depend on them.
    core = Standalone(ring_events=ring_events, shelves=(NEXT_UP,))
    core.learn_catalog(records)
    columns = (TextColumn("Listening"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("", total=len(events), rate="")
        began = time.monotonic()

        def shown() -> Iterator[Event]:
            for number, event in enumerate(events):
                if number % SHOW_EVERY == 0:
                    rate = f"{number / (time.monotonic() - began + 1e-9):,.0f} events/s"
                    progress.update(task, completed=number, rate=rate)
                yield event

        figures = progressive_validation(NextUp(core), shown())
    return Row("segue", figures, len(events) / (time.monotonic() - began))


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None)
    table.add_column("")
    names = list(rows[0].numbers())
    for name in names:
        table.add_column(name, justify="right")
    for row in rows:
        numbers = row.numbers()
        table.add_row(row.model, *(f"{numbers[name]:,}" if name in numbers else "" for name in names))
    return table
