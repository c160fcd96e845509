"""One request: candidates, features, scores and slate of a listener with a full ring, on one core."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.machine import Machine, describe_machine
from benchmarks.world import World, make_world
from models.catalogue import Catalogue
from models.features import FEATURES
from models.items import item_models
from models.network import TERMS, score_items
from models.personalizer import Personalizer
from models.ranker import Ranker
from models.state import stored_bytes
from models.trainer import Trainer
from streams.settings import Settings

LISTENERS: Final = 40
EVENTS: Final = 50
"""Of each listener; the first ten are not measured."""
WARM_EVENTS: Final = 10
SCORES: Final = 2_000
SCORED: Final = 300
"""Candidates of one scoring: more than a request has."""


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """Microseconds of one request and of learning one event, and of scoring 300 candidates."""

    machine: Machine
    requests: int
    ring_events: int
    listener_state_bytes: int
    """Ring and profile, as stored."""
    median_us: float
    p99_us: float
    learn_median_us: float
    score_300_us: float


def measure_request(
    *, progress: Callable[[str], None], listeners: int = LISTENERS, events: int = EVENTS
) -> RequestFigures:
    """Let listeners with full rings play on in turns, and time what a worker computes for each event.

    Each request comes when the rings of all others were read since, so that its ring is not in the cache.
    """
    ring_events = Settings().ring_events
    progress(f"Making {listeners} listeners with {ring_events:,} events each.")
    world = make_world(listeners=listeners, ring_events=ring_events, future_events=events)
    personalizer = _know(world)
    learned, asked = _play_on(world, personalizer, skip=WARM_EVENTS * listeners)
    return RequestFigures(
        machine=describe_machine(),
        requests=len(asked),
        ring_events=ring_events,
        listener_state_bytes=stored_bytes(world.listeners[0].state),
        median_us=round(float(np.median(asked)), 1),
        p99_us=round(float(np.percentile(asked, 99)), 1),
        learn_median_us=round(float(np.median(learned)), 1),
        score_300_us=round(_time_scores(), 1),
    )


def _know(world: World) -> Personalizer:
    catalogue = Catalogue()
    catalogue.apply_records(world.records)
    catalogue.apply_models(world.items.names, item_models(world.items.states))
    for listener in world.listeners:
        history = listener.state.history
        history.index[:] = catalogue.positions_of(history.item)
    return Personalizer(catalogue=catalogue, weights=Trainer().weights())


def _play_on(world: World, personalizer: Personalizer, *, skip: int) -> tuple[list[float], list[float]]:
    learned: list[float] = []
    asked: list[float] = []
    for offset, (place, event) in enumerate(world.future()):
        listener = world.listeners[place].state
        began = time.perf_counter()
        personalizer.learn(listener, event, partition=0, offset=offset)
        heard = time.perf_counter()
        personalizer.recommend(listener, partition=0)
        if offset >= skip:
            asked.append((time.perf_counter() - heard) * 1e6)
            learned.append((heard - began) * 1e6)
    return learned, asked


def _time_scores() -> float:
    """The median of many scorings of 300 candidates."""
    features = np.random.default_rng(1).random((FEATURES, SCORED), np.float32)
    numbers, own, took = Ranker().weights().numbers, np.zeros(TERMS, np.float32), []
    for _ in range(SCORES):
        began = time.perf_counter()
        score_items(features, numbers, own)
        took.append((time.perf_counter() - began) * 1e6)
    return float(np.median(took[SCORES // 10 :]))
