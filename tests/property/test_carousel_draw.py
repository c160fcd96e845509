"""Slates of the live policy report the probability of each place, as the definition multiplies out."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.carousel.environment import SLOTS
from models.carousel.live import FLOOR, draw_slates


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(SLOTS, 60), st.floats(3e-4, 0.5), st.floats(0.001, 0.3))
def test_propensities_are_those_of_the_definition(seed, playlists, temperature, spread):
    random = np.random.default_rng(seed)
    scores = random.normal(0.0, spread, (3, playlists))
    temperatures = np.full(3, temperature)
    slates, propensities = draw_slates(scores, temperatures, random.random((3, SLOTS)))
    assert ((propensities > 0.0) & (propensities <= 1.0)).all()
    for slate, reported, row in zip(slates, propensities, scores, strict=True):
        assert len(set(slate.tolist())) == SLOTS
        left = list(range(playlists))
        for place, playlist in enumerate(slate.tolist()):
            strengths = np.exp((row[left] - row[left].max()) / temperature)
            share = strengths[left.index(playlist)] / strengths.sum()
            expected = (1.0 - FLOOR) * share + FLOOR / len(left)
            np.testing.assert_allclose(reported[place], expected, rtol=1e-9)
            left.remove(playlist)
