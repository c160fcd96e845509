"""Factors: items heard by the same listeners lie close together, however that became known."""

import numpy as np
import pytest

from models.events import PLAY_MS, Event, EventType, stable_key
from models.factors import FACTORS, add_up_factors, compare_factors, quantise
from models.items import ITEM_MODEL, PUBLISHED_NEIGHBOURS
from models.neighbourhoods import Neighbourhoods
from models.sources_alone import WHOLE_RING, FactorsAlone, NeighboursAlone, VotesAlone

KEYS = np.array([stable_key(f"t:{number}") for number in range(64)], np.int64)


def neighbourhoods(rows, *, together=1):
    """Learn rows of {position: {neighbour: strength}}, some at once."""
    known = Neighbourhoods(room=len(KEYS))
    for first in range(0, len(rows), together):
        batch = rows[first : first + together]
        neighbours = np.full((len(batch), PUBLISHED_NEIGHBOURS), -1, np.int32)
        models = np.zeros(len(batch), ITEM_MODEL)
        for nth, (_, row) in enumerate(batch):
            neighbours[nth, : len(row)], models["strengths"][nth, : len(row)] = list(row), list(row.values())
        positions = np.array([position for position, _ in batch], np.int32)
        known.replace(positions, KEYS, neighbours, models)
    return known


def cosine(known, one, other):
    vector = add_up_factors(np.array([one], np.int32), known.factors, known.lengths)
    return float(compare_factors(vector, np.array([other], np.int32), known.factors, known.lengths)[0])


def test_items_with_the_same_neighbours_are_close_and_others_are_not():
    known = neighbourhoods([(0, {10: 1, 11: 1}), (1, {11: 1, 10: 1}), (2, {20: 1, 21: 1})])
    assert cosine(known, 0, 1) == pytest.approx(1, abs=1e-3)
    assert abs(cosine(known, 0, 2)) < 0.4
    assert cosine(known, 0, 0) == pytest.approx(1, abs=1e-3)


def test_in_whose_rows_an_item_stands_says_as_much():
    known = neighbourhoods([(10, {0: 1}), (11, {0: 1}), (1, {10: 1, 11: 1})])
    assert cosine(known, 0, 1) == pytest.approx(1, abs=1e-3)


def test_an_item_without_neighbours_is_like_nothing():
    known = neighbourhoods([(0, {10: 1})])
    assert known.lengths[3] == 0
    assert cosine(known, 0, 3) == cosine(known, 3, 0) == 0


@pytest.mark.parametrize("together", [1, 2, 5])
def test_the_order_of_the_slots_changes_no_bit(together):
    rows = [(0, {10: 0.3, 11: 0.7, 12: 0.1}), (1, {10: 0.2}), (2, {10: 0.1, 1: 0.9})]
    turned = [(position, dict(reversed(row.items()))) for position, row in rows]
    one, other = neighbourhoods(rows, together=together), neighbourhoods(turned, together=together)
    assert one.factors.tobytes() == other.factors.tobytes()
    assert one.lengths.tobytes() == other.lengths.tobytes()


def test_a_vector_fills_its_bytes():
    total = np.arange(FACTORS, dtype=np.int64) - 100
    vector = np.empty(FACTORS, np.int8)
    length = quantise(total, vector)
    assert vector.max() == 127
    assert length == pytest.approx(np.linalg.norm(vector.astype(float)))


def sets():
    """Two scenes of ten items; each listener hears six of one."""
    events = []
    for user in range(40):
        scene = user % 2
        heard = [(user * 7 + step * 3) % 10 for step in range(6)]
        events += [
            Event(
                id="",
                type=EventType.PLAY,
                user=f"u{user}",
                item=f"{'ab'[scene]}{item}",
                at=1e9 + 4_000 * step + user,
                ms_played=PLAY_MS,
            )
            for step, item in enumerate(heard)
        ]
    return sorted(events, key=lambda event: event.at)


@pytest.mark.parametrize(
    "make",
    [
        lambda: NeighboursAlone(ring_events=64),
        lambda: NeighboursAlone(ring_events=64, voices=WHOLE_RING),
        lambda: VotesAlone(ring_events=64),
        lambda: FactorsAlone(ring_events=64),
    ],
)
def test_each_source_alone_stays_in_the_scene(make):
    model = make()
    events = sets()
    for first in range(0, len(events), 50):
        model.learn_many(events[first : first + 50])
    for user, scene in (("u0", "a"), ("u1", "b")):
        heard = {event.item for event in events if event.user == user}
        found = model.recommend_new(user, most=3)
        assert len(found) == 3
        assert {item[0] for item in found} == {scene}
        assert not heard & set(found)
    assert model.recommend_new("nobody", most=3) == []
