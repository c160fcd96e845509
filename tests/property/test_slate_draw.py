"""Rows are drawn by Plackett-Luce with exact propensities, under the artist cap."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chance import draw_uniforms, seed_of
from models.sampling import ARTIST_CAP, ROW, draw_row


def draw(scores, artists, *, places, seed, temperature=1.0, floor=0.0):
    return draw_row(
        np.array(scores, np.float64),
        np.array(artists, np.int32),
        places=places,
        temperature=temperature,
        floor=floor,
        cap=ARTIST_CAP,
        uniforms=draw_uniforms(np.uint64(seed), places),
    )


@given(
    st.lists(st.tuples(st.floats(-50, 50), st.integers(-1, 4)), max_size=60),
    st.integers(0, 2**64 - 1),
    st.floats(0.05, 5),
    st.floats(0, 0.5),
)
def test_a_row_has_no_duplicate_keeps_the_cap_and_propensities_in_range(rows, seed, temperature, floor):
    scores, artists = [s for s, _ in rows], [a for _, a in rows]
    chosen, propensity = draw(scores, artists, places=20, seed=seed, temperature=temperature, floor=floor)
    assert len(set(chosen.tolist())) == len(chosen)
    assert ((propensity > 0) & (propensity <= 1)).all()
    drawn = [artists[row] for row in chosen]
    for start in range(len(drawn)):
        window = [artist for artist in drawn[start : start + ROW] if artist >= 0]
        assert all(window.count(artist) <= ARTIST_CAP for artist in set(window))


def exact(scores, artists, places, temperature, floor):
    """Probability of every possible row, by multiplying out the definition."""
    strength = np.exp(np.array(scores) / temperature)
    rows = {}
    for row in itertools.permutations(range(len(scores)), places):
        probability = 1.0
        for place, item in enumerate(row):
            before = row[:place]
            room = [
                other
                for other in range(len(scores))
                if other not in before
                and sum(artists[b] == artists[other] for b in before[-(ROW - 1) :]) < ARTIST_CAP
            ]
            if item not in room:
                probability = 0.0
                break
            probability *= (1 - floor) * strength[item] / strength[room].sum() + floor / len(room)
        if probability:
            rows[row] = probability
    return rows


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.2]))
def test_propensities_equal_the_samplers_frequencies(salt, floor):
    scores, artists, places = [0.9, 0.3, 0.0, -0.4, 0.5], [0, 0, 1, 0, 1], 4
    truth = exact(scores, artists, places, 0.7, floor)
    assert abs(sum(truth.values()) - 1) < 1e-12
    draws, counts = 20_000, dict.fromkeys(truth, 0)
    for number in range(draws):
        seed = seed_of(str(salt), partition=0, offset=number)
        chosen, propensity = draw(scores, artists, places=places, seed=seed, temperature=0.7, floor=floor)
        row = tuple(chosen.tolist())
        counts[row] += 1
        assert abs(np.prod(propensity) - truth[row]) < 1e-12
    expected = np.array(list(truth.values())) * draws
    chi_square = ((np.array(list(counts.values())) - expected) ** 2 / expected).sum()
    degrees = len(truth) - 1
    assert chi_square < degrees + 5 * np.sqrt(2 * degrees)


def test_the_same_seed_draws_the_same_row():
    arguments = {"places": 3, "seed": 11}
    first, again = (draw([0.1, 0.2, 0.3, 0.4], [-1] * 4, **arguments) for _ in range(2))
    assert first[0].tolist() == again[0].tolist()


def test_nothing_to_draw_from_gives_an_empty_row():
    assert [len(part) for part in draw([], [], places=5, seed=1)] == [0, 0]


def test_a_capped_artist_far_above_the_rest_comes_back_when_there_is_room():
    scores = [100.0 - n for n in range(8)] + [0.0 - n for n in range(20)]
    artists = [0] * 8 + list(range(1, 21))
    chosen, propensity = draw(scores, artists, places=20, seed=1, temperature=0.05)
    assert np.isfinite(propensity).all()
    assert [place for place, row in enumerate(chosen.tolist()) if row < 8] == [0, 1, 10, 11]
