"""Two workers, kill -9 at random moments, a broker restart: nothing lost, nothing twice, nothing different.

The catalogue is frozen, so that a listener's state depends on the log alone, and one process can tell what
every byte must be.
"""

import hashlib
import os
import random
import time
from collections import Counter
from itertools import islice

import orjson
import pytest

from models.batch import Placed
from models.events import EventType
from models.items import decode_models, load_states
from models.listeners import Population, simulate
from models.standalone import Standalone
from models.state import changed_values
from streams.schemas import Refused, decode_catalog, decode_event, encode_catalog, encode_event
from streams.topics import DEAD_LETTERS, ITEM_MODELS, LISTENING_EVENTS, RECOMMENDATIONS, record_key
from tests.end_to_end.system import System, headers

EVENTS = int(os.environ.get("SEGUE_FAULT_EVENTS", "60000"))
SEED = int(os.environ.get("SEGUE_FAULT_SEED", "20261121"))
KILLS = 10
RING_EVENTS = 128
START = 1_700_000_000.0
WORKERS = ("a", "b")
GARBAGE = (b"{", b'{"type": "play"}', b"\xff\xfe", b'{"at": NaN}')


def frozen_models(population):
    """Catalog records and item models as some earlier listening taught them."""
    earlier = Standalone(ring_events=RING_EVENTS)
    earlier.learn_catalog(population.catalogue.records())
    for offset, event in enumerate(simulate(population, events=2_000, start_at=START - 90 * 86_400)):
        earlier.process([Placed(offset=offset, event=event)], partition=0, emit=lambda *_: None)
    ids, models = earlier.items.models()
    numbers = [(item.encode(), model.tobytes()) for item, model in zip(ids, models, strict=True)]
    records = [(record_key(one.item), encode_catalog(one)) for one in population.catalogue.records()]
    return records + numbers


