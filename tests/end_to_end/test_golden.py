"""Golden replay: the same log through the core alone and through Kafka, Faust and RocksDB, slate by slate."""

from pathlib import Path

import pytest

from models.events import CatalogRecord, Event
from models.listeners import Population, simulate
from streams.sources import Format, read_listening_log
from tests.end_to_end.lock_step import assert_identical, slates_of_the_core, slates_through_kafka

START = 1_700_000_000.0
LOGS = Path(__file__).parents[3] / "shared" / "data" / "listening"


def compare(brokers, home, records, events, *, ring_events, seconds):
    log, slates = slates_through_kafka(
        brokers, home, records=records, events=events, ring_events=ring_events, seconds=seconds
    )
    expected = slates_of_the_core(
        records=records, events=events, log=log, slates=slates, ring_events=ring_events
    )
    assert_identical(slates, expected)
    return slates


def test_simulated_listeners(module_broker, tmp_path):
    world = Population(seed=5, listeners=6, items=400, artists=60)
    events = [e for e in simulate(world, events=1_500, start_at=START) if e.type != "impression"]
    slates = compare(
        module_broker, tmp_path, list(world.catalogue.records()), events, ring_events=128, seconds=120
    )
    versions = {slate.value().rsplit(b'"models"', 1)[1] for slate in slates}
    assert len(versions) > 5, "the catalogue and the weights must have moved between batches"


@pytest.mark.data
def test_real_listening(own_broker, tmp_path):
    paths = [LOGS / f"{user}.csv.gz" for user in ("u02", "u06", "u08")]
    log = read_listening_log(paths, Format.CSV, "me", now=1.8e9)
    events = [one for one in log if isinstance(one, Event)][:5_000]
    items = {event.item for event in events}
    records = [one for one in log if isinstance(one, CatalogRecord) and one.item in items]
    compare(own_broker.bootstrap, tmp_path, records, events, ring_events=8192, seconds=300)
