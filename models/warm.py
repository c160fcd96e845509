"""Warming: every compiled pass is compiled once and kept on disk, so that no listener waits for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numba.core import event

from models.batch import Placed
from models.carousel.live import draw_slates
from models.diet.calibration import calibrate_scores, divergence, shares_of
from models.diet.diet import Diet, Side, expose, update_diet
from models.diet.groups import ALL_GROUPS, assign, find_groups
from models.diet.measures import MEASURES
from models.diet.weeks import weeks_of_diet
from models.events import Event
from models.factors import FACTORS
from models.listeners import Population, simulate
from models.nearest import Nearest
from models.newcomers import Newcomers
from models.off_policy import Outcome, PolicyEstimator
from models.off_policy.simulation import draw_scenario, run_trial
from models.sequences import SequenceModel
from models.shelf_lessons import LessonKind, lesson
from models.shelf_model import ShelfModel
from models.situation import SITUATION
from models.slate import Slate
from models.sources_alone import FactorsAlone, NeighboursAlone, VotesAlone
from models.standalone import Standalone
from models.state import ListenerState

EVENTS: Final = 400
"""Enough for repeats, skips and several sessions, so that no pass is left out."""
BATCH_EVENTS: Final = 50


def warm(report: Callable[[str], None]) -> None:
    """Run a small simulated log through the whole core; `report` is told each pass as it is compiled.

    Takes a few minutes the first time and a few seconds when everything was compiled before.
    """
    population = Population(seed=1, listeners=3, items=120, artists=12)
    system = Standalone(ring_events=1024)
    system.learn_catalog(population.catalogue.records())
    events = [
        Placed(offset=offset, event=simulated)
        for offset, simulated in enumerate(simulate(population, events=EVENTS, start_at=0.0))
    ]
    with event.install_listener("numba:compile", _Progress(report)):
        for start in range(0, EVENTS, BATCH_EVENTS):
            system.process(events[start : start + BATCH_EVENTS], partition=0, emit=_discard)
        _complete(SequenceModel())
        Nearest(system.catalogue).find(np.ones(FACTORS, np.float32), most=3)
        heard = [placed.event for placed in events if placed.event.is_play]
        for kind in (NeighboursAlone, VotesAlone, FactorsAlone):
            alone = kind(ring_events=1024)
            alone.learn_many(heard)
            alone.recommend_new(heard[0].user, most=3)
        Newcomers(Standalone(ring_events=1024), population.catalogue.records()).learn_many(heard)
        _keep_diets(system, [placed.event for placed in events])
        _judge(PolicyEstimator())
        _choose_shelves(ShelfModel())


def _complete(model: SequenceModel) -> None:
    """Learn and complete a few sequences."""
    for nth in range(60):
        model.learn_item(f"u{nth % 5}", f"t:{nth * nth % 13}")
    model.recommend_after("u0", "t:1", most=3)


def _keep_diets(system: Standalone, events: Sequence[Event]) -> None:
    """Tell the diets of a log, and calibrate the scores of a listener who is known."""
    listener = next(iter(system.listeners.values()))
    ranking, vectors = system.personalizer.predict(listener), system.catalogue.vectors
    heard = find_groups(listener.history.index, listener.history.good, vectors)
    groups = assign(ranking.candidates.positions, heard.centres, vectors)
    calibrate_scores(ranking.scores.astype(np.float64), groups, heard.shares, 20, 0.5)
    divergence(heard.shares, shares_of(groups, ALL_GROUPS))
    expose(update_diet(Diet(), Side.SHOWN, np.ones(MEASURES), at=0.0), np.zeros(1, np.uint16))
    list(weeks_of_diet(Standalone(ring_events=1024), events))


def _choose_shelves(model: ShelfModel) -> None:
    """Learn of a shelf that was seen, and draw the slate of somebody who looks at a carousel."""
    situation = np.zeros(SITUATION, np.int8)
    model.learn_many(lesson(LessonKind.IMPRESSION, amount=0.0, situation=situation))
    draw_slates(np.zeros((1, 3)), np.ones(1), np.zeros((1, 2)))


def _judge(estimator: PolicyEstimator) -> None:
    """Judge a policy from one outcome, and another from a short log."""
    estimator.learn_one(Outcome(logged=0.5, target=0.5, reward=1.0))
    estimator.estimate()
    generator = np.random.default_rng(1)
    run_trial(draw_scenario(generator), impressions=100, generator=generator)


class _Progress(event.Listener):
    """Tells each compilation when it begins: one can take ten seconds."""

    def __init__(self, report: Callable[[str], None]) -> None:
        self._report = report

    def on_start(self, started: event.Event) -> None:
        compiled = started.data["dispatcher"].py_func
        # A pass pulls in parts of numpy that numba compiles as well; their names would tell nobody anything.
        if compiled.__module__.startswith("models."):
            self._report(f"    {compiled.__module__}.{compiled.__qualname__}")

    def on_end(self, ended: event.Event) -> None:
        """Do nothing: the next one is told."""


def _discard(placed: Placed, listener: ListenerState, slate: Slate) -> None:
    """Nobody waits for these slates."""
