"""Four workers, of which some are killed, learn of items what one worker learns.

Listeners are shared out between workers, so what they say of an item arrives in another order each time.
"""

import random
from typing import NamedTuple

import numpy as np
import pytest

from models.items import load_states
from models.listeners import Population, simulate
from streams.broker import LocalBroker
from streams.schemas import encode_event
from streams.topics import LISTENING_EVENTS, RECOMMENDATIONS
from tests.end_to_end.system import System

EVENTS = 2_500
WORKERS = ("a", "b", "c", "d")
ATTACKS = 2
SEED = 20261122
WITHIN = 1e-6


class Learned(NamedTuple):
    """Item states as their changelog has them, in the order of their ids."""

    ids: list[str]
    states: np.ndarray


def log():
    """What simulated listeners do: they play, skip, like, ban."""
    population = Population(seed=SEED, listeners=60, items=300, artists=40)
    return [
        (event.user.encode(), encode_event(event))
        for event in simulate(population, events=EVENTS, start_at=1_700_000_000.0)
    ]


def learn(home, *, workers, attacks):
    """Let workers learn the log on a Kafka of their own, and kill some of them meanwhile."""
    dice, records = random.Random(SEED), log()
    with (
        LocalBroker.start(home / "kafka") as broker,
        System(broker.bootstrap, home, ring_events=128, item_linger_seconds=0.5) as system,
    ):
        for name in workers:
            system.start(name)
        for _ in range(attacks):
            share, records = records[: EVENTS // (attacks + 1)], records[EVENTS // (attacks + 1) :]
            torment(system, share, dice)
        system.wait_until_ready(seconds=60)
        system.produce(LISTENING_EVENTS.name, records)
        system.wait_until_drained(seconds=120)
        values = [value for key, value in system.table("items").items() if key.startswith(b"item\0")]
    states, ids = load_states(values)
    order = np.argsort(ids)
    return Learned([ids[place] for place in order], states[order])


def torment(system, share, dice):
    """Kill two of the workers when a random part of a share's slates has left."""
    system.wait_until_ready(seconds=60)
    slates = system.appended(RECOMMENDATIONS.name)
    system.produce(LISTENING_EVENTS.name, share)
    system.wait_for_records(RECOMMENDATIONS.name, slates + dice.randrange(len(share) // 2), seconds=60)
    chosen = dice.sample(WORKERS, 2)
    for name in chosen:
        system.kill(name)
    for name in chosen:
        system.start(name)


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    return learn(tmp_path_factory.mktemp("one"), workers=WORKERS[:1], attacks=0)


@pytest.fixture(scope="module")
def four(tmp_path_factory):
    return learn(tmp_path_factory.mktemp("four"), workers=WORKERS, attacks=ATTACKS)


def test_counts_are_equal(one, four):
    assert four.ids == one.ids
    for count in ("plays", "skips", "likes", "updates"):
        assert one.states[count].any()
        np.testing.assert_array_equal(four.states[count], one.states[count])
    np.testing.assert_array_equal(four.states["vector"], one.states["vector"])


def test_what_fades_is_equal_but_for_rounding(one, four):
    np.testing.assert_array_equal(four.states["discussed"], one.states["discussed"])
    for name in ("popularity", "audience"):
        np.testing.assert_allclose(four.states[name], one.states[name], rtol=1e-9)


def test_neighbours_are_equal_where_nobody_made_room(one, four):
    full = (one.states["neighbours"] != 0).all(axis=1)
    assert 0 < full.sum() < len(full) / 10
    rows = [
        [
            dict(zip(row["neighbours"].tolist(), row["strengths"].tolist(), strict=True))
            for row in learned.states[~full]
        ]
        for learned in (one, four)
    ]
    assert sum(map(len, rows[0])) > 5_000
    for expected, found in zip(*rows, strict=True):
        assert found == pytest.approx(expected, rel=WITHIN, abs=WITHIN)
