"""The nearest are found along the rows of neighbours: those that comparing everything finds."""

import numpy as np
import pytest

from models.catalogue import Catalogue
from models.events import stable_key
from models.items import empty_states, item_models
from models.nearest import ENTRIES, Nearest

CROWDS = 40
CROWD = 60
NAMES = [f"t:{nth}" for nth in range(CROWDS * CROWD)]
KEYS = np.array([stable_key(name) for name in NAMES])


def co_listened(items, *, seed, plays=None):
    """Models of items that are each heard with others of their crowd, and one of any."""
    states, chance = empty_states(len(items)), np.random.default_rng(seed)
    states["plays"] = chance.integers(1, 50, len(items)) if plays is None else plays
    states["popularity"], states["audience"], states["mass"] = 1.0, 5.0, 4.0
    for item, state in zip(items, states, strict=True):
        crowd = KEYS[item % CROWDS :: CROWDS]
        others = np.append(chance.choice(crowd[crowd != KEYS[item]], 30, replace=False), chance.choice(KEYS))
        state["neighbours"][:31], state["strengths"][:31] = others, chance.integers(1, 4, 31)
    return item_models(states)


@pytest.fixture(scope="module")
def catalogue():
    catalogue = Catalogue()
    catalogue.apply_models(NAMES, co_listened(range(len(NAMES)), seed=1))
    return catalogue


def by_comparing_all(catalogue, vector, most):
    every = np.arange(len(catalogue), dtype=np.int32)
    cosines = catalogue.neighbours.vectors(every) @ vector
    return np.argsort(-cosines, kind="stable")[:most], cosines


def test_who_is_alike_is_found_though_few_are_compared(catalogue):
    nearest, shares = Nearest(catalogue), []
    for name in NAMES[:200:7]:
        vector = catalogue.neighbours.vectors(catalogue.positions_of(np.array([stable_key(name)])))[0]
        found, cosines = nearest.find(vector, most=40)
        best, every = by_comparing_all(catalogue, vector, 40)
        assert len(np.unique(found)) == 40
        assert cosines == pytest.approx(every[found], abs=0.01)
        assert (np.diff(cosines) <= 0).all()
        shares.append(np.isin(best, found).mean())
    assert np.mean(shares) > 0.95


def test_at_most_so_many_are_compared(catalogue):
    vector = catalogue.neighbours.vectors(np.array([5], np.int32))[0]
    found, _ = Nearest(catalogue).find(vector, most=10_000)
    assert ENTRIES < len(found) <= len(catalogue)


def test_an_item_is_found_as_soon_as_it_has_a_vector(catalogue):
    nearest = Nearest(catalogue)
    vector = catalogue.neighbours.vectors(catalogue.positions_of(KEYS[7:8]))[0]
    nearest.find(vector, most=30)
    row = co_listened([7], seed=9, plays=1)
    row["neighbours"][0, :31] = row["neighbours"][0, :31][::-1]
    catalogue.apply_models(["new"], row)
    position = catalogue.position_of(stable_key("new"))
    found, _ = nearest.find(catalogue.neighbours.vectors(np.array([position], np.int32))[0], most=30)
    assert found[0] == position


def test_nothing_is_near_where_nothing_is_known():
    found, cosines = Nearest(Catalogue()).find(np.ones(256, np.float32), most=5)
    assert len(found) == len(cosines) == 0


def test_a_vector_of_zeros_is_near_to_nobody(catalogue):
    _, cosines = Nearest(catalogue).find(np.zeros(256, np.float32), most=5)
    assert cosines.tolist() == [0] * 5
