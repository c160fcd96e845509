"""Figures and what the board knows."""

import pytest

from models.events import Event, EventType, Origin
from streams.demo.board import Board, Wish
from streams.demo.figures import Counter, Latencies
from streams.demo.names import Names
from streams.demo.slates import ShownItem, ShownShelf, ShownSlate


def slate(offset: int, *items: str, user: str = "ann", at: float = 0.0) -> ShownSlate:
    shown = tuple(ShownItem(item, 1.0, "popular", "") for item in items)
    return ShownSlate(f"0-{offset}", user, 0, offset, at, (ShownShelf("next-up", "Next up", shown),))


def play(at: float) -> Event:
    return Event(id=str(at), type=EventType.PLAY, user="ann", at=at, item="t:1", ms_played=200_000)


@pytest.fixture
def board() -> Board:
    return Board(Names(), ["ann", "bob"], since=0.0)


def test_rates_are_means_of_the_last_seconds() -> None:
    counter = Counter()
    for tenth in range(100):
        counter.add(tenth / 10)
    assert counter.rate(10.0, since=0.0) == 10.0
    assert counter.rate(30.0, since=0.0) == 0.0
    assert counter.total == 100


def test_a_rate_does_not_reach_back_before_the_start() -> None:
    counter = Counter()
    counter.add(100.5)
    counter.add(100.9)
    assert counter.rate(101.0, since=100.0) == 2.0


def test_percentiles_are_nearest_ranks_of_what_is_recent() -> None:
    latencies = Latencies()
    latencies.add(1.0, 60.0)
    for number in range(100):
        latencies.add(50.0, number / 1_000)
    assert latencies.percentiles_ms(after=40.0) == (49.0, 98.0)
    assert latencies.percentiles_ms(after=60.0) == (None, None)


def test_a_slate_is_timed_from_the_event_that_it_includes(board: Board) -> None:
    board.pressed(play(1.0), 10.0)
    board.pressed(play(2.0), 11.0)
    board.received(slate(1, "t:1", at=2.0), 11.25)
    figures = board.figures(11.5)
    assert (figures.p50_ms, figures.events, figures.slates) == (250.0, 2, 1)


def test_the_past_is_not_timed(board: Board) -> None:
    board.sent_past(0.0)
    board.received(slate(1, "t:1", at=2.0), 9.0)
    assert board.figures(9.0).p50_ms is None


def test_a_repeat_counts_once_and_a_stranger_never(board: Board) -> None:
    assert board.received(slate(5, "t:1"), 1.0)
    assert not board.received(slate(5, "t:1"), 2.0)
    assert not board.received(slate(4, "t:2"), 2.0)
    assert not board.received(slate(9, "t:2", user="eve"), 2.0)
    assert board.slates == 1


def test_only_a_slate_with_other_items_is_a_change(board: Board) -> None:
    board.received(slate(1, "t:1", "t:2", at=1.0), 1.0)
    for offset, items in enumerate((["t:2", "t:1"], ["t:2", "t:3"], ["t:3", "t:2"]), start=2):
        board.pressed(play(offset), 2.0)
        board.received(slate(offset, *items, at=offset), 2.0)
    assert board.snapshot("ann", 3.0).changes == 1


def test_the_past_is_learned_when_each_of_its_events_has_a_slate(board: Board) -> None:
    board.sent_past(0.0)
    board.sent_past(0.0)
    board.received(slate(1, "t:1"), 1.0)
    assert not board.has_learned_the_past
    assert board.snapshot("ann", 1.0).past == (1, 2)
    board.received(slate(1, "t:1", user="bob"), 1.0)
    assert board.has_learned_the_past


def test_a_worker_is_up_again_with_its_next_slate(board: Board) -> None:
    board.received(slate(1, "t:1"), 1.0)
    board.worker_ended()
    assert board.snapshot("ann", 1.0).worker == "starting again"
    board.received(slate(2, "t:1"), 2.0)
    after = board.snapshot("ann", 2.0)
    assert (after.worker, after.restarts) == ("up", 1)


def test_what_was_not_shown_cannot_be_wished_for(board: Board) -> None:
    board.received(slate(1, "t:1"), 1.0)
    shown = Wish("ann", "t:1", Origin("0-1", "next-up", 0))
    assert board.ask(shown)
    assert not board.ask(Wish("ann", "t:2", Origin("0-1", "next-up", 0)))
    assert not board.ask(Wish("eve", "t:1", Origin("0-1", "next-up", 0)))
    assert board.take_wishes() == [shown]
    assert board.take_wishes() == []
