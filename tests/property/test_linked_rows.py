"""Linked rows: whatever replaces whatever, they hold what plain dictionaries hold."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.linked_rows import LinkedRows
from models.row_pool import INVERSE

ITEMS = 12
SLOTS = 9
INVERSES = 16
ROWS = st.dictionaries(st.integers(0, ITEMS - 1), st.floats(0.5, 8, width=16), max_size=SLOTS)


@given(st.lists(st.tuples(st.integers(0, ITEMS - 1), ROWS), max_size=60), st.integers(1, 5))
def test_rows_and_their_inverse_are_those_of_dictionaries(replacements, together):
    rows = LinkedRows(own=64, inverse=INVERSES, room=ITEMS)
    known = {position: {} for position in range(ITEMS)}
    for first in range(0, len(replacements), together):
        batch = replacements[first : first + together]
        others = np.full((len(batch), SLOTS), -1, np.int32)
        weights = np.zeros((len(batch), SLOTS), np.float32)
        for nth, (position, row) in enumerate(batch):
            others[nth, : len(row)], weights[nth, : len(row)] = list(row), list(row.values())
            known[position] = row
        positions = np.array([position for position, _ in batch], np.int32)
        rows.replace(positions, others, weights, standing=np.ones(ITEMS, np.float32))
    for position in range(ITEMS):
        assert rows.row(position) == known[position]
        standing_in = {other: row[position] for other, row in known.items() if position in row}
        assert rows.row(position, INVERSE) == standing_in


@given(st.permutations(range(40)))
def test_of_too_many_rows_the_strongest_stay(order):
    rows = LinkedRows(own=8, inverse=8, room=41)
    standing = np.linspace(1, 2, 41, dtype=np.float32)
    for position in order:
        rows.replace(
            np.array([position], np.int32),
            np.array([[40]], np.int32),
            np.array([[1 + position % 7]], np.float32),
            standing=standing,
        )
    best = sorted(range(40), key=lambda item: (1 + item % 7) * standing[item])[-8:]
    assert sorted(rows.row(40, INVERSE)) == sorted(best)


def test_room_that_rows_left_is_used_again():
    rows = LinkedRows(own=64, inverse=8, room=70)
    for round in range(200):
        size = 64 if round % 2 else 3
        others = np.arange(1, size + 1, dtype=np.int32)[None]
        weights = np.ones((1, size), np.float32)
        rows.replace(np.array([0], np.int32), others, weights, standing=np.ones(70, np.float32))
    assert rows.links.used[0] <= sum(range(4, 65, 4)) + 70 * 4
    assert len(rows.links.other) < 10_000
