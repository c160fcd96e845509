"""What surrounds the measurement of the pipeline: the world, the state in place, the join, the rates."""

from __future__ import annotations

import os
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks import topics
from benchmarks.appended import check_slates, latencies_ms, steady_rate
from benchmarks.latency import paced, summarize
from benchmarks.peers.process import PeerFailed
from benchmarks.pipeline import fresh_settings, measure_pipeline
from benchmarks.prepared import encode_future, prepared_topics
from benchmarks.world import World, make_world
from models.catalogue import Catalogue
from models.items import ITEM_STATE
from models.segments import SEGMENT_EVENTS
from models.state import NOTHING_INCLUDED, changed_values, encode_head, restore_listener
from streams.broker import LocalBroker
from streams.schemas import decode_event
from streams.topics import LISTENING_EVENTS, TOPICS

RING_EVENTS = 256
LISTENERS = 12
FUTURE_EVENTS = 5


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(listeners=LISTENERS, ring_events=RING_EVENTS, future_events=FUTURE_EVENTS)


def test_rings_are_full_differ_and_include_no_offset(world: World) -> None:
    states = [listener.state for listener in world.listeners]
    assert [len(state.history) for state in states] == [RING_EVENTS + nth for nth in range(LISTENERS)]
    assert len({state.history.item.tobytes() for state in states}) == LISTENERS
    assert {state.offset for state in states} == {NOTHING_INCLUDED}
    assert all(np.linalg.norm(state.profile.tastes[:3], axis=1) == pytest.approx(1.0) for state in states)


def test_what_is_stored_is_what_a_worker_restores(world: World) -> None:
    for nth, listener in enumerate(world.listeners):
        values = changed_values(listener.state, count_before=0)
        assert len(values) == RING_EVENTS // SEGMENT_EVENTS + 1
        user = f"u{nth:06d}"
        found = restore_listener(user, values, ring_events=RING_EVENTS, catalogue=Catalogue())
        assert encode_head(found) == encode_head(listener.state)
        assert (found.history.item == listener.state.history.item).all()


def test_the_future_goes_on_where_the_ring_ends(world: World) -> None:
    for listener in world.listeners:
        last = int(listener.state.history.at[-1])
        times = [last, *(event.at for event in listener.future)]
        assert all(earlier <= later for earlier, later in pairwise(times))
        assert times[1] - last < 86_400
    # In this world the second ring begins with the very events that follow the first.
    first, second = world.listeners[:2]
    following = [event.subject for event in first.future]
    assert second.state.history.item[:FUTURE_EVENTS].tolist() == following


