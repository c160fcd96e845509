"""`segue broker`: only the local Kafka, its data kept."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from streams.broker import BrokerFailed, LocalBroker
from streams.commands.console import fail, say
from streams.signals import stop_on_signals


def broker(
    data_dir: Annotated[Path, typer.Option(help="Where Kafka keeps its data.")] = Path(".segue/kafka"),
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Of the bootstrap address.")] = 9092,
) -> None:
    """Run a local Kafka until Ctrl-C; its data stays for the next time."""
    hint = f"Free port {port} and {data_dir}, or choose others: --port, --data-dir."
    if _is_taken(port):
        fail(f"port {port} is taken", hint)
    stopping = stop_on_signals()
    try:
        running = LocalBroker.start(data_dir.resolve(), port=port)
    except (BrokerFailed, OSError) as error:
        fail(str(error), hint)
    with running:
        typer.echo(running.bootstrap)
        say(f"Kafka is up at {running.bootstrap}; its data is in {data_dir}. Ctrl-C stops it.")
        say(f"A worker for it:  SEGUE_BROKERS={running.bootstrap} segue worker")
        stopping.wait()
    say("Kafka is stopped.")


def _is_taken(port: int) -> bool:
    """Whether somebody answers there already, whom we would take for our Kafka."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
