"""The bar: Deezer's playlists, a population made up around the public users, one run of thirty rounds."""

from pathlib import Path

import numpy as np
import pytest

from models.carousel.environment import Carousel
from models.carousel.population import Population, draw_population
from models.carousel.trial import new_policies, play_rounds
from streams.commands.figures.carousel_data import read_carousel

SHELVES = Path(__file__).resolve().parents[3] / "shared" / "data" / "shelves"
PLAYED = ("live", "thompson_segment_pessimistic", "epsilon_greedy_segment", "random")


@pytest.fixture(scope="module")
def data():
    return read_carousel(SHELVES)


@pytest.mark.data
def test_the_live_policy_clears_the_bar(data):
    carousel = Carousel(draw_population(data.users, seed=0), data.weights)
    policies = {name: policy for name, policy in new_policies(carousel).items() if name in PLAYED}
    rounds = list(play_rounds(carousel, policies, rounds=30, listeners=2_500, seed=0))
    regret = {name: sum(missed[name] for missed in rounds) for name in PLAYED}
    assert regret["live"] <= 0.75 * regret["thompson_segment_pessimistic"]
    assert regret["live"] <= 0.5 * regret["epsilon_greedy_segment"]
    # The paper's order of those that it compares, too.
    assert regret["thompson_segment_pessimistic"] < regret["epsilon_greedy_segment"] < regret["random"]


@pytest.mark.data
def test_the_population_clicks_like_the_public_users(data):
    public = Carousel(Population(data.users, np.zeros(len(data.users), np.int64)), data.weights)
    drawn = Carousel(draw_population(data.users, seed=0), data.weights)
    # One of the nine clicks four times as much as the others: a little quieter is what was drawn.
    assert 0.8 < drawn.chances.mean() / public.chances.mean() < 1.0
    best = [np.median(np.sort(one.chances, axis=1)[:, -12:].sum(axis=1)) for one in (drawn, public)]
    assert 0.6 < best[0] / best[1] < 1.0
