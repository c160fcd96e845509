"""`segue graph`: the k-core of who played what, from a log or from the state of workers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from models.errors import CorruptState
from models.events import CatalogRecord
from models.listening_graph import ListeningGraph, items_played, listening_graph
from streams.commands.console import fail, say
from streams.commands.figures.core_export import check_export, export_core
from streams.commands.figures.core_picture import draw_core
from streams.commands.figures.k_core import KCore, check_igraph, core_numbers, k_core
from streams.commands.figures.plot import check_plot
from streams.commands.logs import read_log
from streams.demo.names import Names
from streams.settings import BadSetting, Settings, read_settings
from streams.sources import Format

_WORKERS = "Name the Kafka that the workers use, and SEGUE_APP_ID if theirs is another; then run a worker."


def graph(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Listening logs, instead of the state of workers.")
    ] = None,
    format: Annotated[Format | None, typer.Option(help="What wrote the logs.", show_default="csv")] = None,
    user: Annotated[
        str | None, typer.Option(help="The listener of rows that name none.", show_default="me")
    ] = None,
    brokers: Annotated[
        str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT: draw what its workers remember.")
    ] = "",
    core: Annotated[
        int, typer.Option(min=1, help="Keep listeners and items with so many edges among what is kept.")
    ] = 5,
    picture: Annotated[
        Path | None, typer.Option(help="Draw it to this file: .svg, .png or .pdf (needs matplotlib).")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write it to this file: .graphml, or .csv for the edges alone.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Find the k-core of who played what: to draw, export and train on less; slates know all items."""
    check_igraph()
    if picture is not None:
        check_plot(picture)
    if export is not None:
        check_export(export)
    if paths:
        if _is_given(context, "brokers"):
            fail("Logs and --brokers are two things to draw.", "Leave out the logs, or --brokers.")
        whole, names = _of_logs(paths, format or Format.CSV, user or "me")
    else:
        for option, value in (("--format", format), ("--user", user)):
            if value is not None:
                fail(f"{option} says nothing without logs.", f"Name a log, or leave {option} out.")
        whole, names = _of_workers(brokers)
    numbers = core_numbers(whole)
    largest = int(numbers.max(initial=0))
    if largest == 0:
        fail("Nobody played anything for 30 seconds or more.", "Draw another log, or wait for plays.")
    if core > largest:
        fail(f"There is no {core}-core: the largest k with one is {largest}.", f"Ask for --core {largest}.")
    found = k_core(whole, numbers, core)
    _write(found, names, picture, export)
    if as_json:
        typer.echo(orjson.dumps(_figures(whole, found, largest)))
    else:
        Console().print(_table(whole, found, largest))


def _is_given(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line; what the environment says anyway is no contradiction."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _of_logs(paths: Sequence[Path], format: Format, user: str) -> tuple[ListeningGraph, Names]:
    ring_events = _settings().ring_events
    records, events = read_log(paths, format, user)
    return listening_graph(items_played(events, ring_events=ring_events)), _named(records)


def _of_workers(brokers: str) -> tuple[ListeningGraph, Names]:
    # numba takes a second to load, and logs do without.
    from confluent_kafka import KafkaException

    from streams.rings import read_remembered
    from streams.topic_reader import Unreachable

    if not brokers:
        fail(
            "There is nothing to draw.", "Name a listening log, or the Kafka of workers: --brokers HOST:PORT."
        )
    try:
        remembered = read_remembered(brokers, app_id=_settings().app_id)
    except Unreachable as error:
        fail(str(error), _WORKERS)
    except KafkaException as error:
        fail(f"Kafka at {brokers} fails: {error.args[0].str()}", _WORKERS)
    except CorruptState as error:
        fail(f"The state of the workers cannot be read: {error}.", "Use the version that they run.")
    if remembered.unnamed:
        say(f"Items that were not published yet, and go by their keys: {remembered.unnamed:,}")
    return listening_graph(remembered.played), _named(remembered.records)


def _named(records: Iterable[CatalogRecord]) -> Names:
    names = Names()
    for record in records:
        names.add(record)
    return names


def _settings() -> Settings:
    try:
        return read_settings(os.environ)
    except BadSetting as error:
        fail(str(error), "Correct it, or unset it to get the default.")


def _write(core: KCore, names: Names, picture: Path | None, export: Path | None) -> None:
    try:
        if export is not None:
            export_core(export, core, names)
        if picture is not None:
            draw_core(picture, core, names)
    except OSError as error:
        fail(f"The file cannot be written: {error}", "Name another file, or free some space.")


def _figures(whole: ListeningGraph, core: KCore, largest: int) -> dict[str, int | dict[str, int]]:
    return {
        "core": core.k,
        "largest_core": largest,
        "communities": core.communities,
        "whole": _counts(whole),
        "kept": _counts(core.graph),
    }


def _counts(graph: ListeningGraph) -> dict[str, int]:
    return {"listeners": len(graph.listeners), "items": len(graph.items), "edges": len(graph.edges)}


def _table(whole: ListeningGraph, core: KCore, largest: int) -> Table:
    table = Table("", box=None)
    for title in ("whole graph", f"{core.k}-core", "kept"):
        table.add_column(title, justify="right")
    kept = _counts(core.graph)
    for name, count in _counts(whole).items():
        table.add_row(name, f"{count:,}", f"{kept[name]:,}", f"{kept[name] / count:.1%}")
    table.add_row("largest k", f"{largest}", "")
    table.add_row("communities", "", f"{core.communities:,}")
    return table
