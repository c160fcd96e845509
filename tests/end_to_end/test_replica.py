"""A worker's copy of the models: what cannot be read is refused, and the last good one kept."""

import logging
import time
from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from confluent_kafka import Producer

from models.catalogue import Catalogue
from models.events import CatalogRecord, Event, EventType
from models.items import empty_states, item_models
from models.playlists import Playlist, PlaylistKind
from models.ranker import RankerWeights
from models.trainer import Trainer, encode_model_weights
from streams.declaration import declare
from streams.replica import Replica
from streams.schemas import encode_catalog, encode_event, encode_playlist
from streams.settings import Settings
from streams.snapshot import FILE_NAME, Snapshot
from streams.topics import (
    ITEM_MODELS,
    LISTENING_EVENTS,
    MODEL_WEIGHTS,
    MODELS_KEY,
    PLAYLISTS,
    RECOMMENDATIONS,
    declared_topics,
    record_key,
)
from tests.end_to_end.system import System

GOOD = Trainer().weights()


def numbered(version):
    return replace(GOOD, ranker=RankerWeights(version, GOOD.ranker.numbers))


def spoilt():
    """Weights that no worker may score with, and what is said of each."""
    numbers = GOOD.ranker.numbers.copy()
    numbers[7] = np.nan
    data = encode_model_weights(GOOD)
    return {
        "not finite": encode_model_weights(replace(GOOD, ranker=RankerWeights(8, numbers))),
        "bytes, expected": data[:-8],
        "of version 1": data[:8] + b"\x01" + data[9:],
        "models of 0 bytes": b"",
    }


@pytest.fixture
def replica(module_broker, tmp_path):
    declare(module_broker, declared_topics(Settings()))
    send(module_broker, encode_model_weights(numbered(7)))
    failures = []
    following = Replica(module_broker, home=tmp_path, on_failure=failures.append)
    following.load(Catalogue())
    yield following
    following.stop()
    assert failures == []


def send(brokers, *values):
    producer = Producer({"bootstrap.servers": brokers})
    for value in values:
        producer.produce(MODEL_WEIGHTS.name, value, MODELS_KEY, partition=0)
    assert producer.flush(30) == 0


def wait_until(replica, offset):
    deadline = time.monotonic() + 30
    while replica.position(MODEL_WEIGHTS.name, 0) < offset:
        assert time.monotonic() < deadline, "the weights did not arrive"
        time.sleep(0.02)


def test_spoilt_weights_are_refused_and_the_last_good_ones_kept(module_broker, replica, caplog):
    catalogue = Catalogue()
    assert replica.apply(catalogue).ranker.version == 7
    with caplog.at_level(logging.ERROR):
        send(module_broker, *spoilt().values())
        wait_until(replica, 1 + len(spoilt()))
    assert replica.apply(catalogue) is None
    for nth, (reason, line) in enumerate(zip(spoilt(), caplog.messages, strict=True)):
        assert reason in line
        assert f"{MODEL_WEIGHTS.name}-0, offset {1 + nth}:" in line
        assert "the last good one is kept" in line
    send(module_broker, encode_model_weights(numbered(9)))
    wait_until(replica, 2 + len(spoilt()))
    assert replica.apply(catalogue).ranker.version == 9


@pytest.fixture
def told(module_broker):
    """Item models and a catalog record in the topic, and where each partition ends."""
    declare(module_broker, declared_topics(Settings()))
    producer = Producer({"bootstrap.servers": module_broker})

    def tell(names):
        states = empty_states(len(names))
        states["plays"], states["popularity"] = 3, 2.0
        for name, row in zip(names, item_models(states), strict=True):
            producer.produce(ITEM_MODELS.name, row.tobytes(), name.encode(), partition=len(name) % 2)
            record = encode_catalog(CatalogRecord(item=name, title=f"Title {name}", artist="Ann"))
            producer.produce(ITEM_MODELS.name, record, record_key(name), partition=len(name) % 2)
        assert producer.flush(30) == 0

    return tell


def started(brokers, home):
    """A replica that has loaded, its catalogue, and how many records it read."""
    failures = []
    replica = Replica(brokers, home=home, on_failure=failures.append)
    catalogue = replica.load(Catalogue())
    waiting = sum(len(arrived.updates) for arrived in replica._arrived)
    replica.apply(catalogue)
    replica.stop()
    assert failures == []
    return replica, catalogue, waiting