def test_the_future_is_sent_turn_by_turn_and_can_be_read(world: World) -> None:
    future = encode_future(world, partitions=4)
    assert len(future) == LISTENERS * FUTURE_EVENTS
    assert [partition for _, partition, _ in future] == [0, 1, 2, 3] * (len(future) // 4)
    events = [decode_event(str(key).encode(), value, now=time.time()) for key, _, value in future]
    assert [event.user for event in events[:LISTENERS]] == [one.state.user for one in world.listeners]
    assert len({event.id for event in events}) == len(events)


def test_items_are_known_as_if_they_had_been_learned(world: World) -> None:
    items = world.items
    assert items.states.dtype == ITEM_STATE
    assert (items.states["offset"] == NOTHING_INCLUDED).all()
    assert (np.diff(items.keys) > 0).all()
    known = {record.item for record in world.records}
    assert set(items.names) <= known
    played = items.states["plays"] > 0
    assert played.mean() > 0.5
    assert (items.states["weights"][played] > 0).any(axis=1).mean() > 0.5


def test_a_world_is_the_same_each_time(world: World) -> None:
    again = make_world(listeners=LISTENERS, ring_events=RING_EVENTS, future_events=FUTURE_EVENTS)
    assert encode_future(again, partitions=4) == encode_future(world, partitions=4)
    assert again.items.states.tobytes() == world.items.states.tobytes()
    for one, other in zip(world.listeners, again.listeners, strict=True):
        assert changed_values(one.state, count_before=0) == changed_values(other.state, count_before=0)


def test_latencies_join_by_place_in_the_order_of_events() -> None:
    events = {(0, 0): 1_000, (1, 0): 1_010, (0, 1): 1_020}
    slates = {(0, 1): 1_050, (0, 0): 1_005, (1, 0): 1_100}
    assert latencies_ms(events, slates, after=0) == [5, 90, 30]
    assert latencies_ms(events, slates, after=1) == [90, 30]


def test_every_event_needs_its_slate_and_every_slate_its_event() -> None:
    check_slates([(0, 0), (1, 0)], [(1, 0), (0, 0)])
    with pytest.raises(PeerFailed, match="1 of 2 events have no slate, 0 slates"):
        check_slates([(0, 0), (1, 0)], [(1, 0)])
    with pytest.raises(PeerFailed, match="0 of 1 events have no slate, 1 slates"):
        check_slates([(0, 0)], [(0, 0), (1, 0)])


def test_a_rate_leaves_out_the_first_tenth_and_needs_time_to_pass() -> None:
    times = [*range(0, 1_000, 100), *range(1_000, 10_000, 100)]
    assert steady_rate(reversed(times)) == pytest.approx(10.0)
    # A start ten times as long changes nothing.
    assert steady_rate([time_ms - 10_000 if time_ms < 900 else time_ms for time_ms in times]) == 10.0
    with pytest.raises(PeerFailed, match="at once"):
        steady_rate([5] * 100)


def test_latency_figures_leave_out_the_warm_up() -> None:
    events = {(0, offset): 1_000 + 10 * offset for offset in range(110)}
    slates = {place: at + (5_000 if place[1] < 10 else place[1] - 9) for place, at in events.items()}
    figures = summarize(events, slates, warm_up=10, core=-1)
    assert (figures.p50_ms, figures.p99_ms, figures.max_ms) == (50.5, 99.0, 100)
    assert (figures.events, figures.rate) == (100, 100.0)


def test_events_are_sent_when_due_and_the_late_at_once() -> None:
    passed = []
    began = time.monotonic()
    for nth in paced(range(20), rate=100.0):
        passed.append(time.monotonic() - began)
        if nth == 2:
            time.sleep(0.1)
    assert all(at >= nth / 100 for nth, at in enumerate(passed))
    # Nothing waits for the one that was slow: those that became due meanwhile follow it at once.
    assert passed[10] - passed[3] < 0.05
    assert passed[-1] < 0.19 + 0.05


def test_topics_of_others_are_left_alone(own_broker: LocalBroker, world: World, tmp_path: Path) -> None:
    kafka = own_broker.bootstrap
    topics.create(kafka, LISTENING_EVENTS.name, partitions=4)
    topics.fill(kafka, LISTENING_EVENTS.name, [("ann", 0, b"{}")])
    with (
        pytest.raises(topics.KafkaInUse, match=LISTENING_EVENTS.name),
        prepared_topics(world, fresh_settings(kafka, tmp_path)),
    ):
        pass
    with topics.TopicReader(kafka, LISTENING_EVENTS.name, partitions=4) as reader:
        assert list(reader.values()) == [b"{}"]


def test_a_small_pipeline_is_measured_and_cleared_away(own_broker: LocalBroker) -> None:
    said: list[str] = []
    figures = measure_pipeline(own_broker.bootstrap, progress=said.append, listeners=4, events=800)
    assert figures.pipeline > 0 and figures.one_process > 0
    assert figures.processes == min(4, len(os.sched_getaffinity(0)))
    assert 8_192 * 16 < figures.listener_state_bytes < 8_192 * 16 + 6_500
    assert any("800 of 800" in line for line in said)
    left = topics.names(own_broker.bootstrap)
    assert not {topic.name for topic in TOPICS} & set(left)
    assert not [name for name in left if "bench" in name]
