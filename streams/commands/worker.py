"""`segue worker`: one worker, until SIGTERM."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Annotated

import typer
from confluent_kafka import KafkaException

from streams.commands.console import fail
from streams.cores import NoSuchCore
from streams.process_group import run_processes
from streams.settings import BadSetting, Settings, read_settings
from streams.signals import stop_on_signals

UNREACHABLE = "Start a Kafka with `segue broker`, or name a running one: SEGUE_BROKERS=HOST:PORT."


def worker(
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    data_dir: Annotated[
        Path, typer.Option(envvar="SEGUE_DATA_DIR", help="State of this worker; never shared.")
    ] = Path(".segue/worker"),
) -> None:
    """Run a worker: learns events, keeps taste, emits slates; SIGTERM drains and commits."""
    settings = _settings(brokers, data_dir)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)-8s %(name)s: %(message)s", datefmt="%H:%M:%S"
    )
    for chatty in ("faust", "aiokafka", "mode"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    if settings.processes > 1:
        raise typer.Exit(run_processes(settings, stopping=stop_on_signals()))
    # Faust and numba take a second to load: say first what is wrong with the settings.
    from streams.app import create_worker
    from streams.engine import TopicMismatch, run_worker

    try:
        code = run_worker(create_worker(settings))
    except NoSuchCore as error:
        fail(f"SEGUE_CORE: {error}", "Name one of these, or unset it.")
    except TopicMismatch as error:
        fail(str(error), f"Set SEGUE_PARTITIONS to what the topics have (now {settings.partitions}).")
    except OSError as error:
        fail(f"{settings.data_dir}: {error.strerror}", "Name another directory: SEGUE_DATA_DIR.")
    except KafkaException as error:
        fail(f"Kafka at {settings.brokers} does not answer: {error.args[0].str()}", UNREACHABLE)
    raise typer.Exit(code)


def _settings(brokers: str, data_dir: Path) -> Settings:
    environment = {**os.environ, "SEGUE_BROKERS": brokers, "SEGUE_DATA_DIR": str(data_dir)}
    try:
        settings = read_settings(environment)
    except BadSetting as error:
        fail(str(error), "Correct it, or unset it to get the default.")
    if not settings.brokers:
        fail("No Kafka is named.", UNREACHABLE)
    return settings
