"""`segue replay`: the records of imported files into Kafka, at a chosen speed."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from streams.commands.console import fail, say, stderr
from streams.delivery import Delivery, Undelivered
from streams.sources import UnreadableSource
from streams.sources.record_file import Record, read_lines, read_records

SHOW_SECONDS = 0.1


def replay(
    paths: Annotated[list[Path], typer.Argument(help="Files written by `segue import`, sent one by one.")],
    speed: Annotated[float, typer.Option(min=0.0, help="Times real time; 0: as fast as possible.")] = 0.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Send only the first N events.")] = None,
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Send imported files to Kafka; an item's catalogue record goes before its first event."""
    began = time.monotonic()
    try:
        total = sum(1 for path in paths for _ in read_lines(path))
        delivery = Delivery(brokers)
        records = _first_events(_all_records(paths), limit)
        events = _send(delivery, records, total=total, speed=speed)
        delivered = delivery.finish()
    except (UnreadableSource, Undelivered) as error:
        fail(str(error), error.hint)
    seconds = time.monotonic() - began
    figures = {
        "events": events,
        "records": delivered,
        "seconds": round(seconds, 3),
        "events_per_second": round(events / seconds),
    }
    if as_json:
        typer.echo(orjson.dumps(figures))
    else:
        others = f"{delivered - events:,} catalogue records and playlists"
        say(f"{events:,} events and {others} in {seconds:.1f} s, all acknowledged")


def _all_records(paths: Sequence[Path]) -> Iterator[Record]:
    for path in paths:
        yield from read_records(path, now=time.time())


def _first_events(records: Iterator[Record], limit: int | None) -> Iterator[Record]:
    events = 0
    for record in records:
        yield record
        events += record.at is not None
        if events == limit:
            return


def _send(delivery: Delivery, records: Iterator[Record], *, total: int, speed: float) -> int:
    """Send the records at their pace and return how many events there were."""
    events = 0
    pace = Pace(speed)
    columns = (TextColumn("Replaying"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(*columns, console=stderr, transient=True, disable=not stderr.is_terminal) as progress:
        task = progress.add_task("", total=total, rate="")
        began = shown = time.monotonic()
        for sent, record in enumerate(records, start=1):
            if record.at is not None:
                events += 1
                while (seconds := pace.seconds_until(record.at, now=time.monotonic())) > 0:
                    delivery.wait(min(seconds, SHOW_SECONDS))
            delivery.send(record)
            if (now := time.monotonic()) - shown > SHOW_SECONDS:
                shown = now
                rate = f"{events:,} events, {events / (now - began):,.0f} events/s"
                progress.update(task, completed=sent, rate=rate)
    return events


class Pace:
    """When events are due: as far apart as they were, divided by `speed`; at speed 0 at once.

    >>> pace = Pace(60.0)
    >>> pace.seconds_until(1_000.0, now=5.0), pace.seconds_until(1_060.0, now=5.25)
    (0.0, 0.75)
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._first: tuple[float, float] | None = None

    def seconds_until(self, at: float, *, now: float) -> float:
        """Return how long to wait at `now` (any clock, seconds) before the event of `at` is due."""
        if self._speed == 0.0:
            return 0.0
        if self._first is None:
            self._first = (at, now)
        first_at, began = self._first
        return began + (at - first_at) / self._speed - now
