"""`segue doctor`: checks what a worker needs, and says what to do where something is missing."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import requires, version
from pathlib import Path
from typing import Annotated

import orjson
import typer
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from packaging.requirements import Requirement
from rich.console import Console
from rich.table import Table

from streams.settings import BadSetting, Settings, read_settings
from streams.topics import declared_topics

CONNECT_SECONDS = 5.0
FREE_BYTES_WANTED = 2 << 30


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `advice` says what to do where it is not well."""

    name: str
    well: bool
    found: str
    advice: str = ""


def doctor(
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as one JSON object.")] = False,
) -> None:
    """Check versions, disk, broker and topics; exit code 1 if something needs care."""
    checks = list(_checks({**os.environ, "SEGUE_BROKERS": brokers}))
    if as_json:
        typer.echo(orjson.dumps({"checks": [asdict(check) for check in checks]}))
    else:
        Console().print(_table(checks))
    raise typer.Exit(0 if all(check.well for check in checks) else 1)


def _checks(environment: dict[str, str]) -> Iterator[Check]:
    yield _python()
    yield _packages()
    try:
        settings = read_settings(environment)
    except BadSetting as error:
        yield Check("settings", False, str(error), "Correct it, or unset it to get the default.")
        return
    yield _disk(settings.data_dir)
    if not settings.brokers:
        found = "SEGUE_BROKERS is not set: `segue demo` starts a local Kafka of its own"
        yield Check("broker", True, found)
        return
    yield from _broker(settings)


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    return Check("python", sys.version_info >= (3, 11), found, "Use Python 3.11 or newer.")


def _packages() -> Check:
    wrong = []
    for text in requires("segue") or []:
        wanted = Requirement(text)
        if wanted.marker is None and not wanted.specifier.contains(version(wanted.name)):
            wrong.append(f"{wanted.name} {version(wanted.name)}, not {wanted.specifier}")
    found = "; ".join(wrong) or "as locked"
    return Check("packages", not wrong, found, "Run `make env`: the engine relies on these exact versions.")


def _disk(data_dir: Path) -> Check:
    existing = next(path for path in (data_dir, *data_dir.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    writable = os.access(existing, os.W_OK)
    found = f"{free / 2**30:.1f} GB free at {data_dir}" + ("" if writable else ", not writable")
    advice = "Free some space, or point SEGUE_DATA_DIR to a disk that has it and can be written."
    return Check("disk", writable and free > FREE_BYTES_WANTED, found, advice)


def _broker(settings: Settings) -> Iterator[Check]:
    admin = AdminClient({"bootstrap.servers": settings.brokers, "log_level": 0})
    try:
        metadata = admin.list_topics(timeout=CONNECT_SECONDS)
    except KafkaException as error:
        advice = "Start one with `segue broker`, or correct SEGUE_BROKERS."
        yield Check("broker", False, f"{settings.brokers}: {error.args[0].str()}", advice)
        return
    yield Check("broker", True, f"{settings.brokers}, {len(metadata.brokers)} up")
    for topic in declared_topics(settings):
        partitions = len(metadata.topics[topic.name].partitions) if topic.name in metadata.topics else 0
        yield _topic(topic.name, wanted=topic.partitions, found=partitions)


def _topic(name: str, *, wanted: int, found: int) -> Check:
    if found == 0:
        return Check(f"topic {name}", True, "not there yet: the first worker makes it")
    advice = f"Set SEGUE_PARTITIONS={found}, or use new topics and replay into them."
    return Check(f"topic {name}", found == wanted, f"{found} partitions, settings say {wanted}", advice)


def _table(checks: list[Check]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for check in checks:
        table.add_row("[green]✓[/]" if check.well else "[bold red]✗[/]", check.name, check.found)
        if not check.well:
            table.add_row("", "", f"[bold]→ {check.advice}[/]")
    return table
