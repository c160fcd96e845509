"""Whatever the world, its listeners stay inside it."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from models.events import ABOUT_ITEM
from models.listeners import Catalogue, Population, simulate
from models.listeners.draws import Draws, derive
from models.listeners.rhythm import Rhythm, pause_seconds, session_length

seeds = st.integers(min_value=0, max_value=2**63)


@st.composite
def populations(draw: st.DrawFn) -> Population:
    items = draw(st.integers(min_value=1, max_value=400))
    return Population(
        seed=draw(seeds),
        listeners=draw(st.integers(min_value=1, max_value=8)),
        items=items,
        artists=draw(st.integers(min_value=1, max_value=items)),
    )


@given(population=populations(), start_at=st.floats(min_value=0, max_value=2e9))
def test_events_stay_in_the_world_and_in_order(population: Population, start_at: float) -> None:
    events = list(simulate(population, events=60, start_at=start_at))
    assert len(events) == 60
    assert all(one.at <= other.at for one, other in pairwise(events))
    for event in events:
        assert event.type not in ABOUT_ITEM or population.catalogue.find(event.item) is not None


@given(population=populations())
def test_a_longer_simulation_begins_like_a_shorter_one(population: Population) -> None:
    short = list(simulate(population, events=20, start_at=1e9))
    assert list(simulate(population, events=40, start_at=1e9))[:20] == short


@settings(max_examples=25)
@given(seed=seeds, items=st.integers(min_value=1, max_value=1_500))
def test_titles_are_distinct_under_every_seed(seed: int, items: int) -> None:
    catalogue = Catalogue(seed=seed, items=items, artists=1)
    assert len({record.title for record in catalogue.records()}) == items


@settings(max_examples=25)
@given(seed=seeds, artists=st.integers(min_value=1, max_value=1_500))
def test_artists_are_distinct_under_every_seed(seed: int, artists: int) -> None:
    catalogue = Catalogue(seed=seed, items=artists, artists=artists)
    assert len({catalogue.artist_name(artist) for artist in range(artists)}) == artists


@given(parts=st.lists(st.integers(min_value=0, max_value=2**64 - 1), min_size=1), count=st.integers(1, 10**6))
def test_draws_stay_in_their_range(parts: list[int], count: int) -> None:
    draws = Draws(derive(*parts))
    assert 0.0 <= draws.uniform() < 1.0
    assert 0 <= draws.below(count) < count
    assert 0 <= draws.zipf(count) < count
    assert 2.0 <= draws.log_uniform(2.0, 9.0) < 9.0 + 1e-9


@given(seed=seeds, after=st.floats(min_value=0, max_value=4e9))
def test_a_next_session_is_a_session_of_its_own(seed: int, after: float) -> None:
    draws = Draws(derive(seed))
    rhythm = Rhythm.draw(draws)
    assert rhythm.next_session(after, draws) > after + 1_800
    assert 0 <= pause_seconds(draws) <= 900
    assert 1 <= session_length(draws) <= 301
