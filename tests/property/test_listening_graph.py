"""The graph of who played what: a log, what its worker stores and the k-core of both, beside naive ones."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.events import EVENT_CODES, Event, EventType, stable_key
from models.listening_graph import items_played, listening_graph
from models.state import changed_values, new_listener, stored_rings
from streams.commands.figures.k_core import core_numbers, k_core

RING = 64
IDS = st.integers(0, 9).map(str)
PLAYED = st.dictionaries(IDS, st.sets(IDS))


def peeled(pairs, k):
    """Take away whoever has fewer than k edges until nobody has."""
    pairs = {(("listener", user), ("item", item)) for user, item in pairs}
    while True:
        degree = Counter(node for pair in pairs for node in pair)
        kept = {pair for pair in pairs if min(degree[node] for node in pair) >= k}
        if kept == pairs:
            return {(user, item) for (_, user), (_, item) in pairs}
        pairs = kept


def named(graph):
    ids = [*graph.listeners, *graph.items]
    return [(ids[one], ids[other]) for one, other in graph.edges.tolist()]


@given(PLAYED)
def test_the_graph_holds_every_pair_once_in_order(played):
    graph = listening_graph(played)
    pairs = named(graph)
    assert pairs == sorted(pairs) == sorted((user, item) for user, items in played.items() for item in items)
    assert len(graph) == len({user for user, _ in pairs}) + len({item for _, item in pairs})
    assert graph.degrees().min(initial=1) >= 1


@given(PLAYED, st.integers(1, 6))
def test_the_k_core_is_what_naive_peeling_leaves(played, k):
    whole = listening_graph(played)
    numbers = core_numbers(whole)
    core = k_core(whole, numbers, k)
    assert set(named(core.graph)) == peeled(named(whole), k)
    assert core.graph.degrees().min(initial=k) >= k
    assert (core.core >= k).all()
    assert peeled(named(whole), int(numbers.max(initial=0)) + 1) == set()


@given(PLAYED)
def test_communities_are_numbered_by_size_and_the_same_each_time(played):
    whole = listening_graph(played)
    core = k_core(whole, core_numbers(whole), 1)
    sizes = np.bincount(core.community).tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert 0 not in sizes
    assert sum(sizes) == len(whole)
    assert core.communities == len(sizes)
    assert k_core(whole, core_numbers(whole), 1).community.tolist() == core.community.tolist()


@given(st.lists(st.integers(1, 150), max_size=3), st.randoms(use_true_random=False))
def test_what_is_stored_remembers_what_the_log_says(batches, draw):
    """Two rings of 64, written batch by batch as a worker writes them."""
    log, stored = [], {}
    listeners = {user: new_listener(user, ring_events=RING) for user in "ab"}
    for size in batches:
        before = {user: listener.history.count for user, listener in listeners.items()}
        for _ in range(size):
            log.append(event := something(draw))
            remember(listeners[event.user].history, event)
        for user, listener in listeners.items():
            for key, value in changed_values(listener, count_before=before[user]).items():
                stored[key] = value
                if value is None:
                    del stored[key]
    rings = {user: set(ring.item[ring.good].tolist()) for user, ring in stored_rings(stored)}
    assert {user: keys for user, keys in rings.items() if keys} == {
        user: {stable_key(item) for item in items}
        for user, items in items_played(log, ring_events=RING).items()
    }


def something(draw):
    """A play, a skip or a like of one of 500 items: few come twice, so that each event counts."""
    kind = draw.choice([EventType.PLAY, EventType.PLAY, EventType.LIKE])
    ms_played = draw.choice([29_999, 30_000]) if kind is EventType.PLAY else 0
    return Event("", kind, draw.choice("aaab"), 1e9, item=f"t:{draw.randrange(500)}", ms_played=ms_played)


def remember(history, event):
    history.append(
        stable_key(event.item),
        index=0,
        artist=-1,
        at_seconds=int(event.at),
        ms_played=event.ms_played,
        code=EVENT_CODES[event.type],
    )
