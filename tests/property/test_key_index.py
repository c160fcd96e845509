"""The index of keys equals a dict, however it grows."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.events import ItemKey
from models.key_index import KeyIndex

# Few distinct keys, so that they come again, and keys that fall on one place of the table.
keys = st.one_of(
    st.integers(-20, 20), st.integers(-(2**63), 2**63 - 1), st.integers(-9, 9).map(lambda n: n << 32)
)


@given(st.lists(st.lists(keys, max_size=40), max_size=8), st.integers(1, 9))
def test_an_index_equals_a_dict(blocks, room):
    index, naive = KeyIndex(room=room), {}
    for block in blocks:
        expected = [naive.setdefault(key, len(naive)) for key in block]
        assert index.add_all(np.array(block, np.int64)).tolist() == expected
        assert [index.add(ItemKey(key)) for key in block] == expected
    assert len(index) == len(naive)
    assert index.keys[: len(index)].tolist() == list(naive)
