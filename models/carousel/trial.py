"""All policies in one run: the same listeners in the same rounds, the same lots on what they click."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np

from models.arm_pooling import Floats
from models.carousel.environment import SLOTS, Carousel
from models.carousel.linear import LinearThompson
from models.carousel.live import Live
from models.carousel.policies import (
    EpsilonGreedy,
    ExploreThenCommit,
    KullbackLeiblerBounds,
    Policy,
    Random,
    Thompson,
)
from models.carousel.population import principal_components

LIVE_COMPONENTS: Final = 16
LINEAR_COMPONENTS: Final = 32
LINEAR_ALPHA: Final = 0.01
"""The best of .01, .03, .06 and .3 on another population: contexts are of unit length here."""


def new_live(carousel: Carousel, *, counted: bool = False) -> Live:
    """The live policy, which sees the features of listeners, reduced; see `Live`."""
    return Live(_contexts(carousel, LIVE_COMPONENTS), carousel.playlists, counted=counted)


def new_policies(carousel: Carousel) -> dict[str, Policy]:
    """Every policy by name, none of which has learned anything; the live one comes first."""
    segments, playlists = carousel.population.segments, carousel.playlists
    return {
        "live": new_live(carousel),
        "live_counted_displays": new_live(carousel, counted=True),
        "linear_thompson": LinearThompson(
            _contexts(carousel, LINEAR_COMPONENTS), playlists, alpha=LINEAR_ALPHA
        ),
        "thompson_segment_pessimistic": Thompson(segments, playlists, prior_clicks=1.0, prior_misses=99.0),
        "thompson_segment_optimistic": Thompson(segments, playlists, prior_clicks=1.0, prior_misses=1.0),
        "epsilon_greedy_segment": EpsilonGreedy(segments, playlists, epsilon=0.1),
        "explore_then_commit_segment": ExploreThenCommit(segments, playlists, least=20),
        "kl_ucb_segment": KullbackLeiblerBounds(segments, playlists),
        "random": Random(playlists),
    }


def play_rounds(
    carousel: Carousel, policies: Mapping[str, Policy], *, rounds: int, listeners: int, seed: int
) -> Iterator[dict[str, float]]:
    """Play rounds of so many listeners, drawn with replacement; yields the regret of each policy in each.

    All that is chosen in a round is chosen before any of it is learned.
    """
    visitors = np.random.default_rng(seed)
    lots = {name: np.random.default_rng((seed, number)) for number, name in enumerate(policies)}
    population = len(carousel.population.segments)
    for _ in range(rounds):
        drawn = visitors.integers(0, population, listeners)
        uniforms = visitors.random((listeners, SLOTS))
        regrets = {}
        for name, policy in policies.items():
            slates = policy.choose(drawn, lots[name])
            regrets[name] = float(carousel.regret(drawn, slates).sum())
            policy.learn(carousel.visit(drawn, slates, uniforms))
        yield regrets


def _contexts(carousel: Carousel, components: int) -> Floats:
    reduced = principal_components(carousel.population.features, most=components)
    return np.column_stack((np.ones(len(reduced)), reduced))
