"""Items that nobody plays: placed by what they are like, offered to those who play the like, until played."""

import random

import numpy as np
import pytest

from models import unplayed
from models.catalogue import Catalogue
from models.content import describe
from models.content_ridge import ContentRidge
from models.events import CatalogRecord, Event, EventType, stable_key
from models.slate import Because, Slate
from models.standalone import Standalone
from models.unplayed import NEWEST

GENRES = ("rap", "jazz", "folk")
START = 1.7e9


def play(user: str, item: str, at: float) -> Event:
    return Event("", EventType.PLAY, user, at, item=item, ms_played=200_000)


def record(item: str, *tags: str, artist: str = "") -> CatalogRecord:
    return CatalogRecord(item, item, artist or f"artist of {item}", tags=tuple((tag, 2.0) for tag in tags))


def records() -> list[CatalogRecord]:
    return [record(f"{genre} {number}", genre, "music") for genre in GENRES for number in range(12)]


def events() -> list[Event]:
    """Each of 36 listeners hears one genre, by lot."""
    draw = random.Random(2)
    return [
        play(f"u{user}", f"{GENRES[user % 3]} {draw.randrange(12)}", START + 5_000 * step + user)
        for step in range(12)
        for user in range(36)
    ]


def learned() -> Standalone:
    core = Standalone(ring_events=64)
    core.learn_catalog(records())
    for offset, event in enumerate(events()):
        core.process_one(event, offset=offset)
    return core


@pytest.fixture(scope="module")
def core() -> Standalone:
    core = learned()
    core.learn_catalog([record(f"new {genre}", genre, "music") for genre in GENRES])
    return core


def offered(slate: Slate) -> dict[str, Because]:
    return {one.item: one.why.because for shelf in slate.shelves for one in shelf.items}


def vector(catalogue: Catalogue, item: str) -> np.ndarray:
    return catalogue.neighbours.vectors(np.array([catalogue.position_of(stable_key(item))], np.int32))[0]


def test_an_item_whose_record_arrives_is_offered_to_those_who_play_the_like(core: Standalone) -> None:
    for user in range(36):
        listener, own = core.listener(f"u{user}"), GENRES[user % 3]
        found = offered(core.personalizer.recommend(listener, partition=0))
        assert found[f"new {own}"] is Because.ALIKE
        ranking = core.personalizer.predict(listener)
        scores = dict(zip(ranking.candidates.positions.tolist(), ranking.scores.tolist(), strict=True))
        new = {genre: core.catalogue.position_of(stable_key(f"new {genre}")) for genre in GENRES}
        assert max(GENRES, key=lambda genre: scores.get(new[genre], -np.inf)) == own


def test_it_lies_where_those_of_its_content_lie(core: Standalone) -> None:
    for genre in GENRES:
        cosines = {
            other: vector(core.catalogue, f"new {genre}") @ vector(core.catalogue, f"{other} 3")
            for other in GENRES
        }
        assert max(cosines, key=cosines.__getitem__) == genre
        assert cosines[genre] > 0.5


def test_once_it_is_played_with_others_it_lies_where_they_put_it() -> None:
    core = learned()
    core.learn_catalog([record("odd", "jazz", "music")])
    before = vector(core.catalogue, "odd")
    position = core.catalogue.position_of(stable_key("odd"))
    assert core.catalogue.arrays.newcomers.positions.tolist() == [position]
    for nth in range(6):
        core.process_one(play(f"u{3 * nth}", "odd", START + 90_000 + nth), offset=1_000)
    after = vector(core.catalogue, "odd")
    assert core.catalogue.arrays.newcomers.positions.tolist() == []
    assert before @ vector(core.catalogue, "jazz 3") > 0.5 > after @ vector(core.catalogue, "jazz 3")
    assert after @ vector(core.catalogue, "rap 3") > 0.5


def test_without_records_of_unplayed_items_nothing_is_proposed() -> None:
    core = learned()
    assert len(core.catalogue.arrays.newcomers.positions) == 0
    whys = set(offered(core.personalizer.recommend(core.listener("u1"), partition=0)).values())
    assert Because.ALIKE not in whys


def test_a_stranger_is_not_told_that_anything_is_alike(core: Standalone) -> None:
    found = offered(core.personalizer.recommend(core.listener("stranger"), partition=0))
    assert Because.ALIKE not in found.values()


def test_the_order_of_records_and_of_models_that_come_together_changes_nothing() -> None:
    core = learned()
    names, models = core.items.models()
    fresh = records() + [record(f"new {genre} {n}", genre) for genre in GENRES for n in range(100)]
    found = []
    for seed in (1, 2):
        order = np.random.default_rng(seed).permutation(len(names))
        some = fresh.copy()
        random.Random(seed).shuffle(some)
        catalogue = Catalogue(room=4)
        catalogue.apply_records(some)
        for part in range(18):
            rows = [row for row in order if row % 6 == part % 6]
            catalogue.apply_models([names[row] for row in rows], models[rows])
        found.append([vector(catalogue, one.item).tobytes() for one in fresh])
    assert found[0] == found[1]
    placed = [vector(catalogue, one.item).any() for one in fresh[36:]]
    assert 0 < sum(placed) < 300, "some wait for the next models"


def test_only_the_newest_are_looked_at() -> None:
    catalogue = Catalogue()
    for number in range(NEWEST + 30):
        catalogue.apply_record(record(f"t:{number}", "rap"))
    newest = {catalogue.ids[position] for position in catalogue.arrays.newcomers.positions.tolist()}
    assert newest == {f"t:{number}" for number in range(30, NEWEST + 30)}


def test_content_that_no_longer_fits_takes_back_what_it_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unplayed, "DESCRIBED", 40)
    core = learned()
    ridge = core.catalogue.unplayed._ridge
    assert ridge._squares.any()
    core.learn_catalog([record(f"new {number}", "noise") for number in range(40)])
    assert not ridge._squares.any() and not ridge._products.any(), "whole numbers leave nothing behind"
    assert len(core.catalogue.unplayed._contents) == 40
    assert len(core.catalogue.arrays.newcomers.positions) == 40
    for offset, event in enumerate(events()[:40]):
        core.process_one(event, offset=2_000 + offset)


def test_another_record_of_an_item_changes_what_it_is_like(core: Standalone) -> None:
    core.learn_catalog([record("moved", "rap", "music")])
    assert vector(core.catalogue, "moved") @ vector(core.catalogue, "rap 3") > 0.5
    core.learn_catalog([record("moved", "folk", "music")])
    assert vector(core.catalogue, "moved") @ vector(core.catalogue, "folk 3") > 0.5


def test_rows_solved_one_by_one_end_at_the_mapping() -> None:
    random_numbers = np.random.default_rng(3)
    contents = [
        describe(record(f"t:{n}", *random.Random(n).sample(["a", "b", "c", "d"], 2))) for n in range(99)
    ]
    ridge = ContentRidge(dimensions=8)
    ridge.learn_many(contents, random_numbers.normal(size=(99, 8)).astype(np.float32), np.ones(99))
    ridge.relax(0)
    assert not ridge.relaxed.any()
    for _ in range(60):
        ridge.relax(110)
    assert np.allclose(ridge.relaxed, ridge.mapping(), atol=1e-4)
