"""The reason of an item is something that it has more of than usual."""

import numpy as np
import pytest

from models.features import FEATURES, ITEM_FEATURES, Feature
from models.network import HIDDEN, new_network
from models.shelves.reasons import REASONS, add_up_reasons, choose_reason
from models.slate import Because


@pytest.fixture
def added():
    def add(item, *, weights, **columns):
        """What adds to an item whose features, by name, have a column over three candidates."""
        features = np.zeros((FEATURES, 3), np.float32)
        for name, column in columns.items():
            features[Feature[name]] = column
        terms = np.zeros(ITEM_FEATURES + HIDDEN, np.float32)
        for name, weight in weights.items():
            terms[Feature[name]] = weight
        hidden = np.zeros((HIDDEN, 3), np.float32)
        return add_up_reasons(features, hidden, np.array([item]), new_network(seed=1), terms)[:, 0]

    return add


def reason(added, *, heard=False, explained=True, chosen=False):
    return REASONS[choose_reason(added, heard, explained, chosen)]


def test_what_adds_most_is_the_reason(added):
    numbers = {"VOTES": [0.9, 0.1, 0.1], "POPULARITY": [0.5, 0.1, 0.1]}
    assert reason(added(0, weights={"VOTES": 1.0, "POPULARITY": 1.0}, **numbers)) is Because.ALSO_PLAYED
    assert reason(added(0, weights={"VOTES": 1.0, "POPULARITY": 9.0}, **numbers)) is Because.POPULAR


def test_less_of_something_is_no_reason_even_where_that_is_liked(added):
    of_rare = added(1, weights={"POPULARITY": -1.0}, POPULARITY=[0.9, 0.1, 0.9], VOTES=[0.0, 0.3, 0.0])
    assert of_rare[REASONS.index(Because.POPULAR)] == 0
    assert reason(of_rare) is Because.ALSO_PLAYED


def test_where_nothing_adds_it_is_what_is_known_of_the_item():
    nothing = np.zeros(len(REASONS), np.float32)
    assert reason(nothing, heard=True) is Because.ON_REPEAT
    assert reason(nothing) is Because.ALSO_PLAYED
    assert reason(nothing, explained=False) is Because.POPULAR
    assert reason(nothing, chosen=True) is Because.CHOSEN_ARTIST
