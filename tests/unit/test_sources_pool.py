"""Candidates: the same for the same knowledge, whatever the process; asking changes nothing."""

import random

import numpy as np
import pytest

from models.candidates import BEST, generate_candidates
from models.catalogue import Catalogue
from models.events import CatalogRecord, ItemKey, stable_key
from models.features import FEATURES, MEANINGS, Feature
from models.history import History
from models.item_space import DIMENSIONS
from models.items import empty_states, item_models
from models.onboarding import Choices
from models.recall import START

ITEMS = [f"t:{number}" for number in range(500)]
NO_TASTE = np.zeros((4, DIMENSIONS), np.float32)


def fill_catalogue(order, *, now=0.0):
    """Everything known of the items, told in some order: positions differ, knowledge does not."""
    catalogue = Catalogue(room=4)
    for name in order:
        number = int(name[2:])
        catalogue.apply_record(CatalogRecord(item=name, title=name, artist=f"artist {number // 7}"))
        states = empty_states(1)
        states["plays"], states["popularity"] = number, now / 604_800 + np.log2(1 + number)
        states["vector"] = np.arange(DIMENSIONS) - number
        followers = [stable_key(ITEMS[(number + step) % len(ITEMS)]) for step in (1, 2, 5)]
        states["successors"][0, :3], states["weights"][0, :3] = followers, (3.0, 2.0, 1.0)
        catalogue.apply_models([name], item_models(states))
    return catalogue


def listen(catalogue, items, *, start=1_000_000, step=240, ms_played=200_000, code=0):
    history = History(capacity_events=512)
    for place, name in enumerate(items):
        key = stable_key(name)
        # Two long pauses, so that there are sessions to compare.
        at = start + step * place + 90_000 * (3 * place // max(1, len(items)))
        played = ms_played if place % 5 else 4_000
        index = catalogue.position_of(key)
        history.append(ItemKey(key), index=index, artist=-1, at_seconds=at, ms_played=played, code=code)
    return history


def ask(history, catalogue, *, tastes=NO_TASTE, now=None):
    now = float(history.at[-1]) if now is None else now
    return generate_candidates(
        history, tastes=tastes, choices=Choices(), catalogue=catalogue, now_seconds=now, recall=START
    )


@pytest.fixture
def catalogue():
    return fill_catalogue(ITEMS)


def taste():
    return np.random.default_rng(1).normal(size=(4, DIMENSIONS)).astype(np.float32) / 10


def songs(seed, plays=300):
    draw = random.Random(seed)
    return [ITEMS[int(draw.triangular(0, 120, 20))] for _ in range(plays)]


def test_asking_twice_gives_the_same_bytes_whoever_asked_between(catalogue):
    mine, other = listen(catalogue, songs(1)), listen(catalogue, songs(2))
    first = ask(mine, catalogue, tastes=taste())
    ask(other, catalogue, tastes=-taste())
    again = ask(mine, catalogue, tastes=taste())
    for name in ("positions", "features", "because"):
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()


def test_positions_mean_nothing(catalogue):
    shuffled = ITEMS.copy()
    random.Random(3).shuffle(shuffled)
    other = fill_catalogue(shuffled)
    one = ask(listen(catalogue, songs(1)), catalogue, tastes=taste())
    two = ask(listen(other, songs(1)), other, tastes=taste())
    assert catalogue.keys[one.positions].tolist() == other.keys[two.positions].tolist()
    assert one.features.tobytes() == two.features.tobytes()
    explained = one.because >= 0
    assert explained.any()
    assert (explained == (two.because >= 0)).all()
    assert (catalogue.keys[one.because[explained]] == other.keys[two.because[explained]]).all()


def test_a_stranger_gets_what_is_popular(catalogue):
    candidates = ask(History(capacity_events=64), catalogue, now=0.0)
    popular = [f"t:{number}" for number in range(500 - len(catalogue.top), 500)]
    assert sorted(catalogue.ids[p] for p in candidates.positions) == sorted(popular)
    assert (candidates.features[Feature.POPULARITY] > 0).all()
    assert (candidates.features[Feature.UNHEARD] == 1).all()


def test_an_empty_catalogue_has_no_candidates():
    candidates = ask(History(capacity_events=64), Catalogue(), now=0.0)
    assert candidates.features.shape == (FEATURES, 0)
    assert len(candidates.positions) == len(candidates.because) == 0


def test_at_most_300_listed_items_once_each(catalogue):
    history = listen(catalogue, random.Random(4).sample(ITEMS, 500))
    unlisted = Catalogue()
    for name in ITEMS:
        unlisted.position_of(stable_key(name))
    assert len(ask(listen(unlisted, ITEMS), unlisted).positions) == 0
    candidates = ask(history, catalogue)
    assert len(candidates.positions) == BEST == len(set(candidates.positions.tolist()))
    assert catalogue.listed[candidates.positions].all()


def test_what_follows_the_session_is_proposed_and_says_why(catalogue):
    candidates = ask(listen(catalogue, ["t:40", "t:41", "t:42"]), catalogue)
    rows = {catalogue.ids[p]: row for row, p in enumerate(candidates.positions.tolist())}
    follower = candidates.features[:, rows["t:43"]]
    assert follower[Feature.UNHEARD] == 1
    assert follower[Feature.EVERYONE_AFTER_LAST] > 0
    assert catalogue.ids[int(candidates.because[rows["t:43"]])] == "t:42"
    assert "t:45" in rows, "by the artist of the last play"


def test_only_plays_count(catalogue):
    liked = listen(catalogue, songs(5), code=1)
    assert (ask(liked, catalogue).features[Feature.UNHEARD] == 1).all()


@pytest.mark.parametrize("now", [0.0, 1_100_000.0, 4e9])
@pytest.mark.parametrize("start", [0, 1_000_000, 4_000_000_000])
def test_features_keep_their_ranges_whatever_the_clocks_say(start, now):
    catalogue = fill_catalogue(ITEMS, now=2e9)
    features = ask(listen(catalogue, songs(6), start=start), catalogue, tastes=taste(), now=now).features
    assert np.isfinite(features).all()
    for feature, meaning in MEANINGS.items():
        column = features[feature]
        assert meaning.least <= column.min(), feature
        assert column.max() <= meaning.most, feature
