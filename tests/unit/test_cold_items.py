"""Items are hidden by lot and nothing of them is learned; what their content tells is worked out by hand."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from models.cold_items import ColdSplit, MostTagged, expect_by_chance, hide_items, judge_cold
from models.content import describe
from models.content_ridge import ContentRidge
from models.events import PLAY_MS, CatalogRecord, Event, EventType, stable_key
from models.held_out import micro_batches
from models.newcomers import Newcomers
from models.shelves import NEXT_UP
from models.standalone import Standalone


def play(user: str, item: str, *, ms_played: int = PLAY_MS) -> Event:
    return Event(id="", type=EventType.PLAY, user=user, at=1e9, item=item, ms_played=ms_played)


def log() -> list[Event]:
    return [play(f"u{user}", f"i{item}") for user in range(30) for item in range(user % 7 + 1)]


def record(item: str, *tags: str, weight: float = 1.0) -> CatalogRecord:
    return CatalogRecord(item, item, item, tags=tuple((tag, weight) for tag in tags))


def test_of_hidden_items_nothing_is_learned_and_of_the_others_everything_once() -> None:
    like = Event(id="", type=EventType.LIKE, user="u0", at=1e9, item="i0")
    events = [*log(), *log(), like, play("u0", "skipped", ms_played=5_000)]
    split = hide_items(events, share=0.3, seed=3)
    assert len(split.hidden) == len(set(split.hidden)) == 2
    assert "skipped" not in split.hidden
    assert not {event.item for event in split.learned} & set(split.hidden)
    targets = [(user, item) for user, items in split.targets.items() for item in items]
    assert {item for _, item in targets} == set(split.hidden)
    learned = [(event.user, event.item) for event in split.learned]
    assert sorted(learned + targets) == sorted((event.user, event.item) for event in log())


def test_lots_are_those_of_the_seed_whatever_the_order_of_the_log() -> None:
    splits = [hide_items(log(), share=0.3, seed=seed) for seed in (1, 1, 2, 3)]
    assert splits[0] == splits[1]
    assert len({tuple(split.hidden) for split in splits}) > 1
    assert hide_items(log()[::-1], share=0.3, seed=1).hidden == splits[0].hidden


class Ordered:
    """Ranks as it is told."""

    def __init__(self, **orders: Sequence[str]) -> None:
        self._orders = orders
        self.asked: list[str] = []

    def learn_many(self, events: Sequence[Event]) -> None:
        raise AssertionError("judging learns nothing")

    def rank_cold(self, user: str, items: Sequence[str]) -> Sequence[str]:
        self.asked.append(user)
        return self._orders[user] if self._orders else items


def test_figures_are_those_worked_out_by_hand() -> None:
    hidden = [f"h{place}" for place in range(30)]
    split = ColdSplit([], hidden, {"ann": frozenset({"h0", "h1"}), "bob": frozenset({"h25"})})
    figures = judge_cold(Ordered(ann=["h9", "h0", "h1"], bob=hidden), split, listeners=9, seed=0)
    ideal = 1 + 1 / math.log2(3)
    assert (figures.listeners, figures.hidden) == (2, 30)
    assert figures.recall_at_20 == pytest.approx((1 + 0) / 2)
    assert figures.ndcg_at_20 == pytest.approx((1 / math.log2(3) + 1 / 2) / ideal / 2)


def test_chance_is_what_orders_drawn_by_lot_reach_on_average() -> None:
    hidden = [f"h{place}" for place in range(50)]
    split = ColdSplit([], hidden, {"ann": frozenset({"h0", "h1", "h2"}), "bob": frozenset({"h25"})})
    shifted = [
        judge_cold(Ordered(ann=order, bob=order), split, listeners=9, seed=0)
        for order in (hidden[shift:] + hidden[:shift] for shift in range(50))
    ]
    expected = expect_by_chance(split, listeners=9, seed=0)
    assert expected.recall_at_20 == pytest.approx(sum(one.recall_at_20 for one in shifted) / 50)
    assert expected.ndcg_at_20 == pytest.approx(sum(one.ndcg_at_20 for one in shifted) / 50)
    few = ColdSplit([], hidden[:5], {"ann": frozenset({"h0"})})
    assert expect_by_chance(few, listeners=9, seed=0).recall_at_20 == 1.0


def test_the_same_listeners_are_drawn_for_every_model() -> None:
    split = hide_items(log(), share=0.3, seed=1)
    first, second, other = Ordered(), Ordered(), Ordered()
    for model, seed in ((first, 1), (second, 1), (other, 2)):
        assert judge_cold(model, split, listeners=5, seed=seed).listeners == 5
    assert first.asked == second.asked != other.asked
    assert set(first.asked) <= split.targets.keys()
    assert expect_by_chance(split, listeners=5, seed=1).listeners == 5


def test_nobody_to_ask_is_no_error() -> None:
    figures = judge_cold(Ordered(), hide_items([], share=0.3, seed=0), listeners=5, seed=0)
    assert (figures.listeners, figures.hidden, figures.recall_at_20) == (0, 0, 0.0)
    assert expect_by_chance(hide_items([], share=0.3, seed=0), listeners=5, seed=0) == figures


def test_the_most_tagged_come_first_for_everybody_and_equal_ones_as_they_were() -> None:
    records = [record("a", "pop"), record("b", "pop", weight=3.0), record("c"), record("d", "x", "y")]
    assert MostTagged(records).rank_cold("ann", ["c", "a", "d", "b", "e"]) == ["b", "d", "a", "c", "e"]


GENRES = ("rap", "jazz", "folk")


def world() -> tuple[list[CatalogRecord], list[Event]]:
    """Thirty items of three genres; each listener hears one genre, and nobody the new items."""
    records = [record(f"{genre} {number}", genre) for genre in GENRES for number in range(10)]
    records += [record(f"new {genre}", genre, f"only {genre}") for genre in GENRES]
    plays = [
        play(f"u{user}", f"{GENRES[user % 3]} {(3 * user + step) % 10}")
        for step in range(6)
        for user in range(30)
    ]
    return records, plays


def newcomers(records: Sequence[CatalogRecord], events: Sequence[Event]) -> Newcomers:
    core = Standalone(ring_events=64, shelves=(NEXT_UP,))
    core.learn_catalog(records)
    model = Newcomers(core, records)
    for batch in micro_batches(events, size=20):
        model.learn_many(batch)
    return model


def test_a_new_item_is_ranked_by_what_it_is_like() -> None:
    records, plays = world()
    model = newcomers(records, plays)
    items = [f"new {genre}" for genre in GENRES]
    for user in range(30):
        ranked = model.rank_cold(f"u{user}", items)
        assert ranked[0] == f"new {GENRES[user % 3]}"
        assert sorted(ranked) == sorted(items)
        assert model.rank_cold(f"u{user}", items[::-1])[0] == ranked[0]


def test_listening_says_which_words_belong_together() -> None:
    """The listener knows only items called rap; others who hear them hear what is called hip hop."""
    words = {"rap": "hip hop", "jazz": "swing", "folk": "ballad"}
    records, plays = world()
    twins = [record(f"{genre} twin {number}", words[genre]) for genre in GENRES for number in range(10)]
    heard = [play(f"u{user}", f"{GENRES[user % 3]} twin {user % 10}") for user in range(30)]
    new = [record(f"new {word}", word) for word in words.values()]
    model = newcomers([*records, *twins, *new], [*plays, *heard, play("v", "rap 0"), play("v", "rap 1")])
    assert model.rank_cold("v", [one.item for one in new][::-1])[0] == "new hip hop"


def test_an_item_teaches_in_place_of_what_it_taught_before() -> None:
    records, plays = world()
    model = newcomers(records, [])
    model.learn_many(plays[:90])
    model.learn_many(plays[90:])
    catalogue = model._core.catalogue
    positions = [catalogue.position_of(stable_key(one.item)) for one in records[:30]]
    assert set(catalogue.plays[positions].tolist()) == {6}
    vectors = catalogue.neighbours.vectors(np.array(positions, np.int32))
    ridge = ContentRidge(dimensions=vectors.shape[1])
    contents = [describe(one) for one in records]
    ridge.learn_many(contents[:30], vectors, np.full(30, 3.0))
    assert np.allclose(model._ridge.predict(contents), ridge.predict(contents), atol=1e-5)


def test_a_stranger_gets_what_most_was_said_of() -> None:
    records, plays = world()
    model = newcomers([*records, record("talk", "rap", weight=9.0)], plays)
    assert model.rank_cold("stranger", ["new jazz", "talk", "new rap"]) == ["talk", "new jazz", "new rap"]


def test_items_of_whose_content_nothing_is_known_teach_nothing_and_do_no_harm() -> None:
    records, plays = world()
    strange = [play(f"u{user}", "no record") for user in range(30)]
    model = newcomers(records, [*strange, *plays])
    assert model.rank_cold("u1", ["new rap", "new jazz"])[0] == "new jazz"


def test_asking_changes_no_later_answer() -> None:
    records, plays = world()
    asked, silent = newcomers(records, plays[:90]), newcomers(records, plays[:90])
    items = [record.item for record in records]
    before = asked.rank_cold("u1", items)
    for model in (asked, silent):
        model.learn_many(plays[90:])
    assert asked.rank_cold("u1", items) != before
    assert all(asked.rank_cold(f"u{u}", items) == silent.rank_cold(f"u{u}", items) for u in range(5))
