"""The catalogue is the same whatever the order of its updates, as far as keys can see."""

import random

import numpy as np

from models.catalogue import TOP, Catalogue
from models.events import CatalogRecord, stable_key
from models.items import empty_states, item_models
from models.most_played import GROUP_TOP


def model(*, plays, popularity, successor=0):
    states = empty_states(1)
    states["plays"], states["popularity"] = plays, popularity
    if successor:
        states["successors"][0, 0], states["weights"][0, 0] = successor, 2.0
    return item_models(states)


def record(item, artist="Ann"):
    return CatalogRecord(item=item, title=item.upper(), artist=artist)


def test_top_lists_do_not_depend_on_the_order_of_updates():
    names = [f"t:{n}" for n in range(300)]
    tops = []
    for seed in range(3):
        order = names.copy()
        random.Random(seed).shuffle(order)
        catalogue = Catalogue(room=16)
        for name in order:
            catalogue.apply_record(record(name, artist=f"artist {int(name[2:]) % 3}"))
        for name in reversed(order):
            catalogue.apply_models([name], model(plays=1, popularity=float(name[2:])))
        rows = [catalogue.top, *catalogue.artists.top[:3]]
        tops.append(sorted(sorted(catalogue.ids[p] for p in row) for row in rows))
    assert tops[0] == tops[1] == tops[2]
    assert [len(row) for row in tops[0]].count(GROUP_TOP) == 3
    assert max(len(row) for row in tops[0]) == TOP


def test_an_item_is_listed_by_its_record_or_its_model_not_by_being_mentioned():
    catalogue = Catalogue()
    catalogue.apply_models(["a"], model(plays=1, popularity=1.0, successor=stable_key("b")))
    a, b = (catalogue.position_of(stable_key(name)) for name in "ab")
    assert catalogue.successors[a, 0] == b
    assert catalogue.listed[[a, b]].tolist() == [True, False]
    catalogue.apply_record(record("b"))
    assert catalogue.listed[b]


def test_an_item_that_changes_its_artist_leaves_the_old_list():
    catalogue = Catalogue()
    catalogue.apply_record(record("a", artist="Ann"))
    catalogue.apply_models(["a"], model(plays=1, popularity=1.0))
    catalogue.apply_record(record("a", artist="Bob"))
    position = catalogue.position_of(stable_key("a"))
    assert catalogue.artist_name(position) == "Bob"
    assert [(position in row) for row in catalogue.artists.top[:2]] == [False, True]


def test_growing_keeps_what_is_known():
    catalogue = Catalogue(room=2)
    for n in range(200):
        catalogue.apply_record(record(f"t:{n}", artist=f"artist {n}"))
    assert [catalogue.title(n) for n in (0, 199)] == ["T:0", "T:199"]
    assert catalogue.artist_name(199) == "artist 199"
    assert np.unique(catalogue.keys[:200]).size == 200
    assert catalogue.version == 200


def test_models_that_come_together_leave_the_same_catalogue_in_any_order():
    names = [f"t:{n}" for n in range(90)]
    rows = co_listened(names)
    found = []
    for seed in range(3):
        order = list(range(len(names)))
        random.Random(seed).shuffle(order)
        catalogue = Catalogue(room=16)
        # The first rows are outdated by those behind them.
        catalogue.apply_models(
            [names[0], *(names[n] for n in order)], np.concatenate((rows[1:2], rows[order]))
        )
        positions = catalogue.positions_of(np.array([stable_key(name) for name in names]))
        links = catalogue.neighbours.rows.links
        votes = {
            (catalogue.keys[position], catalogue.keys[links.other[slot]]): links.vote[slot]
            for position in positions
            for slot in range(links.start[0, position], links.start[0, position] + links.size[0, position])
        }
        found.append((catalogue.version, votes, catalogue.neighbours.factors[positions].tobytes()))
    assert len(found[0][1]) > 100
    assert found[0] == found[1] == found[2]


def co_listened(names):
    """Models of items of which each was heard together with some of the others."""
    states, chance = empty_states(len(names)), np.random.default_rng(4)
    states["plays"], states["popularity"] = 3, 2.0
    states["audience"], states["mass"] = 5.0, 4.0
    keys = np.array([stable_key(name) for name in names])
    for nth, state in enumerate(states):
        others = chance.choice(np.delete(keys, nth), 40, replace=False)
        state["neighbours"][:40], state["strengths"][:40] = others, chance.integers(1, 3, 40)
    return item_models(states)
