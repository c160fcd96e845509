"""Items are held out by lot, each once; what is judged, and what is said of it, is worked out by hand."""

import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from models.events import PLAY_MS, Event, EventType
from models.held_out import HeldOut, gini, hold_out, judge_discoveries, micro_batches, published_split
from models.leave_last_out import MostPlayedNew
from streams.sources import Format, read_listening_log


def play(user: str, item: str, *, ms_played: int = PLAY_MS) -> Event:
    return Event(id="", type=EventType.PLAY, user=user, at=1e9, item=item, ms_played=ms_played)


def log() -> list[Event]:
    return [play(f"u{user}", f"i{item}") for user in range(30) for item in range(user % 7 + 1)]


def test_a_share_of_each_listeners_items_is_held_out_and_the_rest_learned_once() -> None:
    events = [*log(), *log(), play("u0", "skipped", ms_played=5_000)]
    split = hold_out(events, share=0.4, seed=3)
    learned = [(event.user, event.item) for event in split.learned]
    targets = [(user, item) for user, items in split.targets.items() for item in items]
    assert sorted(learned + targets) == sorted((event.user, event.item) for event in log())
    sizes = {user: len(items) for user, items in split.targets.items()}
    assert {sizes.get(f"u{user}", 0) for user in (0, 1, 7)} == {0}
    assert (sizes["u2"], sizes["u4"], sizes["u6"]) == (1, 2, 2)


def test_what_is_learned_comes_in_the_order_of_a_lot_and_its_times_follow_it() -> None:
    split = hold_out(log(), share=0.2, seed=3)
    assert hold_out(log(), share=0.2, seed=3) == split
    assert hold_out(log(), share=0.2, seed=4) != split
    users = [event.user for event in split.learned]
    assert users != sorted(users, key=lambda user: int(user[1:]))
    times = [event.at for event in split.learned]
    assert times == sorted(set(times))
    assert times[-1] == 1e9


def test_a_published_split_is_learned_whole_and_its_test_found_but_for_what_was_known() -> None:
    test = [play("u0", "i0"), play("u1", "new"), play("u1", "i0"), play("u1", "new"), play("stranger", "i3")]
    split = published_split([*log(), *log()], [*test, play("u2", "skipped", ms_played=5_000)], seed=3)
    learned = [(event.user, event.item) for event in split.learned]
    assert sorted(learned) == sorted((event.user, event.item) for event in log())
    assert split.targets == {"u1": {"new"}, "stranger": {"i3"}}
    times = [event.at for event in split.learned]
    assert times == sorted(set(times))
    again, other = (published_split(log(), test, seed=seed) for seed in (3, 4))
    assert again.learned == split.learned != other.learned


class Answers:
    def __init__(self, **answers: Sequence[str]) -> None:
        self._answers = answers

    def learn_many(self, events: Sequence[Event]) -> None:
        raise AssertionError("judging learns nothing")

    def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
        assert most == 20
        return self._answers[user]


def test_figures_are_those_worked_out_by_hand() -> None:
    learned = [play("ann", "p"), play("bob", "p"), play("cleo", "q"), play("ann", "r"), play("bob", "s")]
    split = HeldOut(learned, {"ann": frozenset("xy"), "bob": frozenset("z")})
    figures = judge_discoveries(Answers(ann=["p", "x"], bob=["p", "q"]), split, listeners=9, seed=0)
    assert figures.listeners == 2
    assert figures.recall_at_20 == pytest.approx((1 / 2 + 0) / 2)
    assert figures.ndcg_at_20 == pytest.approx(1 / math.log2(3) / (1 + 1 / math.log2(3)) / 2)
    # Of p, q, r and s, p was recommended twice and q once; x was never learned.
    assert figures.coverage == pytest.approx(2 / 4)
    assert figures.gini == pytest.approx(gini([2, 1, 0, 0]))
    assert figures.mean_log_popularity == pytest.approx(2 * math.log(2) / 4)


def test_listeners_are_drawn_by_lot_and_the_same_ones_by_the_same_seed() -> None:
    split = hold_out(log(), share=0.4, seed=0)
    asked: list[str] = []

    class Asked(Answers):
        def recommend_new(self, user: str, *, most: int) -> Sequence[str]:
            asked.append(user)
            return ()

    for seed in (1, 1, 2):
        assert judge_discoveries(Asked(), split, listeners=5, seed=seed).listeners == 5
    assert asked[:5] == asked[5:10] != asked[10:]


def test_nobody_to_ask_and_nothing_recommended_are_no_errors() -> None:
    figures = judge_discoveries(Answers(), hold_out([], share=0.2, seed=0), listeners=5, seed=0)
    assert (figures.listeners, figures.recall_at_20, figures.gini) == (0, 0.0, 0.0)


@pytest.mark.parametrize("size", [1, 4, 500])
def test_micro_batches_hold_every_event_once_in_order(size: int) -> None:
    events = log()
    batches = list(micro_batches(events, size=size))
    assert [event for batch in batches for event in batch] == events
    assert all(len(batch) == size for batch in batches[:-1])


def test_the_most_played_new_items_are_named_in_order() -> None:
    model = MostPlayedNew()
    model.learn_many(log())
    assert model.recommend_new("u2", most=3) == ["i3", "i4", "i5"]
    assert model.recommend_new("stranger", most=2) == ["i0", "i1"]
    assert model.recommend_new("u6", most=20) == []


def test_a_set_holds_each_item_once(tmp_path: Path) -> None:
    path = tmp_path / "sets.txt"
    path.write_text("ann x y x z y\n")
    events = read_listening_log([path], Format.SETS, "me", now=1.7e9)
    assert [event.item for event in events if isinstance(event, Event)] == ["x", "y", "z"]
    assert len(read_listening_log([path], Format.SEQUENCES, "me", now=1.7e9)) == 5
