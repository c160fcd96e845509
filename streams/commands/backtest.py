"""`segue backtest`: how good the predictions would have been on a listening log, and at what cost."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from models.events import CatalogRecord, Event
from streams.commands.console import fail
from streams.commands.figures.cold_trial import COLD_RANKERS, cold_items
from streams.commands.figures.contestants import CHEAP, CONTESTANTS
from streams.commands.figures.discoveries import DISCOVERERS, FEW, held_out, split_log
from streams.commands.figures.plot import check_plot
from streams.commands.figures.report import Row, as_document, as_tables
from streams.commands.figures.tally import By, figures_by_name
from streams.commands.figures.trials import COMPLETERS, last_item, next_play
from streams.commands.logs import read_log, simulate_log
from streams.settings import BadSetting, read_settings
from streams.sources import Format


class Protocol(StrEnum):
    """What is predicted."""

    NEXT_PLAY = "next-play"
    LEAVE_LAST_OUT = "leave-last-out"
    SPLIT = "split"


def backtest(
    paths: Annotated[list[Path] | None, typer.Argument(help="Listening logs, merged by time.")] = None,
    format: Annotated[Format, typer.Option(help="What wrote the logs.")] = Format.CSV,
    user: Annotated[str, typer.Option(help="The listener of rows that name none.")] = "me",
    protocol: Annotated[
        Protocol,
        typer.Option(help="Each play in turn, each listener's last one, or a fifth of a listener's items."),
    ] = Protocol.NEXT_PLAY,
    models: Annotated[
        str, typer.Option(help="Models side by side, with commas; the protocol's own if empty.")
    ] = "",
    by: Annotated[By | None, typer.Option(help="Take the figures apart.")] = None,
    test: Annotated[
        Path | None, typer.Option(help="Under split: find what this file holds, learning all of the logs.")
    ] = None,
    listeners: Annotated[
        int | None, typer.Option(min=1, help="Under split: ask for so many listeners, drawn by lot.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Under split: of the lots; 0 if none.")] = None,
    cold: Annotated[
        float | None,
        typer.Option(
            "--cold-items", help="Under split: hide this share of all items, told by content alone."
        ),
    ] = None,
    simulated: Annotated[
        int | None, typer.Option(min=1, help="Test on so many simulated listeners, instead of logs.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw recall along the log to this file (needs matplotlib).")
    ] = None,
    from_topic: Annotated[
        bool, typer.Option("--from-topic", help="Judge the slates that workers emitted instead.")
    ] = False,
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Predict each play of 30 seconds or more, then learn it: what the next-up shelf held of what came."""
    by_play: dict[str, object] = {"--by": by, "--plot": plot, "--simulated": simulated}
    by_lot: dict[str, object] = {"--listeners": listeners, "--seed": seed}
    by_split = by_lot | {"--test": test, "--cold-items": cold}
    if from_topic:
        rows = [_emitted(brokers)]
    elif protocol is Protocol.LEAVE_LAST_OUT:
        _refuse(protocol, by_play, only=Protocol.NEXT_PLAY)
        _refuse(protocol, by_split, only=Protocol.SPLIT)
        names = _named(models, COMPLETERS) or list(COMPLETERS)
        _, events = _read(paths or [], format, user)
        rows = last_item(names, events)
    elif protocol is Protocol.SPLIT and cold is not None:
        _refuse(protocol, by_play, only=Protocol.NEXT_PLAY)
        if test is not None:
            fail("--test names what is held out, and so does --cold-items.", "Leave one of them out.")
        names = _named(models, COLD_RANKERS) or list(COLD_RANKERS)
        records, events = _read(paths or [], format, user)
        rows = cold_items(
            names,
            records,
            events,
            share=cold,
            ring_events=_ring_events(),
            listeners=listeners or len(events),
            seed=seed or 0,
        )
    elif protocol is Protocol.SPLIT:
        _refuse(protocol, by_play, only=Protocol.NEXT_PLAY)
        names = _named(models, DISCOVERERS) or list(FEW)
        _, events = _read(paths or [], format, user)
        found = None if test is None else _read([test], format, user)[1]
        split = split_log(events, found, seed=seed or 0)
        rows = held_out(names, split, ring_events=_ring_events(), listeners=listeners, seed=seed or 0)
    else:
        _refuse(protocol, by_split, only=Protocol.SPLIT)
        names = _named(models, CONTESTANTS) or list(CHEAP)
        if plot is not None:
            check_plot(plot)
        records, events = simulate_log(simulated) if simulated else _read(paths or [], format, user)
        rows = next_play(names, records, events, ring_events=_ring_events(), by=by, plot=plot)
    if as_json:
        typer.echo(orjson.dumps(as_document(rows)))
    else:
        Console().print(*as_tables(rows), sep="\n\n")


def _named(models: str, known: Iterable[str]) -> list[str]:
    """Split a list of models, each named once."""
    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    for name in names:
        if name not in known:
            fail(f"There is no model {name} for this protocol.", f"Choose among {', '.join(known)}.")
    return names


def _refuse(protocol: Protocol, options: dict[str, object], *, only: Protocol) -> None:
    for name, value in options.items():
        if value is not None:
            fail(f"{name} says nothing under {protocol}.", f"Leave {name} out, or choose --protocol {only}.")


def _emitted(brokers: str) -> Row:
    from streams.emitted import judge_emitted
    from streams.topic_reader import Unreachable

    if not brokers:
        fail("No Kafka is named.", "Name the one that the workers use: --brokers HOST:PORT.")
    try:
        return Row("emitted slates", figures_by_name(judge_emitted(brokers)))
    except Unreachable as error:
        fail(str(error), "Name the Kafka that the workers use, and run a worker first.")


def _read(paths: Sequence[Path], format: Format, user: str) -> tuple[list[CatalogRecord], list[Event]]:
    if not paths:
        fail("There is nothing to test on.", "Name a listening log, or judge a topic with --from-topic.")
    return read_log(paths, format, user)


def _ring_events() -> int:
    try:
        return read_settings(os.environ).ring_events
    except BadSetting as error:
        fail(str(error), "Correct it, or unset it to get the default.")
