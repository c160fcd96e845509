"""Assignment and interleaving for any experiment: shares, who moves when they change, exact propensities."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import prod
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.experiments.assignment import Experiment, Kind, Variant, assign
from models.experiments.interleaving import interleave

USERS = [f"u{number}" for number in range(20_000)]
SOME = USERS[:300]
WEIGHTS = st.lists(st.integers(1, 20), min_size=2, max_size=5)


def experiment(weights: list[int], *, name: str = "home") -> Experiment:
    shares = [weight / sum(weights) for weight in weights]
    return Experiment(name, tuple(Variant(f"v{place}", share) for place, share in enumerate(shares)))


def chi_square(counts: Counter[tuple[str, ...]], expected: dict[tuple[str, ...], float]) -> float:
    return sum((counts[cell] - due) ** 2 / due for cell, due in expected.items())


def test_shares_are_kept() -> None:
    asked = experiment([10, 6, 3, 1])
    counts = Counter((assign(asked, user),) for user in USERS)
    expected = {(one.name,): one.share * len(USERS) for one in asked.variants}
    assert chi_square(counts, expected) < 16.3  # its .999 quantile with three degrees of freedom


def test_experiments_are_independent() -> None:
    pairs = experiment([1, 1], name="home"), experiment([1, 3], name="search")
    counts = Counter(tuple(assign(one, user) for one in pairs) for user in USERS)
    expected = {
        (one.name, other.name): one.share * other.share * len(USERS)
        for one, other in product(*(pair.variants for pair in pairs))
    }
    assert chi_square(counts, expected) < 16.3


@given(weights=WEIGHTS, grown=st.integers(0, 4), by=st.integers(1, 30), order=st.randoms())
def test_when_a_share_grows_listeners_move_into_it_only(
    weights: list[int], grown: int, by: int, order: Random
) -> None:
    before = experiment(weights)
    grown %= len(weights)
    larger = [weight + by * (place == grown) for place, weight in enumerate(weights)]
    shuffled = list(experiment(larger).variants)
    order.shuffle(shuffled)
    after = Experiment("home", tuple(shuffled))
    moves = {(assign(before, user), assign(after, user)) for user in SOME}
    assert all(new in {old, f"v{grown}"} for old, new in moves)


@given(weights=WEIGHTS)
def test_assignment_is_the_same_each_time(weights: list[int]) -> None:
    assert [assign(experiment(weights), user) for user in SOME[:20]] == [
        assign(experiment(weights), user) for user in SOME[:20]
    ]


@pytest.mark.parametrize(
    ("variants", "kind"),
    [
        ([("a", 1.0)], Kind.AB),
        ([("a", 0.5), ("a", 0.5)], Kind.AB),
        ([("a", 0.5), ("", 0.5)], Kind.AB),
        ([("a", 1.5), ("b", -0.5)], Kind.AB),
        ([("a", 0.5), ("b", 0.4)], Kind.AB),
        ([("a", 0.5), ("b", float("nan"))], Kind.AB),
        ([("a", 0.6), ("b", 0.4)], Kind.INTERLEAVING),
        ([("a", 0.5), ("b", 0.25), ("c", 0.25)], Kind.INTERLEAVING),
    ],
)
def test_what_is_no_experiment_is_refused(variants: list[tuple[str, float]], kind: Kind) -> None:
    with pytest.raises(ValueError, match=r"experiment|variant"):
        Experiment("home", tuple(Variant(*one) for one in variants), kind)


RANKING = st.lists(st.sampled_from("abcdefg"), min_size=0, max_size=7, unique=True)


@given(first=RANKING, second=RANKING, places=st.integers(1, 8))
def test_propensities_are_the_chances_of_items(first: list[str], second: list[str], places: int) -> None:
    """Over all coins, each list comes as often as the product of its propensities says."""
    rounds = (places + 1) // 2
    chances: Counter[tuple[str, ...]] = Counter()
    said: dict[tuple[str, ...], float] = {}
    for coins in product((0.25, 0.75), repeat=rounds):
        picks = interleave(first, second, places=places, uniforms=coins)
        items = tuple(pick.item for pick in picks)
        assert len(set(items)) == len(items) <= places
        chances[items] += 0.5**rounds
        said[items] = prod(pick.propensity for pick in picks)
    if len(first) >= places and len(second) >= places:
        assert said == pytest.approx(dict(chances))
    else:
        # A list may end where the one that begins has nothing left, which is no place and has no propensity.
        assert all(said[items] >= chance - 1e-12 for items, chance in chances.items())


@given(ranking=RANKING, seed=st.integers(0, 2**10 - 1))
def test_the_same_ranking_twice_is_shown_as_it_is_and_shared_equally(ranking: list[str], seed: int) -> None:
    coins = [0.25 + 0.5 * (seed >> place & 1) for place in range(4)]
    picks = interleave(ranking, ranking, places=len(ranking), uniforms=coins)
    assert [pick.item for pick in picks] == ranking
    assert abs(sum(2 * pick.team - 1 for pick in picks)) <= 1
    assert all(pick.propensity == 1.0 for pick in picks)
