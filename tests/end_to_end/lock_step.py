"""Slates of a worker in lock-step, and those of the core alone on the same batches."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

import orjson
from confluent_kafka import Message

from models.batch import Placed
from models.events import CatalogRecord, Event
from models.standalone import Standalone
from streams.recommendations import encode_recommendation
from streams.schemas import encode_catalog, encode_event
from streams.topics import CATALOG, LISTENING_EVENTS, RECOMMENDATIONS
from tests.end_to_end.system import System


def slates_through_kafka(
    brokers: str,
    home: Path,
    *,
    records: Iterable[CatalogRecord],
    events: Sequence[Event],
    ring_events: int,
    seconds: float,
) -> tuple[list[Message], list[Message]]:
    """The log as Kafka keeps it, and what a worker in lock-step answers to it."""
    with System(brokers, home, lock_step=1, ring_events=ring_events) as system:
        system.produce(CATALOG.name, ((one.item.encode(), encode_catalog(one)) for one in records))
        system.produce(LISTENING_EVENTS.name, ((one.user.encode(), encode_event(one)) for one in events))
        system.start()
        system.wait_for(RECOMMENDATIONS.name, len(events), seconds=seconds)
        return list(system.read(LISTENING_EVENTS.name)), list(system.read(RECOMMENDATIONS.name))


def slates_of_the_core(
    *,
    records: Iterable[CatalogRecord],
    events: Sequence[Event],
    log: Sequence[Message],
    slates: Sequence[Message],
    ring_events: int,
) -> dict[str, bytes]:
    """Recompute each slate by id without Kafka, Faust and RocksDB.

    Which events were one batch is read from the slates: all of a batch name the same versions.
    """
    by_id = {event.id: event for event in events}
    sent = {(m.partition(), m.offset()): by_id[orjson.loads(m.value())["id"]] for m in log}
    parsed = [orjson.loads(slate.value()) for slate in slates]
    emitted_at = {one["id"]: one["emitted_at"] for one in parsed}

    def batch_of(slate):
        return (slate["models"]["catalogue"], slate["models"]["ranker"], slate["as_of"]["partition"])

    core, expected = Standalone(ring_events=ring_events), {}
    core.learn_catalog(records)

    def emit(placed, listener, slate):
        place = f"{partition}-{placed.offset}"
        expected[place] = encode_recommendation(
            slate,
            user=listener.user,
            profile=listener.profile,
            partition=partition,
            offset=placed.offset,
            at=placed.event.at,
            emitted_at=emitted_at[place],
        )

    for (_, _, partition), batch in groupby(sorted(parsed, key=batch_of), key=batch_of):
        offsets = sorted(slate["as_of"]["offset"] for slate in batch)
        placed = [Placed(offset=offset, event=sent[partition, offset]) for offset in offsets]
        core.process(placed, partition=partition, emit=emit)
    return expected


def assert_identical(slates: Sequence[Message], expected: dict[str, bytes]) -> None:
    """Every slate equals its recomputation byte for byte."""
    found = {orjson.loads(slate.value())["id"]: slate.value() for slate in slates}
    assert len(found) == len(slates)
    assert found.keys() == expected.keys()
    for place, value in found.items():
        assert orjson.loads(value) == orjson.loads(expected[place]), place
        assert value == expected[place], place
