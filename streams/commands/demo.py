"""`segue demo`: everything at once, on this machine, from nothing."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from math import inf
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from streams.commands.console import fail
from streams.demo.screen import PlainScreen, Screen
from streams.demo.script import DemoFailed, Script
from streams.demo.system import running_system
from streams.demo.terminal import LiveScreen
from streams.signals import stop_on_signals
from streams.sources.log import Format

PORT = 8765


def demo(
    history: Annotated[
        Path | None, typer.Option(exists=True, help="Your own export: learned first, then lived on.")
    ] = None,
    format: Annotated[Format, typer.Option(help="What wrote the export.")] = Format.CSV,
    user: Annotated[str, typer.Option(help="The listener of the export to show.")] = "me",
    seconds: Annotated[
        float | None, typer.Option(min=1.0, help="End so long after the past is learned.")
    ] = None,
    listeners: Annotated[int, typer.Option(min=1, max=5_000, help="Simulated listeners.")] = 40,
    rate: Annotated[float, typer.Option(min=0.0, max=2_000.0, help="Their events a second.")] = 25.0,
    page: Annotated[bool, typer.Option(help="Serve a page to watch in a browser.")] = True,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Of the page; another if it is taken.")] = PORT,
) -> None:
    """Start Kafka and a worker, let listeners press play, and show their slates live."""
    stopping = stop_on_signals()
    script = Script(
        history=history,
        format=format,
        user=user,
        listeners=listeners,
        rate=rate,
        port=port if page else None,
        started=time.monotonic(),
        lasts_seconds=inf if seconds is None else seconds,
    )
    try:
        summary = _run(script, stopping)
    except DemoFailed as error:
        fail(str(error), error.hint)
    for line in summary:
        typer.echo(line)


def _run(script: Script, stopping: threading.Event) -> Sequence[str]:
    brokers = os.environ.get("SEGUE_BROKERS", "")
    screen: Screen = LiveScreen(Console()) if sys.stdout.isatty() else PlainScreen(sys.stdout)
    with closing(screen):
        screen.step(script.seconds(), f"Starting {'a worker' if brokers else 'Kafka and a worker'}")
        with running_system(brokers) as system:
            # What this process needs takes two seconds to load: Kafka and the worker use them to start.
            from streams.demo.show import show

            summary = show(script, system, screen, stopping)
            screen.step(script.seconds(), "Stopping what was started")
        return summary
