"""The carousel: how far listeners look, whose slate is whose, what is missed, who comes, what is learned."""

from __future__ import annotations

import numpy as np
import pytest

from models.carousel.environment import SLOTS, Carousel, Visits
from models.carousel.examination import Examination
from models.carousel.goodness import check_propensities, compare
from models.carousel.live import Live
from models.carousel.policies import EpsilonGreedy, KullbackLeiblerBounds, Thompson, best_slates
from models.carousel.population import Population, draw_population, principal_components
from models.carousel.trial import new_live, new_policies, play_rounds

K, D = 40, 6


def new_carousel(*, listeners: int = 200, segments: int = 4) -> Carousel:
    """Forty playlists, of which a segment likes some far more than others."""
    random = np.random.default_rng(5)
    public = random.normal(size=(9, D)) + 1.5
    population = draw_population(public, seed=1, listeners=listeners, segments=segments)
    weights = np.column_stack((random.normal(0.0, 0.4, (K, D)), np.full(K, -3.0)))
    return Carousel(population, weights)


def visit(clicked: list[list[int]]) -> Visits:
    """Visits of listeners who click just these places of a slate of the first twelve playlists."""
    uniforms = np.ones((len(clicked), SLOTS))
    for listener, places in enumerate(clicked):
        uniforms[listener, places] = 0.0
    slates = np.tile(np.arange(SLOTS), (len(clicked), 1))
    return new_carousel().visit(np.arange(len(clicked)), slates, uniforms)


def test_displays_end_at_the_last_click_and_are_three_without_one() -> None:
    visits = visit([[], [0], [2], [3], [1, 7], [11]])
    assert visits.displayed.tolist() == [3, 3, 3, 4, 8, 12]
    listeners, playlists, clicks = visits.looked_at()
    # The released simulator would count twelve displays for the listener who clicked nothing.
    assert playlists[listeners == 0].tolist() == [0, 1, 2]
    assert playlists[listeners == 4].tolist() == list(range(8))
    assert clicks[listeners == 4].tolist() == [False, True, *[False] * 5, True]


def test_every_listener_gets_their_own_slate() -> None:
    # The released simulator shuffles the slates of the first three listeners of a batch.
    segments = np.arange(6)
    policy = EpsilonGreedy(segments, K, epsilon=0.0)
    shown = np.tile(np.arange(K), (6, 1))
    liked = np.arange(K) // SLOTS == np.arange(6)[:, None] % 3
    policy.learn(Visits(segments, shown, np.full(6, K), liked))
    slates = policy.choose(segments, np.random.default_rng(0))
    for segment in segments:
        assert sorted(slates[segment]) == list(range(segment % 3 * SLOTS, (segment % 3 + 1) * SLOTS))


def test_the_best_slate_misses_nothing_and_every_other_something() -> None:
    carousel, everybody = new_carousel(), np.arange(200)
    best = best_slates(carousel.chances)
    np.testing.assert_allclose(carousel.regret(everybody, best), 0.0, atol=1e-12)
    worst = best_slates(-carousel.chances)
    expected = np.sort(carousel.chances, axis=1)
    np.testing.assert_allclose(
        carousel.regret(everybody, worst), expected[:, -SLOTS:].sum(axis=1) - expected[:, :SLOTS].sum(axis=1)
    )


def test_clicks_come_as_often_as_the_chances_say() -> None:
    carousel = new_carousel()
    slates = np.tile(np.arange(SLOTS), (40_000, 1))
    uniforms = np.random.default_rng(3).random(slates.shape)
    clicks = carousel.visit(np.full(40_000, 7), slates, uniforms).clicks.mean(axis=0)
    np.testing.assert_allclose(clicks, carousel.chances[7, :SLOTS], atol=0.01)


def test_the_population_is_like_the_public_users() -> None:
    public = np.random.default_rng(2).normal(size=(9, D)) + 4.0
    population = draw_population(public, seed=4, listeners=20_000, segments=5)
    again = draw_population(public, seed=4, listeners=20_000, segments=5)
    np.testing.assert_array_equal(population.features, again.features)
    assert np.bincount(population.segments).tolist() == [4_000] * 5
    stray = np.cov(public.T)
    length = np.sqrt((public.mean(axis=0) ** 2).sum() - np.trace(stray) / 9)
    for segment in range(5):
        features = population.features[population.segments == segment]
        assert np.linalg.norm(features.mean(axis=0)) == pytest.approx(length, rel=0.02)
        assert np.trace(np.cov(features.T)) == pytest.approx(np.trace(stray), rel=0.06)


def test_tastes_are_stronger_along_what_playlists_differ_in() -> None:
    public = np.random.default_rng(2).normal(size=(9, D)) + 4.0
    weights = np.random.default_rng(3).normal(size=(K, D)) * [1.0, 0.1, 0.1, 0.1, 0.1, 0.1]
    spreads = [
        (draw_population(public, seed=4, along=along).features @ weights.T).std(axis=1).mean()
        for along in (None, weights)
    ]
    assert spreads[1] > 1.2 * spreads[0]


