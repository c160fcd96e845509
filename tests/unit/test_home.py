"""The home environment: same people, same past; what is counted of them; two policies compared."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from models.events import Context, Event, EventType, Origin
from models.home import GreedyCore, HomeEnvironment, LiveCore, Recommender
from models.home.comparison import compare
from models.home.diary import AROUND_DAY_30, Diary
from models.listeners.habits import Habits, measure_habits
from models.listeners.longterm import Row, Screen

DAY = 86_400.0


class Always:
    """Shows the same items to everybody, and notes what it is told."""

    def __init__(self, items: list[str]) -> None:
        self.items = items
        self.learned: list[Event] = []
        self.shown: list[float] = []

    def show(self, user: str, *, at: float, context: Context) -> Screen:
        self.shown.append(at)
        return Screen("0-1", [Row("only", self.items)])

    def learn(self, event: Event) -> None:
        self.learned.append(event)


def world(*, seed: int = 3, listeners: int = 3) -> HomeEnvironment:
    return HomeEnvironment(seed=seed, listeners=listeners, items=600, artists=60, past_days=5)


def play(item: str, days: float, *, ms: int = 200_000, origin: Origin | None = None) -> Event:
    return Event(
        id=f"{item}-{days}",
        type=EventType.PLAY,
        user="u",
        at=days * DAY,
        item=item,
        ms_played=ms,
        origin=origin,
    )


def test_a_recommender_learns_every_event_in_order_and_is_asked_only_once_there_is_a_screen() -> None:
    recommender = Always([world().catalogue.item(index) for index in range(0, 600, 40)])
    events = list(world().live(recommender, days=6))
    assert events == recommender.learned
    assert all(one.at <= other.at for one, other in pairwise(events))
    assert min(recommender.shown) >= world().opens_at
    assert {event.user for event in events} == {"u000000", "u000001", "u000002"}
    assert any(event.origin for event in events)


def test_whatever_recommends_people_have_the_same_past() -> None:
    def past(recommender: Recommender) -> list[Event]:
        here = world()
        return [event for event in here.live(recommender, days=4) if event.at < here.opens_at]

    one, other = past(Always(["t:000001"])), past(Always(["t:000400"]))
    assert len(one) > 100
    assert one == other


def test_another_seed_is_another_world_and_the_same_is_the_same() -> None:
    def lives(seed: int) -> list[Event]:
        return list(world(seed=seed).live(Always(["t:000001"]), days=2))

    assert lives(1) == lives(1) != lives(2)


def test_an_unknown_listener_is_refused() -> None:
    with pytest.raises(IndexError):
        world().listener(3)


@pytest.mark.parametrize("core", [LiveCore, GreedyCore])
def test_a_core_fills_screens_and_is_played_from(core: type[LiveCore] | type[GreedyCore]) -> None:
    recommender = core(world().catalogue.records())
    assert recommender.show("u000000", at=0.0, context=Context()) == Screen()
    events = list(world().live(recommender, days=3))
    screen = recommender.show("u000000", at=events[-1].at, context=Context())
    items = [item for row in screen.rows for item in row.items]
    assert len(items) == len(set(items)) > 20
    shelves = Counter(event.origin.shelf for event in events if event.origin and event.is_play)
    assert shelves
    assert all(shelf.startswith("best-") for shelf in shelves) == (core is GreedyCore)


def test_a_greedy_screen_has_as_many_places_best_first() -> None:
    records = list(world().catalogue.records())
    greedy = GreedyCore(records)
    for event in world().live(Always([]), days=1):
        greedy.learn(event)
    theirs, core = greedy.show("u000001", at=0.0, context=Context()), greedy._core
    ours = core.personalizer.recommend(core.listener("u000001"), partition=0)
    assert [len(shelf.ids) for shelf in ours.shelves] == [len(row.items) for row in theirs.rows]
    ranking = core.personalizer.predict(core.listener("u000001"))
    best = core.catalogue.ids[ranking.candidates.positions[int(ranking.scores.argmax())]]
    assert theirs.rows[0].items[0] == best


def test_the_knob_brings_what_is_new_to_screens() -> None:
    records = list(world().catalogue.records())
    new = []
    for discovery in (0.0, 20.0):
        core = LiveCore(records, discovery=discovery)
        heard = set()
        for event in world().live(Always([]), days=1):
            core.learn(event)
            heard |= {event.item} if event.user == "u000001" else set()
        screen = core.show("u000001", at=0.0, context=Context())
        new.append(sum(item not in heard for row in screen.rows for item in row.items))
    assert new[1] > new[0]


def test_a_discovery_lasts_when_it_is_played_again_after_a_week_and_within_a_month() -> None:
    diary = Diary(opens_at=0.0)
    origin = Origin("0-1", "home")
    for event in [
        play("past", -3.0),
        play("past", 9.0),
        play("lasts", 1.0, origin=origin),
        play("lasts", 2.0),
        play("lasts", 12.0),
        play("lasts", 13.0),
        play("too-soon", 3.0),
        play("too-soon", 9.9),
        play("too-late", 4.0),
        play("too-late", 34.1),
        play("skipped", 5.0),
        play("skipped", 15.0, ms=20_000),
    ]:
        diary.add(event)
    figures = diary.figures(days=40)
    assert figures.durable_discoveries == 1
    assert figures.first_listens == 4
    assert (figures.completed_plays, figures.skips) == (10, 1)
    assert (figures.repeats, figures.from_home) == (6, 1)
    assert figures.days == 10
    assert list(AROUND_DAY_30) == [27, 28, 29, 30, 31, 32, 33]
    assert figures.days_around_30 == 0
    assert figures.last_days == 4


def test_the_past_counts_for_nothing_but_what_is_known() -> None:
    diary = Diary(opens_at=10 * DAY)
    diary.add(play("a", 1.0))
    diary.add(play("b", 2.0, ms=1_000))
    assert diary.figures(days=5).completed_plays == diary.figures(days=5).skips == 0


def test_intervals_are_paired_so_that_listeners_who_differ_do_not_blur_them() -> None:
    draws = np.random.default_rng(1)
    theirs = [draws.uniform(1, 100, size=20) for _ in range(3)]
    ours = [1.2 * one + draws.normal(size=20) for one in theirs]
    ratio = compare(ours, theirs, seed=1)
    assert ratio.low < ratio.ratio < ratio.high
    assert ratio.high - ratio.low < 0.05
    assert abs(ratio.ratio - 1.2) < 0.02
    assert ratio == compare(ours, theirs, seed=1)
    assert compare([np.zeros(2)], [np.zeros(2)], seed=1).ratio == 1.0


def test_habits_by_hand() -> None:
    hour = 1 / 24
    events = [play("a", 0.5), play("b", 0.5 + hour / 10, ms=1_000), play("a", 1.5)]
    found = measure_habits(events)
    assert found == Habits(
        plays_per_day=1.5,
        skip_share=1 / 3,
        repeat_share=0.0,
        session_median=2,
        session_p90=2,
        top_eight_hours_share=1.0,
        returns_7=0.0,
        returns_30=0.0,
        durable=0.0,
        next_day=1.0,
    )
    with pytest.raises(ValueError, match="no play"):
        measure_habits([])


def test_first_listens_that_return_are_counted_in_the_middle_of_a_log() -> None:
    times = {
        "edge": [0.0, 3.0],
        "week": [40.0, 43.0],
        "month": [41.0, 61.0],
        "never": [42.0],
        "late": [80.0, 81.0],
    }
    events = sorted((play(item, day) for item, days in times.items() for day in days), key=lambda one: one.at)
    found = measure_habits(events)
    assert found.returns_7 == pytest.approx(1 / 3)
    assert found.returns_30 == pytest.approx(2 / 3)
    assert found.durable == pytest.approx(1 / 3)