def log_with_garbage(population):
    """Events, and among them what must be refused."""
    for number, event in enumerate(simulate(population, events=EVENTS, start_at=START)):
        yield event.user.encode(), encode_event(event)
        if number % 50 == 0:
            yield event.user.encode(), GARBAGE[number // 50 % len(GARBAGE)]


def torment(system, broker, log, dice):
    """Kill a worker in the midst of each share of the log, and once the broker with it.

    A worker that starts or waits has nothing to lose. So a share comes when every worker is ready, and the
    kill when a random part of the share's slates has left.
    """
    for name in WORKERS:
        system.start(name)
    share = EVENTS // KILLS
    for kill in range(KILLS):
        system.wait_until_ready(seconds=60)
        slates = system.appended(RECOMMENDATIONS.name)
        system.produce(LISTENING_EVENTS.name, islice(log, share))
        system.wait_for_records(RECOMMENDATIONS.name, slates + dice.randrange(share // 2), seconds=60)
        name = dice.choice(WORKERS)
        system.kill(name)
        if kill == KILLS // 2:
            broker.restart()
        system.start(name)
    system.produce(LISTENING_EVENTS.name, log)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory, faults_broker):
    """Everything that Kafka holds after the torment."""
    home = tmp_path_factory.mktemp("faults")
    population = Population(seed=SEED, listeners=300, items=2_000, artists=200)
    models = frozen_models(population)
    settings = {"frozen_models": 1, "ring_events": RING_EVENTS}
    with System(faults_broker.bootstrap, home, **settings) as system:
        system.produce(ITEM_MODELS.name, models)
        torment(system, faults_broker, log_with_garbage(population), random.Random(SEED))
        log = list(system.read(LISTENING_EVENTS.name))
        accepted, refused = sort(log)
        system.wait_until_ready(seconds=60)
        system.wait_until_drained(seconds=600)
        assert {name: system.stop(name) for name in WORKERS} == dict.fromkeys(WORKERS, 0)
        yield {
            "models": models,
            "accepted": accepted,
            "refused": refused,
            "slates": [summary(slate.value()) for slate in system.read(RECOMMENDATIONS.name)],
            "letters": [headers(letter) for letter in system.read(DEAD_LETTERS.name)],
            "listeners": system.table("listeners"),
            "items": system.table("items"),
        }


def summary(value):
    """Whom a slate is for, what it includes, and a digest of all but when it was made."""
    slate = orjson.loads(value)
    del slate["emitted_at"]
    digest = hashlib.sha256(orjson.dumps(slate)).hexdigest()
    return {"id": slate["id"], "user": slate["user"], "as_of": slate["as_of"], "digest": digest}


def sort(log):
    """What of a log is accepted, as (partition, event in its place), and the places of the rest."""
    accepted, refused = [], set()
    for message in log:
        try:
            event = decode_event(message.key(), message.value(), now=time.time())
        except Refused:
            refused.add((message.partition(), message.offset()))
        else:
            accepted.append((message.partition(), Placed(offset=message.offset(), event=event)))
    return accepted, refused


def test_every_listeners_state_equals_a_single_process_reference_byte_for_byte(aftermath):
    reference = Standalone(ring_events=RING_EVENTS)
    load_catalogue(reference, aftermath["models"])
    expected: dict[bytes, bytes | None] = {}
    for partition, placed in aftermath["accepted"]:
        listener = reference.listener(placed.event.user)
        before = listener.history.count
        reference.personalizer.learn(listener, placed.event, partition=partition, offset=placed.offset)
        if placed.event.type is not EventType.IMPRESSION:
            # What is shown is remembered, so that what comes of it finds the shelf that began it.
            slate = reference.personalizer.recommend(listener, partition=partition)
            reference.personalizer.show(listener, slate)
        expected |= changed_values(listener, count_before=before)
    expected = {key: value for key, value in expected.items() if value is not None}
    found = aftermath["listeners"]
    assert found.keys() == expected.keys()
    different = [key for key, value in expected.items() if found[key] != value]
    assert not different, f"{len(different)} of {len(expected)} values differ, first {different[:3]}"


def load_catalogue(reference, models):
    learned = {key.decode(): value for key, value in models if not key.endswith(b"\0record")}
    records = [(key, value) for key, value in models if key.endswith(b"\0record")]
    reference.learn_catalog(decode_catalog(key.split(b"\0")[0], value) for key, value in records)
    reference.catalogue.apply_models(list(learned), decode_models(list(learned.values())))


def test_item_counts_are_exact(aftermath):
    plays = Counter(p.event.item for _, p in aftermath["accepted"] if p.event.is_play)
    skips = Counter(p.event.item for _, p in aftermath["accepted"] if p.event.is_skip)
    values = [value for key, value in aftermath["items"].items() if key.startswith(b"item\0")]
    states, ids = load_states(values)
    found = {item: (int(s["plays"]), int(s["skips"])) for item, s in zip(ids, states, strict=True)}
    played = {item: (plays[item], skips[item]) for item in plays | skips}
    assert {item: counts for item, counts in found.items() if counts != (0, 0)} == played


def test_no_slate_is_missing_after_dropping_repeats_of_as_of(aftermath):
    last: dict[str, int] = {}
    seen = set()
    for slate in aftermath["slates"]:
        as_of = slate["as_of"]
        if as_of["offset"] > last.get(slate["user"], -1):
            last[slate["user"]] = as_of["offset"]
            seen.add((as_of["partition"], as_of["offset"]))
    assert seen == {
        (partition, placed.offset)
        for partition, placed in aftermath["accepted"]
        if placed.event.type is not EventType.IMPRESSION
    }


def test_repeated_slates_are_the_same(aftermath):
    digests: dict[str, str] = {}
    for slate in aftermath["slates"]:
        assert digests.setdefault(slate["id"], slate["digest"]) == slate["digest"]


def test_dead_letters_are_exact(aftermath):
    found = {(int(one["partition"]), int(one["offset"])) for one in aftermath["letters"]}
    assert found == aftermath["refused"]
    assert all(one["topic"] == LISTENING_EVENTS.name and one["reason"] for one in aftermath["letters"])