def test_principal_components_keep_what_differs_most() -> None:
    features = np.random.default_rng(1).normal(size=(500, D)) * [3.0, 1.0, 0.1, 0.1, 0.1, 0.1] + 7.0
    reduced = principal_components(features, most=2)
    assert reduced.shape == (500, 2)
    assert (reduced**2).sum(axis=1).mean() == pytest.approx(1.0)
    assert abs(np.corrcoef(reduced[:, 0], features[:, 0])[0, 1]) > 0.99
    assert abs(np.corrcoef(reduced[:, 1], features[:, 1])[0, 1]) > 0.99


def test_bounds_are_those_of_kl_ucb() -> None:
    policy = KullbackLeiblerBounds(np.zeros(1, np.int64), 2)
    policy.displays[:], policy.clicks[:] = [[100.0, 0.0]], [[20.0, 0.0]]
    bounds = policy.bounds()[0]
    assert bounds[1] == 1.0, "what was never shown comes first"
    p, q = 0.2, bounds[0]
    divergence = p * np.log(p / q) + (1 - p) * np.log((1 - p) / (1 - q))
    assert divergence * 100.0 == pytest.approx(np.log(100.0), rel=1e-5)


def test_thompson_draws_from_the_posterior_of_the_segment() -> None:
    policy = Thompson(np.array([0, 1]), K, prior_clicks=1.0, prior_misses=99.0)
    policy.displays[0, 3], policy.clicks[0, 3] = 1_000.0, 500.0
    slates = policy.choose(np.tile([0, 1], 200), np.random.default_rng(0))
    assert (slates[::2, 0] == 3).all()
    assert (slates[1::2, 0] == 3).mean() < 0.1


def test_how_far_listeners_look_is_learned() -> None:
    carousel = new_carousel()
    live = new_live(carousel)
    random = np.random.default_rng(0)
    for _ in range(12):
        listeners = random.integers(0, 200, 2_000)
        uniforms = random.random((2_000, SLOTS))
        # Half of the listeners never look beyond the first six.
        uniforms[::2, 6:] = 1.0
        live.learn(carousel.visit(listeners, live.choose(listeners, random), uniforms))
    looks = live.examination.looks
    assert (looks[:6] > 0.85).all()
    np.testing.assert_allclose(looks[6:].mean(), 0.5, atol=0.1)


def test_the_visible_places_set_the_level_of_what_is_expected() -> None:
    examination, clicks = Examination(), np.zeros((900, SLOTS), np.bool_)
    clicks[::3] = True
    examination.learn(np.full((900, SLOTS), 2.0 / 3.0), clicks)
    np.testing.assert_allclose(examination.looks, 1.0, atol=0.02)


def test_propensities_hold_after_learning_and_asking_changes_nothing() -> None:
    carousel = new_carousel()
    live = new_live(carousel)
    for _ in play_rounds(carousel, {"live": live}, rounds=3, listeners=400, seed=0):
        pass
    scores, temperatures = live.score(np.arange(5))
    for goodness in check_propensities(live, listener=3, draws=60_000, seed=9).values():
        assert goodness.p_value > 0.001
        assert goodness.draws == 60_000
        assert goodness.degrees_of_freedom > 10
    again, still = live.score(np.arange(5))
    np.testing.assert_array_equal(scores, again)
    np.testing.assert_array_equal(temperatures, still)


def test_wrong_propensities_are_found_out() -> None:
    outcomes = np.random.default_rng(1).integers(0, 50, 20_000)
    assert compare(outcomes, np.full(20_000, 1 / 50)).p_value > 0.001
    assert compare(outcomes, np.where(outcomes < 25, 0.9 / 50, 1.1 / 50)).p_value < 1e-6


def test_a_run_is_a_function_of_its_seed_and_policies_learn() -> None:
    carousel = new_carousel()
    runs = [
        list(play_rounds(carousel, new_policies(carousel), rounds=6, listeners=500, seed=seed))
        for seed in (0, 0, 1)
    ]
    assert runs[0] == runs[1] != runs[2]
    ends = runs[0][-1]
    assert ends["live"] < ends["thompson_segment_pessimistic"] < ends["random"]
    assert ends["live"] < 0.5 * runs[0][0]["live"]


def test_playlists_that_nobody_clicked_teach_the_others() -> None:
    contexts = np.ones((10, 1))
    live = Live(contexts, K)
    slates = np.tile(np.arange(SLOTS), (10, 1))
    before = live.arms.means(contexts)[0, -1]
    live.learn(Visits(np.arange(10), slates, np.full(10, SLOTS), np.ones(slates.shape, np.bool_)))
    assert live.arms.means(contexts)[0, -1] > before + 0.05, "one nobody saw is thought to be like those"


def test_populations_may_be_given() -> None:
    population = Population(np.zeros((3, 2)), np.zeros(3, np.int64))
    carousel = Carousel(population, np.zeros((SLOTS + 1, 3)))
    assert carousel.playlists == SLOTS + 1
    assert (carousel.chances == 0.5).all()
