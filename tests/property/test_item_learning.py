"""What an item learns is the same in any order of its signals, as long as nobody had to make room."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.item_learning import apply_signals
from models.items import NEIGHBOUR_HALF_LIFE_SECONDS, NEIGHBOURS, empty_states, item_models
from models.signals import SIGNAL, SignalBlock, SignalKind

NOW = 1_700_000_000
WITHIN = 1e-6

weights = st.sampled_from([1.0, 0.7071, 0.5, 0.1, -0.25, -0.75])
times = st.one_of(
    st.integers(NOW, NOW + 600),
    st.integers(NOW - int(3 * NEIGHBOUR_HALF_LIFE_SECONDS), NOW),
)
spoken = st.one_of(
    st.tuples(st.just(1), st.integers(1, 8), st.just(SignalKind.NEIGHBOUR), weights, times, st.just(0)),
    st.tuples(st.just(1), st.just(9), st.just(SignalKind.DISCOVERED), st.just(1.0), times, st.just(0)),
)


def learn(signals):
    """The state and the model of the one item that signals speak of, each in a block of its own."""
    states = empty_states(1)
    for offset, signal in enumerate(signals):
        rows = np.array([signal], SIGNAL)
        apply_signals(states, np.zeros(1, np.int64), SignalBlock(0, (), rows), offset=offset, after=-1)
    return states[0], item_models(states)[0]


def row(learned):
    return dict(zip(learned["neighbours"].tolist(), learned["strengths"].tolist(), strict=True))


@given(st.data(), st.lists(spoken, max_size=60))
def test_in_any_order(data, signals):
    state, model = learn(signals)
    other_state, other_model = learn(data.draw(st.permutations(signals)))
    for learned, other in ((state, other_state), (model, other_model)):
        assert row(other) == pytest.approx(row(learned), rel=WITHIN, abs=WITHIN)
        assert other["audience"] == pytest.approx(learned["audience"], rel=WITHIN)


def test_a_crowd_within_minutes_fades_as_much_as_one_listener():
    """Steps too small for the strengths' precision must add up: half an hour, then a year later."""
    half_hour = [(1, 2, SignalKind.NEIGHBOUR, 1.0, NOW, 0)]
    half_hour += [(1, 3, SignalKind.NEIGHBOUR, 0.01, NOW + second, 0) for second in range(1, 1_800)]
    half_hour += [(1, 9, SignalKind.DISCOVERED, 1.0, NOW + 1_800, 0)]
    left = 2 ** -(1_800 / NEIGHBOUR_HALF_LIFE_SECONDS)
    _, model = learn(half_hour)
    assert row(model)[2] == pytest.approx(left, rel=2e-7)
    assert left < 1 - 3e-5


def test_the_audience_fades_whatever_ages_it():
    """Those who came a year before count half, also where the next event is a discovery itself."""
    year = int(NEIGHBOUR_HALF_LIFE_SECONDS)
    discoveries = [(1, 9, SignalKind.DISCOVERED, 1.0, NOW + year * nth, 0) for nth in range(3)]
    _, model = learn(discoveries)
    assert model["audience"] == pytest.approx(1.75)


def test_what_was_turned_down_first_is_not_forgotten():
    told = [(1, 2, SignalKind.NEIGHBOUR, weight, NOW, 0) for weight in (-0.25, -0.25, 1.0)]
    assert row(learn(told)[1])[2] == pytest.approx(row(learn(told[::-1])[1])[2])
    _, turned_down = learn(told[:2])
    assert (turned_down["strengths"] <= 0).all()


def test_in_a_full_row_who_was_turned_down_makes_room_first():
    told = [
        (1, other, SignalKind.NEIGHBOUR, -0.25 if other == 5 else 1.0, NOW, 0)
        for other in range(1, NEIGHBOURS + 1)
    ]
    state, _ = learn([*told, (1, 500, SignalKind.NEIGHBOUR, 0.01, NOW, 0)])
    assert set(row(state)) == {*range(1, NEIGHBOURS + 1), 500} - {5}
