"""Co-listening: what events say of neighbours, what items keep of it, and what listeners get from it."""

import numpy as np
import pytest

from models.batch import Placed
from models.bounded_rows import add_neighbour
from models.events import PLAY_MS, Event, EventType, stable_key
from models.features import Feature
from models.item_learning import apply_signals
from models.items import (
    NEIGHBOUR_HALF_LIFE_SECONDS,
    NEIGHBOURS,
    PUBLISHED_NEIGHBOURS,
    empty_states,
    item_models,
)
from models.signals import SIGNAL, SignalBlock, SignalKind
from models.standalone import Standalone

HOUR = 3600.0


def play(user, item, at, *, ms_played=200_000):
    return Event(id="", type=EventType.PLAY, user=user, item=item, at=at, ms_played=ms_played)


def act(user, item, at, type):
    return Event(id="", type=type, user=user, item=item, at=at)


def listen(*events):
    core = Standalone(ring_events=128)
    for offset, event in enumerate(events):
        core.process([Placed(offset=offset, event=event)], partition=0, emit=None)
    return core


def strengths(core):
    """The row of each item, by names."""
    names, models = core.items.models()
    by_key = {stable_key(name): name for name in names}
    return {
        name: {
            by_key[key]: round(weight, 4)
            for key, weight in zip(row["neighbours"].tolist(), row["strengths"].tolist(), strict=True)
            if weight > 0
        }
        for name, row in zip(names, models, strict=True)
    }


def test_a_pair_is_told_once_to_the_item_that_came_second():
    core = listen(play("ann", "x", 0), play("ann", "y", HOUR), play("ann", "z", 2 * HOUR))
    rows = strengths(core)
    assert rows["x"] == {}
    assert set(rows["y"]) == {"x"}
    assert set(rows["z"]) == {"x", "y"}
    # Who has heard much says less of each pair.
    assert rows["y"]["x"] == pytest.approx(2**-0.5, abs=1e-3)
    assert rows["z"]["x"] == rows["z"]["y"] == pytest.approx(3**-0.5, abs=1e-3)


def test_coming_back_confirms_the_second_and_fourth_time_only():
    plays = [play("ann", "x", 0), *(play("ann", "y", HOUR * n) for n in range(1, 6))]
    weights = [strengths(listen(*plays[:count]))["y"].get("x", 0) for count in range(2, 7)]
    steps = np.diff(weights) > 0
    assert steps.tolist() == [True, False, True, False]


def test_actions_strengthen_their_reversals_take_back_and_a_ban_ends_it():
    heard = play("ann", "x", 0), play("ann", "y", HOUR)
    before = strengths(listen(*heard))["y"]["x"]
    liked = strengths(listen(*heard, act("ann", "y", 2 * HOUR, EventType.LIKE)))["y"]["x"]
    undone = listen(
        *heard, act("ann", "y", 2 * HOUR, EventType.LIKE), act("ann", "y", 2 * HOUR, EventType.UNLIKE)
    )
    banned = strengths(listen(*heard, act("ann", "y", 2 * HOUR, EventType.BAN)))["y"].get("x", 0)
    assert liked > before > banned
    assert strengths(undone)["y"]["x"] == pytest.approx(before, abs=1e-3)


def test_a_skip_of_the_unheard_speaks_against_it_and_skips_are_no_neighbours():
    others = play("ben", "x", 0), play("ben", "y", HOUR)
    skipped = listen(*others, play("ann", "x", 0), play("ann", "y", HOUR, ms_played=5_000))
    assert strengths(skipped)["y"]["x"] < strengths(listen(*others))["y"]["x"]
    after_skip = listen(play("ann", "x", 0, ms_played=5_000), play("ann", "y", HOUR))
    assert strengths(after_skip)["y"] == {}


def test_the_audience_counts_listeners_once():
    core = listen(*(play(user, "x", HOUR * n) for n, user in enumerate(["ann", "ben", "ann", "cem"])))
    _, models = core.items.models()
    assert models["audience"][0] == pytest.approx(3, abs=1e-3)


def test_late_evidence_weighs_the_same_in_any_order():
    year = NEIGHBOUR_HALF_LIFE_SECONDS
    signals = [
        (1, 2, SignalKind.NEIGHBOUR, 0.5, 3 * year, 0),
        (1, 3, SignalKind.NEIGHBOUR, 0.7, 1 * year, 0),
        (1, 2, SignalKind.NEIGHBOUR, 0.9, 2 * year, 0),
        (1, 9, SignalKind.DISCOVERED, 1.0, 1 * year, 0),
    ]
    learned = []
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        states = empty_states(1)
        for offset, nth in enumerate(order):
            block = SignalBlock(0, (), np.array([signals[nth]], SIGNAL))
            apply_signals(states, np.zeros(1, np.int64), block, offset=offset, after=-1)
        row = states[0]
        kept = zip(row["neighbours"].tolist(), row["strengths"].tolist(), strict=True)
        learned.append({other: weight for other, weight in kept if weight > 0} | {"all": row["audience"]})
    assert learned[0] == pytest.approx({2: 0.5 + 0.9 / 2, 3: 0.7 / 4, "all": 0.25}, rel=1e-6)
    assert learned[1] == pytest.approx(learned[0], rel=1e-6)
    assert learned[2] == pytest.approx(learned[0], rel=1e-6)


def test_what_is_strong_outlasts_any_number_of_passers_by():
    row, weights = np.zeros(NEIGHBOURS, np.int64), np.zeros(NEIGHBOURS, np.float32)
    for neighbour in range(1, NEIGHBOURS + 1):
        add_neighbour(row, weights, neighbour, 5.0 if neighbour % 2 else 0.5)
    for passer_by in range(1_000, 1_400):
        add_neighbour(row, weights, passer_by, 0.1)
    assert set(range(1, NEIGHBOURS + 1, 2)) <= set(row.tolist())


def test_models_hold_the_strongest():
    states = empty_states(1)
    states["neighbours"][0], states["strengths"][0] = np.arange(NEIGHBOURS), np.arange(NEIGHBOURS)
    [model] = item_models(states)
    assert sorted(model["neighbours"].tolist()) == list(range(NEIGHBOURS))[-PUBLISHED_NEIGHBOURS:]


@pytest.mark.parametrize("order", [("x", "y"), ("y", "x")])
def test_what_others_heard_besides_is_proposed_and_says_why(order):
    first, second = order
    core = listen(
        play("ben", first, 0),
        play("ben", second, 24 * HOUR),
        *(play("cem", f"noise {n}", HOUR * n) for n in range(100)),
        play("ann", "x", 50 * HOUR, ms_played=PLAY_MS),
    )
    candidates = core.personalizer.predict(core.listener("ann")).candidates
    named = [core.catalogue.ids[position] for position in candidates.positions.tolist()]
    row = named.index("y")
    assert candidates.features[Feature.NEIGHBOURS_SHARE, row] == 1
    assert core.catalogue.ids[candidates.because[row]] == "x"
    slate = core.personalizer.recommend(core.listener("ann"), partition=0)
    shown = {item.item: item for shelf in slate.shelves for item in shelf.items}
    assert shown["y"].why == ("also_played", "x")
    assert "neighbours" in shown["y"].sources
