"""A saved catalogue goes on as the one that was saved, and what is not one is refused."""

import random

import numpy as np
import pytest

from models.catalogue import Catalogue
from models.errors import CorruptState
from models.events import CatalogRecord, stable_key
from models.items import empty_states, item_models
from models.saved_catalogue import restore_catalogue, save_catalogue

NAMES = [f"t:{nth}" for nth in range(150)]


def some_models(names, seed, all_names=NAMES):
    states, chance = empty_states(len(names)), np.random.default_rng(seed)
    states["plays"], states["popularity"] = 3, chance.integers(1, 9, len(names))
    states["audience"], states["mass"] = 5.0, 4.0
    states["vector"] = chance.integers(-3, 4, states["vector"].shape)
    keys = np.array([stable_key(name) for name in all_names])
    for state in states:
        others = chance.choice(keys, 40, replace=False)
        state["neighbours"][:40], state["strengths"][:40] = others, chance.integers(1, 3, 40)
        state["successors"][:5], state["weights"][:5] = others[:5], 1.0
    return item_models(states)


def teach(catalogue, seed):
    names = random.Random(seed).sample(NAMES, 60)
    catalogue.apply_models(names, some_models(names, seed))
    for name in names[:20]:
        tags = (("jazz", 2.0), (f"country:{'de' if seed % 2 else 'pt'}", 1.0))
        record = CatalogRecord(item=name, title=f"Ä {name} {seed}", artist=f"artist {seed}", tags=tags)
        catalogue.apply_record(record)
    catalogue.position_of(stable_key(f"only seen {seed}"))


def copied(catalogue):
    return {name: array.copy() for name, array in save_catalogue(catalogue).items()}


@pytest.fixture
def catalogue():
    catalogue = Catalogue(room=64)
    for seed in range(4):
        teach(catalogue, seed)
    return catalogue


def test_what_was_saved_goes_on_as_if_nothing_had_happened(catalogue):
    restored = restore_catalogue(copied(catalogue).__getitem__)
    for seed in range(4, 9):
        assert_equal(restored, catalogue)
        for one in (catalogue, restored):
            teach(one, seed)
    assert_equal(restored, catalogue)
    assert catalogue.neighbours.rows.links.vote.any()


def assert_equal(left, right):
    assert left.total_plays == right.total_plays == left.plays.sum() > 0
    assert (left.version, left.artists_version, list(left.ids)) == (
        right.version,
        right.artists_version,
        list(right.ids),
    )
    count = len(left)
    assert [left.title(nth) for nth in range(count)] == [right.title(nth) for nth in range(count)]
    assert [left.artist_name(nth) for nth in range(count)] == [right.artist_name(nth) for nth in range(count)]
    ours, theirs = copied(left), copied(right)
    for saved in (ours, theirs):
        # What content teaches is learned anew, and places those who have no neighbours.
        for name in ("factors", "lengths"):
            saved[name][~saved["heard"]] = 0
    for name in ours:
        if not name.startswith(("titles", "artists.bytes")):
            assert ours[name].tobytes() == theirs[name].tobytes(), name


def test_what_nobody_played_is_placed_by_what_was_saved_of_others(catalogue):
    catalogue.apply_record(CatalogRecord(item="new", title="New", artist="artist 1", tags=(("jazz", 2.0),)))
    catalogue.unplayed.catch_up(catalogue.plays, catalogue.neighbours)
    restored = restore_catalogue(copied(catalogue).__getitem__)
    position = catalogue.position_of(stable_key("new"))
    [placed] = catalogue.neighbours.vectors(np.array([position]))
    [again] = restored.neighbours.vectors(np.array([position]))
    assert placed @ again > 0.9
    assert restored.arrays.newcomers.positions.tolist() == catalogue.arrays.newcomers.positions.tolist()


def test_an_empty_catalogue_is_saved_and_restored():
    assert len(restore_catalogue(copied(Catalogue()).__getitem__)) == 0


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("counts", lambda a: a + 1),
        ("keys", lambda a: np.repeat(a[:1], len(a))),
        ("mass", lambda a: np.where(a == a.max(), np.nan, a)),
        ("shares", lambda a: a[:-1]),
        ("plays", lambda a: a.astype(np.int64)),
        ("successors", lambda a: np.full_like(a, len(a))),
        ("top", lambda a: np.full_like(a, -2)),
        ("start", lambda a: a + 10_000),
        ("size", lambda a: a + 99),
        ("slots", lambda a: np.full_like(a, 1 << 30)),
        ("slots", lambda a: np.full_like(a, -1)),
        ("ids.starts", lambda a: a + 9),
        ("titles.bytes", lambda a: np.full_like(a, 255)),
        ("locale", lambda a: np.full_like(a, 99)),
        ("content.items", lambda a: np.full_like(a, 1)),
        ("content.places", lambda a: np.full_like(a, 1 << 20)),
        ("content.values", lambda a: a * np.inf),
    ],
)
def test_what_no_catalogue_holds_is_refused(catalogue, name, spoil):
    arrays = copied(catalogue)
    arrays[name] = spoil(arrays[name]).astype(arrays[name].dtype if name != "plays" else np.int64)
    with pytest.raises(CorruptState):
        restore_catalogue(arrays.__getitem__)