def test_who_starts_from_a_snapshot_reads_only_what_came_after(module_broker, told, tmp_path, caplog):
    told(["a", "bb", "ccc"])
    with caplog.at_level(logging.INFO):
        first, catalogue, _ = started(module_broker, tmp_path)
        first.save(catalogue)
        told(["dddd"])
        again, restored, _ = started(module_broker, tmp_path)
        fresh, whole, _ = started(module_broker, tmp_path / "elsewhere")
    assert "no snapshot of the models yet" in caplog.messages[0]
    assert "3 items from the snapshot" in caplog.text
    assert again._applied == fresh._applied
    assert sorted(restored.ids) == sorted(whole.ids) == ["a", "bb", "ccc", "dddd"]
    # Everything of the topic is in it once: three items and their records, then one of each.
    assert restored.version == whole.version == 8
    assert [restored.title(nth) for nth in range(4)] == [f"Title {name}" for name in restored.ids]


def test_a_snapshot_of_something_else_is_told_and_not_used(module_broker, told, tmp_path, caplog):
    first, catalogue, _ = started(module_broker, tmp_path)
    count = len(catalogue)
    path = tmp_path / FILE_NAME
    for spoil, reason in (
        ({"_origin": replace(first._origin, cluster="another")}, "it is of other topics"),
        ({"_applied": {(ITEM_MODELS.name, 0): 10_000}}, "not 10000"),
    ):
        spoilt = copy(first)
        for name, value in spoil.items():
            setattr(spoilt, name, value)
        spoilt.save(Catalogue())
        caplog.clear()
        _, read, _ = started(module_broker, tmp_path)
        assert [reason in line for line in caplog.messages if "is not used" in line] == [True]
        assert len(read) == count
    path.write_bytes(path.read_bytes()[:-3])
    caplog.clear()
    _, read, _ = started(module_broker, tmp_path)
    assert "is not used" in caplog.text
    assert len(read) == count


def send_playlists(brokers, *values, partition):
    producer = Producer({"bootstrap.servers": brokers})
    for key, value in values:
        producer.produce(PLAYLISTS.name, value, key, partition=partition)
    assert producer.flush(30) == 0


def playlist_json(name, *items, at, kind=PlaylistKind.EDITORIAL):
    return name.encode(), encode_playlist(Playlist(name, f"Title {name}", kind, at, items))


def held(catalogue):
    """The title of the playlist that counts for each item that is in one."""
    editorial = catalogue.editorial
    return {
        catalogue.ids[position]: editorial.titles[editorial.of[position]]
        for position in np.flatnonzero(editorial.of >= 0).tolist()
    }


def test_the_editors_playlists_are_followed_and_saved(module_broker, told, tmp_path, caplog):
    told(["a", "bb", "ccc", "dddd"])
    first = [
        playlist_json("old", "a", "bb", at=1.0),
        playlist_json("mine", "ccc", at=9.0, kind=PlaylistKind.LISTENER),
        (b"broken", b'{"id": "broken", "kind": "editorial"}'),
        (b"\xff", None),
    ]
    send_playlists(module_broker, *first, partition=0)
    send_playlists(module_broker, playlist_json("new", "bb", "ccc", at=2.0), partition=1)
    with caplog.at_level(logging.ERROR):
        replica, catalogue, _ = started(module_broker, tmp_path)
    assert held(catalogue) == {"a": "Title old", "bb": "Title new", "ccc": "Title new"}
    assert [f"refused playlist of {key}" in caplog.text for key in (b"broken", b"\xff", b"mine")] == [
        True,
        True,
        False,
    ]
    replica.save(catalogue)
    send_playlists(module_broker, (b"new", None), playlist_json("late", "dddd", at=1.0), partition=1)
    again, restored, _ = started(module_broker, tmp_path)
    fresh, whole, _ = started(module_broker, tmp_path / "elsewhere")
    assert held(restored) == held(whole) == {"a": "Title old", "bb": "Title old", "dddd": "Title late"}
    assert again._applied == fresh._applied
    assert again._applied[PLAYLISTS.name, 1] == 3


def test_a_worker_that_was_stopped_in_order_starts_from_its_snapshot(module_broker, tmp_path):
    plays = [play_json(nth) for nth in range(20)]
    with System(module_broker, tmp_path) as system:
        system.start()
        system.produce(LISTENING_EVENTS.name, plays[:10])
        system.wait_for(RECOMMENDATIONS.name, 10, seconds=60)
        assert system.stop() == 0
        snapshot = Snapshot(tmp_path / "worker" / FILE_NAME)
        snapshot.close()
        assert sum(snapshot.source.offsets[MODEL_WEIGHTS.name].values()) > 0
        system.start()
        system.produce(LISTENING_EVENTS.name, plays[10:])
        system.wait_for(RECOMMENDATIONS.name, 20, seconds=60)
        assert "items from the snapshot" in system.log()


def play_json(nth):
    event = Event(
        id=str(nth), type=EventType.PLAY, user="ann", at=1_700_000_000.0 + 300 * nth, item=f"t:{nth % 3}"
    )
    return b"ann", encode_event(replace(event, ms_played=200_000))
