"""What every slate promises, on slates of simulated listeners."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from models.batch import Placed
from models.composition import STEADY, Knobs, draw_slate, plan_shelves
from models.events import Event, EventType
from models.inputs import gather_inputs
from models.listeners import Population, simulate
from models.personalizer import Personalizer
from models.sampling import ROW
from models.shelf_policy import ShelfPolicy
from models.shelves import NEXT_UP, SHELVES
from models.skip_buckets import speak_of_skip
from models.skip_facts import BUCKETS
from models.skips import SkipWeights
from models.slate import Because
from models.standalone import Standalone

WORLD = Population(seed=3, listeners=8, items=600, artists=80)
EVENTS = list(simulate(WORLD, events=1_200, start_at=1.7e9))


@pytest.fixture(scope="module")
def core():
    core = Standalone(ring_events=256)
    core.learn_catalog(WORLD.catalogue.records())
    return core


@pytest.fixture(scope="module")
def slates(core):
    emitted = []
    for offset, event in enumerate(EVENTS):
        core.process(
            [Placed(offset=offset, event=event)],
            partition=0,
            emit=lambda placed, listener, slate: emitted.append((placed.event, slate)),
        )
    return emitted


def test_every_event_but_an_impression_has_its_slate(slates):
    assert [event.id for event, _ in slates] == [e.id for e in EVENTS if e.type != EventType.IMPRESSION]


def test_no_item_comes_twice(slates):
    for _, slate in slates:
        items = [item.item for shelf in slate.shelves for item in shelf.items]
        assert len(items) == len(set(items))


def test_an_artist_comes_no_more_often_in_ten_places_than_the_shelf_says(slates):
    artist_of = {record.item: record.artist for record in WORLD.catalogue.records()}
    for _, slate in slates:
        for shelf in slate.shelves:
            artists = [artist_of[item.item] for item in shelf.items]
            cap = next(kind.artist_cap for kind in SHELVES if kind.id == shelf.id)
            for start in range(len(artists)):
                counts = Counter(artists[start : start + ROW])
                assert max(counts.values()) <= cap


def test_shelves_have_titles_reasons_and_propensities(slates):
    for _, slate in slates[500:]:
        assert (slate.shelves[0].id, slate.shelves[0].propensity) == ("next-up", 1.0)
        assert len(slate.shelves) >= 4
        assert len({shelf.id for shelf in slate.shelves}) == len(slate.shelves)
        for shelf in slate.shelves:
            assert shelf.title
            assert 0 < shelf.propensity <= 1
            for item in shelf.items:
                assert 0 < item.propensity <= 1
                assert item.why.because in set(Because)
                assert (item.why.because != Because.PLAYED_AFTER) or item.why.item


def test_slates_change_as_the_listener_plays(slates):
    first = [item.item for item in slates[100][1].shelves[0].items]
    last = [item.item for item in slates[-1][1].shelves[0].items]
    assert first != last


def test_what_was_banned_never_comes_again_until_it_is_liked(core, slates):
    user = EVENTS[-1].user
    item = next(slate for event, slate in reversed(slates) if event.user == user).shelves[0].items[0].item

    def tell(kind, offset):
        event = Event(id="x", type=kind, user=user, at=1.8e9, item=item)
        slate = core.process_one(event, offset=10_000 + offset)
        return {one.item for shelf in slate.shelves for one in shelf.items}

    assert item not in tell(EventType.BAN, 0)
    assert item not in tell(EventType.SHARE, 1)


def test_a_stranger_gets_what_is_popular(core, slates):
    event = Event(id="x", type=EventType.SEARCH, user="nobody yet", at=1.8e9, query="blue")
    slate = core.process_one(event, offset=0)
    assert len(slate.shelves[0].items) == 20
    assert {shelf.id for shelf in slate.shelves} == {"next-up", "popular-now", "new-to-you"}
    assert {item.why.because for item in slate.shelves[0].items} == {Because.POPULAR}


def test_next_up_does_not_depend_on_the_shelves_behind_it():
    rows = []
    for shelves in (SHELVES, (NEXT_UP,)):
        core = Standalone(ring_events=256, shelves=shelves)
        core.learn_catalog(WORLD.catalogue.records())
        slates = [core.process_one(event, offset=offset) for offset, event in enumerate(EVENTS[:300])]
        rows.append([slate.shelves[:1] for slate in slates if slate])
    assert rows[0] == rows[1]


def test_the_knob_moves_discoveries_up_and_down(core, slates):
    def unheard(discovery):
        personalizer = Personalizer(
            catalogue=core.catalogue, weights=core.personalizer.weights, knobs=Knobs(discovery)
        )
        count = 0
        for listener in core.listeners.values():
            heard = {core.catalogue.ids[position] for position in listener.history.index.tolist()}
            count += len(set(personalizer.recommend(listener, partition=0).shelves[0].ids) - heard)
        return count

    assert unheard(-5.0) <= unheard(0.0) < unheard(3.0) < unheard(8.0)


def test_what_will_be_skipped_is_moved_down(core, slates):
    listener = next(listener for listener in core.listeners.values() if listener.prediction)
    ranking = listener.prediction
    best = int(np.argmax(ranking.scores))
    buckets = np.zeros_like(ranking.candidates.buckets)
    buckets[0, best] = 1
    ranking = replace(ranking, candidates=replace(ranking.candidates, buckets=buckets))

    def first(log_odds):
        weights = np.full(BUCKETS, -1.0)
        weights[1] = log_odds
        inputs, _ = gather_inputs(
            listener,
            ranking,
            catalogue=core.catalogue,
            weights=replace(core.personalizer.weights, skips=SkipWeights(0, weights)),
            policy=ShelfPolicy([NEXT_UP]),
            knobs=STEADY,
            partition=0,
        )
        drawn = draw_slate(inputs, plan_shelves([NEXT_UP]))
        return [core.catalogue.ids[ranking.candidates.positions[item]] for item in drawn.page.items]

    item = core.catalogue.ids[ranking.candidates.positions[best]]
    liked, unloved = first(-30.0), first(60.0)
    assert item in liked
    assert item not in unloved or unloved.index(item) >= liked.index(item)


def test_a_play_that_was_no_candidate_is_spoken_of_like_one_that_was(core, slates):
    for listener in core.listeners.values():
        candidates = core.personalizer.predict(listener).candidates
        for place in range(0, len(candidates.positions), 7):
            alone = speak_of_skip(
                listener.history,
                int(candidates.positions[place]),
                catalogue=core.catalogue,
                now_seconds=listener.profile.at,
            )
            assert alone.tolist() == candidates.buckets[:, place].tolist()
