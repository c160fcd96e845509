"""`segue watch`: the slates of one listener, as they arrive."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated

import typer
from confluent_kafka import KafkaException
from rich.console import Console

from streams.commands.catalog_names import learn_names
from streams.commands.console import fail, say
from streams.demo.names import Names
from streams.demo.slates import ShownSlate, UnreadableSlate, decode_slate
from streams.demo.terminal import print_slate
from streams.demo.view import view_slate
from streams.signals import stop_on_signals
from streams.topic_reader import TopicReader, Unreachable
from streams.topics import CATALOG, RECOMMENDATIONS

POLL_SECONDS = 0.2
FIRST_REACH = 1_000
UNREACHABLE = "Start one with `segue broker` and `segue worker`, or name a running one: --brokers HOST:PORT."


def watch(
    user: Annotated[str, typer.Argument(help="Whose slates.")],
    brokers: Annotated[str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT.")] = "",
    last: Annotated[
        bool, typer.Option("--last", help="Show the newest slate that is there, and end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print each slate as a line of JSON.")] = False,
) -> None:
    """Show a listener's slates as they arrive, in words; Ctrl-C ends."""
    if not brokers:
        fail("no Kafka is named", UNREACHABLE)
    stopping = stop_on_signals()
    try:
        with TopicReader(brokers, RECOMMENDATIONS.name, from_beginning=False) as reader:
            slates = _last(reader, user) if last else _arriving(reader, user, stopping)
            if as_json:
                _print_json(slates)
            else:
                _print_words(slates, brokers)
    except (Unreachable, UnreadableSlate) as error:
        fail(str(error), UNREACHABLE)
    except KafkaException as error:
        fail(f"Kafka at {brokers} fails: {error.args[0].str()}", UNREACHABLE)


def _arriving(reader: TopicReader, user: str, stopping: threading.Event) -> Iterator[bytes]:
    """Yield a listener's slates as they come."""
    while not stopping.is_set():
        for message in reader.read(POLL_SECONDS):
            if message.key() == user.encode():
                yield message.value()


def _last(reader: TopicReader, user: str) -> Iterator[bytes]:
    """Yield a listener's newest slate, looked for from the ends of the partitions backwards."""
    ends = {partition: reader.ends(partition) for partition in reader.partitions}
    newest: bytes | None = None
    reach = FIRST_REACH
    while newest is None:
        starts = {partition: max(first, end - reach) for partition, (first, end) in ends.items()}
        reader.seek(starts)
        for message in reader.read_to_end():
            newest = message.value() if message.key() == user.encode() else newest
        if newest is None and all(start == ends[partition][0] for partition, start in starts.items()):
            fail(f"there is no slate of {user}", "Check the name; is a worker running, and did they play?")
        reach *= 8
    yield newest


def _without_repeats(values: Iterator[bytes]) -> Iterator[tuple[bytes, ShownSlate]]:
    """Leave out what a worker sent again after a restart: slates that include nothing new."""
    last: ShownSlate | None = None
    for value in values:
        slate = decode_slate(value)
        if last is None or slate.partition != last.partition or slate.offset > last.offset:
            last = slate
            yield value, slate


def _print_json(values: Iterator[bytes]) -> None:
    for value, _ in _without_repeats(values):
        typer.echo(value)


def _print_words(values: Iterator[bytes], brokers: str) -> None:
    console = Console(highlight=False)
    before: ShownSlate | None = None
    with TopicReader(brokers, CATALOG.name, from_beginning=True) as catalog:
        names = Names()
        learn_names(names, catalog.read_to_end())
        say(f"{len(names):,} items are known by name; waiting for slates.")
        for _, slate in _without_repeats(values):
            learn_names(names, catalog.read(0.0))
            print_slate(console, slate, view_slate(slate, names, before=before))
            before = slate
