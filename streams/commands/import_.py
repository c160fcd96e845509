"""`segue import`: people's own listening logs -> events, playlists and records, to a file or to Kafka."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from models.events import CatalogRecord, Event
from models.playlists import Playlist
from streams.commands.console import fail, say, stderr
from streams.delivery import Delivery, Undelivered
from streams.sources import BadRow, Format, Imported, UnreadableSource
from streams.sources.log import in_time_order, read_rows
from streams.sources.record_file import encode_line, to_record, write_records

STDOUT = Path("-")


@dataclass(frozen=True, slots=True)
class Summary:
    """What was imported; times in Unix seconds, None where there was no event."""

    events: int
    items: int
    playlists: int
    bad_rows: int
    listeners: int
    first_at: float | None
    last_at: float | None

    def __str__(self) -> str:
        span = f", {_date(self.first_at)} to {_date(self.last_at)}" if self.first_at and self.last_at else ""
        counts = f"{self.events:,} events, {self.items:,} items, {self.playlists:,} playlists"
        return f"{counts}, {self.bad_rows:,} bad rows, {self.listeners:,} listeners{span}"


def import_history(
    format: Annotated[Format, typer.Argument(help="What wrote the log.")],
    paths: Annotated[
        list[Path], typer.Argument(help="Files; for spotify also folders and zips, for hetrec a folder.")
    ],
    user: Annotated[str, typer.Option(help="The listener of rows that name none.")] = "me",
    output: Annotated[Path | None, typer.Option(help="FILE.jsonl, FILE.jsonl.gz, or - for stdout.")] = None,
    to_kafka: Annotated[bool, typer.Option("--to-kafka", help="Send straight to the topics.")] = False,
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Stop at a bad row, importing nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
) -> None:
    """Import a listening log: events and playlists in time order, and a catalogue record for each item."""
    if output is None and not to_kafka:
        fail("there is nowhere to put the events", "Add --output FILE.jsonl.gz, or --to-kafka.")
    if as_json and output == STDOUT:
        fail("--json and --output - both print to stdout", "Write to a file: --output FILE.jsonl.gz.")
    try:
        imported = _read(paths, format, user)
        _report_bad_rows(imported, strict=strict)
        _put(imported, output, Delivery(brokers) if to_kafka else None)
    except (UnreadableSource, Undelivered) as error:
        fail(str(error), error.hint)
    except OSError as error:
        fail(f"{output} cannot be written: {error}", "Choose another --output, or free some space.")
    summary = _summarize(imported)
    say(str(summary))
    if as_json:
        typer.echo(orjson.dumps(summary))


def _read(paths: Sequence[Path], format: Format, user: str) -> list[Imported]:
    with _progress() as progress:
        rows = read_rows(paths, format, user, now=time.time())
        return in_time_order(progress.track(rows, description="Reading"))


def _report_bad_rows(imported: Sequence[Imported], *, strict: bool) -> None:
    for bad in (one for one in imported if isinstance(one, BadRow)):
        if strict:
            fail(str(bad), "Mend the row, or leave out --strict to import the others.")
        say(f"Bad row: {bad}")


def _put(imported: Sequence[Imported], output: Path | None, delivery: Delivery | None) -> None:
    records = [to_record(one) for one in imported if not isinstance(one, BadRow)]
    with _progress() as progress:
        if output == STDOUT:
            for record in records:
                sys.stdout.buffer.write(encode_line(record))
            sys.stdout.flush()
        elif output is not None:
            write_records(output, progress.track(records, description="Writing"))
        if delivery is not None:
            for record in progress.track(records, description="Sending"):
                delivery.send(record)
            delivery.finish()


def _summarize(imported: Sequence[Imported]) -> Summary:
    events = [one for one in imported if isinstance(one, Event)]
    return Summary(
        events=len(events),
        items=sum(isinstance(one, CatalogRecord) for one in imported),
        playlists=sum(isinstance(one, Playlist) for one in imported),
        bad_rows=sum(isinstance(one, BadRow) for one in imported),
        listeners=len({event.user for event in events}),
        first_at=events[0].at if events else None,
        last_at=events[-1].at if events else None,
    )


def _date(at_seconds: float) -> str:
    return datetime.fromtimestamp(at_seconds, UTC).date().isoformat()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal)
