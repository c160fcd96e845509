"""Compiled passes round to float16 as numpy does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from models.half import round_to_half, to_half

numbers = st_np.arrays(np.float32, st.integers(0, 40), elements=st.floats(width=32, allow_nan=False))
small = st_np.arrays(np.float32, 40, elements=st.floats(-(2.0**-13), 2.0**-13, width=32))
large = st_np.arrays(np.float32, 40, elements=st.floats(65_000, 66_000, width=32))


@given(numbers | small | large)
def test_numbers_are_rounded_to_the_nearest(values):
    with np.errstate(over="ignore"):
        expected = values.astype(np.float16)
    assert to_half(values).tolist() == expected.view(np.uint16).tolist()
    assert round_to_half(values).tobytes() == expected.astype(np.float32).tobytes()


def test_all_that_float16_has_stays_as_it_is():
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)]
    assert to_half(finite.astype(np.float32)).tolist() == finite.view(np.uint16).tolist()


def test_what_is_no_number_stays_none():
    assert np.isnan(to_half(np.full(1, np.nan, np.float32)).view(np.float16))
