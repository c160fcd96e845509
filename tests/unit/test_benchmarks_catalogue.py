"""The measurement of a large catalogue: who heard what, what that teaches, and a small one measured."""

from collections import Counter

import numpy as np
import pytest

from benchmarks.catalogue import build, measure_catalogue
from benchmarks.crowd import Crowd, item_id
from models.events import stable_key
from models.items import ITEM_STATE, decode_models


@pytest.fixture(scope="module")
def crowd():
    return Crowd(listeners=600, items=3_000, to_come=200, seed=3)


def test_a_listener_hears_an_item_once_and_some_items_are_heard_by_many(crowd):
    pairs = Counter(zip(crowd.listener.tolist(), crowd.heard.tolist(), strict=True))
    assert set(pairs.values()) == {1}
    audience = np.bincount(crowd.heard, minlength=3_000)
    assert audience.max() > 20 * np.median(audience)
    assert 0.3 < (audience > 0).mean() < 1.0
    assert crowd.to_come.sum() == 200


def test_an_item_is_told_what_its_listeners_heard_before_it(crowd):
    item = int(crowd.heard[~crowd.to_come][40])
    states, _ = crowd.states(item, item + 1)
    plays = [nth for nth in np.flatnonzero(crowd.heard == item) if not crowd.to_come[nth]]
    before = set()
    for play in plays:
        first = np.flatnonzero(crowd.listener == crowd.listener[play])[0]
        before |= {int(crowd.keys[other]) for other in crowd.heard[first:play]}
    assert states["plays"][0] == len(plays)
    assert set(states["neighbours"][0].tolist()) - {0} <= before
    assert len(before) > 0


def test_what_comes_later_is_a_discovery_and_then_a_repeat(crowd):
    catalogue, updates, state_bytes = build(crowd, progress=lambda _: None)
    assert state_bytes == ITEM_STATE.itemsize + len(item_id(0)) <= 2_048
    assert len(updates) == 400
    play = int(np.flatnonzero(crowd.to_come)[0])
    mine = decode_models([one.model for one in updates if one.item == crowd.heard[play]])
    assert (np.diff(mine["plays"].astype(int)) == 1).all()
    position = catalogue.position_of(stable_key(item_id(int(crowd.heard[play]))))
    assert catalogue.plays[position] == mine["plays"][0] - 1
    told = mine["strengths"].sum(axis=1) + mine["mass"]
    assert (told[1::2] == told[::2]).all()


def test_a_small_catalogue_is_measured():
    said: list[str] = []
    figures = measure_catalogue(progress=said.append, listeners=600, items=3_000, plays_to_come=100)
    assert 0 < figures.replica_bytes < figures.process_bytes
    assert 0 < figures.median_ms <= figures.p99_ms
    assert figures.start_seconds > 0
    assert figures.recall_like > 0.9
    assert 500 < figures.updates_per_second < 2_100
    assert len(said) < 20
