"""Four workers against one: the same log through Kafka, what they know of items, and what is found by it.

`python -m benchmarks.workers lastfm_sets.txt.gz` prints it. Each run has a Kafka of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import numpy as np
import orjson
import typer
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from benchmarks import topics
from benchmarks.learned import Learned, compare_learned, read_learned
from benchmarks.machine import describe_machine
from benchmarks.peers.process import PeerFailed
from benchmarks.pipeline import fresh_settings
from benchmarks.progress import Tenths
from benchmarks.worker import running_worker
from models.events import Event, stable_key
from models.held_out import HeldOut, judge_discoveries, micro_batches
from models.items import ModelRows, decode_models
from models.sources_alone import NeighboursAlone
from streams.app import create_worker
from streams.broker import BrokerFailed, LocalBroker
from streams.commands.console import fail, say
from streams.commands.figures.discoveries import MICRO_BATCH, ring_for, split_log
from streams.commands.logs import read_log
from streams.declaration import declare
from streams.schemas import encode_event
from streams.settings import Settings
from streams.sources import Format
from streams.topic_reader import TopicReader
from streams.topics import ITEM_MODELS, LISTENING_EVENTS, declared_topics, is_record_key

WORKERS: Final = (1, 4)
_WARM_UP_SHARE: Final = 10
TARGETS: Final = {
    "recall_difference": "at most 0.01",
    "counts_equal": "1",
    "neighbours_difference": "at most 1e-6",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What so many workers made of a log: events a second behind the first tenth, and what they learned."""

    workers: int
    events_per_second: float
    learned: Learned
    ids: Sequence[str]
    models: ModelRows
    """The item models as last published, one for each of `ids`."""


def whole_listeners(events: Sequence[Event], *, most: int, seed: int) -> list[Event]:
    """Keep all events of listeners drawn by lot, as long as they are at most so many."""
    own: dict[str, list[Event]] = {}
    for event in events:
        own.setdefault(event.user, []).append(event)
    users, kept = list(own), list[Event]()
    for place in np.random.default_rng(seed).permutation(len(users)).tolist():
        plays = own[users[place]]
        if len(kept) + len(plays) > most:
            break
        kept += plays
    return kept


def learn(split: HeldOut, *, workers: int, progress: Callable[[str], None]) -> Run:
    """Let so many workers learn what was not held out, on a Kafka of their own, and read what they know."""
    with (
        TemporaryDirectory(prefix="segue-bench-") as home,
        LocalBroker.start(Path(home)) as kafka,
    ):
        settings = replace(
            fresh_settings(kafka.bootstrap, Path(home)),
            processes=workers,
            ring_events=ring_for(split.learned),
        )
        declare(settings.brokers, declared_topics(settings))
        topics.fill(settings.brokers, LISTENING_EVENTS.name, _records(split.learned, settings))
        events = len(split.learned)
        with running_worker(settings) as worker:
            first = events // _WARM_UP_SHARE
            worker.wait_for_slates(first, progress=lambda _: None)
            began = time.monotonic()
            worker.wait_for_slates(events, progress=Tenths(f"workers: {workers}", events, progress))
            seconds = time.monotonic() - began
            worker.wait_until_learned()
        return Run(workers, (events - first) / seconds, _read_states(settings), *_read_models(settings))


def _records(events: Sequence[Event], settings: Settings) -> Iterator[topics.Record]:
    for nth, event in enumerate(events):
        partition = stable_key(event.user) % settings.partitions
        yield event.user, partition, encode_event(replace(event, id=str(nth)))


def _read_states(settings: Settings) -> Learned:
    [items] = [table for table in create_worker(settings).state_tables if table.name == "items"]
    with TopicReader(settings.brokers, items.changelog_topic_name, from_beginning=True) as changelog:
        return read_learned((one.key() or b"", one.value()) for one in changelog.read_to_end())


def _read_models(settings: Settings) -> tuple[Sequence[str], ModelRows]:
    newest: dict[str, bytes] = {}
    with TopicReader(settings.brokers, ITEM_MODELS.name, from_beginning=True) as published:
        for one in published.read_to_end():
            key = one.key() or b""
            if not is_record_key(key):
                newest[key.decode()] = one.value() or b""
    ids = sorted(newest)
    return ids, decode_models([newest[item] for item in ids])


def recall(run: Run, split: HeldOut, *, listeners: int, seed: int) -> float:
    """What neighbours alone find of what was held out, by the published models: recall@20."""
    alone = NeighboursAlone(ring_events=ring_for(split.learned))
    alone.catalogue.apply_models(run.ids, run.models)
    alone.hear(split.learned)
    return judge_discoveries(alone, split, listeners=listeners, seed=seed).recall_at_20


def recall_in_process(split: HeldOut, *, listeners: int, seed: int) -> float:
    """The same where one process learned, without Kafka: recall@20."""
    alone = NeighboursAlone(ring_events=ring_for(split.learned))
    for batch in micro_batches(split.learned, size=MICRO_BATCH):
        alone.learn_many(batch)
    return judge_discoveries(alone, split, listeners=listeners, seed=seed).recall_at_20


def main(
    paths: Annotated[list[Path], typer.Argument(help="What is split: a fifth of each listener's items.")],
    format: Annotated[Format, typer.Option(help="What wrote the files.")] = Format.SETS,
    events: Annotated[
        int, typer.Option(min=100, help="At most so many, of listeners drawn by lot.")
    ] = 30_000,
    listeners: Annotated[int, typer.Option(min=1, help="Ask for so many, drawn by lot.")] = 2_000,
    seed: Annotated[int, typer.Option(min=0, help="Of the lots.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Print whether four workers learn what one learns."""
    _, log = read_log(paths, format, "me")
    kept = whole_listeners(log, most=events, seed=seed)
    if not kept:
        fail(f"A listener has more than {events:,} events.", "Name more with --events.")
    split = split_log(kept, None, seed=seed)
    try:
        one, four = (learn(split, workers=workers, progress=say) for workers in WORKERS)
    except (PeerFailed, BrokerFailed, KafkaException, OSError) as error:
        fail(str(error), "Is there memory and disk space left? `segue doctor` checks the rest.")
    found = {run.workers: recall(run, split, listeners=listeners, seed=seed) for run in (one, four)}
    figures = {
        "events": len(split.learned),
        "listeners": min(listeners, len(split.targets)),
        "recall_in_process": round(recall_in_process(split, listeners=listeners, seed=seed), 4),
        "recall_one": round(found[1], 4),
        "recall_four": round(found[4], 4),
        "recall_difference": round(abs(found[4] - found[1]) / max(found[1], 1e-9), 5),
        **asdict(compare_learned(one.learned, four.learned)),
        "events_per_second_one": round(one.events_per_second),
        "events_per_second_four": round(four.events_per_second),
    }
    machine = describe_machine()
    if as_json:
        typer.echo(orjson.dumps(figures | {"machine": asdict(machine)}))
        return
    table = Table("figure", "measured", "target")
    for name, value in figures.items():
        table.add_row(name, f"{value:,}", TARGETS.get(name, ""))
    Console().print(table)
    say(str(machine))


if __name__ == "__main__":
    typer.run(main)
