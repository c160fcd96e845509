"""Pages are drawn row by row with exact odds, from what the rows above left."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.chance import seed_of
from models.page import MOST_ROWS, Leanings, Rules, draw_page, odds_of

ITEMS = 60
ROWS = 5


def rules(*, fewest=3, pinned=(0,)):
    return Rules(
        places=np.full(ROWS, 4),
        temperatures=np.ones(ROWS),
        floors=np.full(ROWS, 0.1),
        fewest=np.full(ROWS, fewest),
        caps=np.full(ROWS, 10),
        pinned=np.isin(np.arange(ROWS), pinned),
    )


def leanings(scores, floor=0.1):
    return Leanings(np.array([scores, np.zeros(ROWS)]), np.array([0.3, 1.0]), np.array([floor, 0.0]))


def draw(scores, eligible, some_rules, some_leanings, seed):
    order = np.argsort(-scores, kind="stable")
    nobody = np.full(len(scores), -1, np.int32)
    return draw_page(
        scores, nobody, order, eligible, some_rules, some_rules.temperatures, some_leanings, np.uint64(seed)
    )


@settings(max_examples=60)
@given(
    st.lists(st.floats(-3, 3), min_size=ITEMS, max_size=ITEMS),
    st.lists(st.lists(st.booleans(), min_size=ITEMS, max_size=ITEMS), min_size=ROWS, max_size=ROWS),
    st.lists(st.floats(-1, 1), min_size=ROWS, max_size=ROWS),
    st.integers(0, 2**64 - 1),
)
def test_rows_hold_what_is_eligible_once_and_say_their_odds(scores, eligible, leaning, seed):
    eligible = np.array(eligible)
    page = draw(np.array(scores), eligible, rules(), leanings(leaning), seed)
    assert len(set(page.items.tolist())) == len(page.items) == page.counts.sum()
    assert len(set(page.rows.tolist())) == len(page.rows) <= MOST_ROWS
    assert ((page.odds > 0) & (page.odds <= 1)).all()
    assert ((page.propensities > 0) & (page.propensities <= 1)).all()
    free, left, start = np.ones(ITEMS, bool), list(range(ROWS)), 0
    for place, (row, count) in enumerate(zip(page.rows.tolist(), page.counts.tolist(), strict=True)):
        enough = [one for one in left if (eligible[one] & free).sum() >= 3]
        some = enough[:1] if 0 in enough else enough
        chances = odds_of(np.array(leaning)[some], 0.3, 0.1)
        assert row in some
        assert abs(page.odds[0, place] - chances[some.index(row)]) < 1e-12
        assert abs(page.odds[1, place] - 1 / len(some)) < 1e-12
        items = page.items[start : start + count]
        assert (eligible[row] & free)[items].all()
        free[items] = False
        left.remove(row)
        start += count
    assert not any((eligible[one] & free).sum() >= 3 for one in left)


def test_the_odds_of_a_page_are_its_frequency():
    """Chi-square over 20,000 draws of all orders of four shelves below a pinned one."""
    leaning, eligible = [0.0, 0.4, 0.1, -0.2, 0.0], np.ones((ROWS, ITEMS), bool)
    truth = {}
    for order in itertools.permutations(range(1, ROWS)):
        chance, left = 1.0, list(range(1, ROWS))
        for row in order:
            chance *= odds_of(np.array(leaning)[left], 0.3, 0.1)[left.index(row)]
            left.remove(row)
        truth[order] = chance
    draws, counts = 20_000, dict.fromkeys(truth, 0)
    scores = np.linspace(1, -1, ITEMS)
    for nth in range(draws):
        seed = seed_of("ann", partition=0, offset=nth)
        page = draw(scores, eligible, rules(), leanings(leaning), seed)
        order = tuple(page.rows[1:].tolist())
        counts[order] += 1
        assert page.rows[0] == 0
        assert abs(np.prod(page.odds[0]) - truth[order]) < 1e-12
    expected = np.array(list(truth.values())) * draws
    chi_square = ((np.array(list(counts.values())) - expected) ** 2 / expected).sum()
    degrees = len(truth) - 1
    assert chi_square < degrees + 5 * np.sqrt(2 * degrees)


def test_a_page_begins_alike_whatever_may_come_below():
    scores, eligible = np.linspace(1, -1, ITEMS), np.ones((ROWS, ITEMS), bool)
    alone = eligible.copy()
    alone[1:] = False
    whole = draw(scores, eligible, rules(), leanings([0.0] * ROWS), 7)
    first = draw(scores, alone, rules(), leanings([0.0] * ROWS), 7)
    assert whole.items[:4].tolist() == first.items.tolist()
