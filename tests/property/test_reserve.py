"""What a listener has not heard has its places among the candidates, and nothing else changes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.best import choose_best, reserve_unheard

SCORES = st.one_of(st.integers(-3, 3).map(float), st.floats(-9, 9, width=32), st.just(-np.inf))


@given(
    st.lists(SCORES, max_size=40), st.integers(0, 40), st.integers(1, 30), st.integers(0, 12), st.randoms()
)
def test_the_worst_that_were_heard_make_room_for_the_best_that_were_not(pool, in_ring, most, reserved, dice):
    count, in_ring, reserved = len(pool), min(in_ring, len(pool)), min(reserved, most)
    scores, items = np.array(pool, np.float32), np.array(dice.sample(range(count), count), np.int32)
    keys = np.array(dice.sample(range(1_000), count), np.int64)
    before = choose_best(scores, keys, items, in_ring, most).tolist()
    after = reserve_unheard(np.array(before, np.int64), scores, keys, items, in_ring, reserved).tolist()

    def by_score(places):
        """Best first; of equal scores as they stand in the ring, or by key."""
        return sorted(
            places, key=lambda place: (-scores[place], keys[items[place]] if place >= in_ring else place)
        )

    known = [place for place in range(count) if scores[place] > -np.inf]
    unheard = by_score(place for place in known if place >= in_ring)
    chosen = sum(place >= in_ring for place in before)
    there = max(chosen, min(reserved, len(unheard)))
    heard = by_score(place for place in before if place < in_ring)[: len(before) - there]
    assert after == sorted(heard) + sorted(unheard[:there], key=lambda place: keys[items[place]])
    if chosen >= reserved or not unheard:
        assert after == before
