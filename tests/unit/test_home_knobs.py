"""What a deployment and a listener's diet turn: discovery, exploration, proportions."""

import math
from dataclasses import replace

import numpy as np
import pytest

from models.asked import loosen
from models.batch import Placed
from models.composition import STEADY, Knobs, draw_slate, plan_shelves
from models.diet.diet import Diet
from models.diet.measures import MEASURES
from models.inputs import gather_inputs
from models.listeners import Population, simulate
from models.shelf_policy import ShelfPolicy
from models.shelves import NEXT_UP
from models.standalone import Standalone

WORLD = Population(seed=5, listeners=4, items=400, artists=60)


@pytest.fixture(scope="module")
def core():
    core = Standalone(ring_events=256)
    core.learn_catalog(WORLD.catalogue.records())
    placed = [Placed(nth, event) for nth, event in enumerate(simulate(WORLD, events=800, start_at=1.7e9))]
    core.process(placed, partition=0, emit=lambda *_: None)
    return core


def narrowed(fall):
    """A diet whose weeks lie so far below its months."""
    means = np.ones((4, MEASURES + 1), np.float32)
    means[0, :MEASURES] = 1.0 - fall
    return Diet(means=means, narrow=True)


def test_a_narrow_diet_raises_exploration_and_a_usual_one_changes_nothing():
    knobs = Knobs(discovery=0.5, exploration=2.0, calibration=0.25)
    assert loosen(knobs, Diet()) is knobs
    assert loosen(knobs, replace(narrowed(0.3), narrow=False)) is knobs
    loosened = loosen(knobs, narrowed(0.3))
    assert loosened.discovery == pytest.approx(0.5 + math.log(3.0))
    assert loosened.exploration == pytest.approx(6.0)
    assert loosened.calibration == 0.25
    assert loosen(knobs, narrowed(0.15)).exploration == pytest.approx(4.0)


def next_up(core, listener, knobs):
    ranking = core.personalizer.predict(listener)
    inputs, _ = gather_inputs(
        listener,
        ranking,
        catalogue=core.catalogue,
        weights=core.personalizer.weights,
        policy=ShelfPolicy([NEXT_UP]),
        knobs=knobs,
        partition=0,
    )
    return inputs, draw_slate(inputs, plan_shelves([NEXT_UP]))


def test_rows_follow_the_listeners_proportions_if_they_are_told_to(core):
    """The strictest knob brings what is shown closer to what is played, and none changes nothing."""
    misses = {0.0: 0.0, 0.9: 0.0}
    for listener in core.listeners.values():
        for strength in misses:
            inputs, drawn = next_up(core, listener, STEADY._replace(calibration=strength))
            told, _ = next_up(core, listener, STEADY._replace(calibration=0.9))
            groups, shares = told.pool.groups, told.about.shares
            shown = np.bincount(groups[drawn.page.items], minlength=len(shares)) / len(drawn.page.items)
            misses[strength] += float(abs(shown - shares).sum())
            assert inputs.knobs.calibration == strength
    assert misses[0.9] < 0.8 * misses[0.0]


def test_what_was_shown_and_played_is_in_the_diet(core):
    for listener in core.listeners.values():
        assert listener.diet.exposures.sum() > 0
        assert (listener.diet.means[:, MEASURES] > 0).all()
