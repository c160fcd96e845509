"""Listeners over months: each mechanism by itself, all of them together the same every time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest

from models.events import Event
from models.listeners import Catalogue
from models.listeners.draws import Draws, derive
from models.listeners.habits import measure_habits
from models.listeners.longterm import LongTermListener, Row, Screen, TasteSpace
from models.listeners.longterm.finds import LEARNED, MOST, Finds
from models.listeners.longterm.mind import LOVED, Mind
from models.listeners.longterm.satiation import Satiation
from models.listeners.longterm.screen import look_at, press
from models.listeners.longterm.taste_space import LatentTaste
from models.listeners.longterm.temperament import Temperament
from models.listeners.longterm.wellbeing import Wellbeing
from models.listeners.tastes import Tastes

START_AT = 1_700_000_000.0
DAY = 86_400.0
CATALOGUE = Catalogue(seed=7, items=2_000, artists=200)
SPACE = TasteSpace(CATALOGUE, seed=7)


def person(index: int = 0) -> LongTermListener:
    return LongTermListener(user=f"u{index}", key=derive(7, index), catalogue=CATALOGUE, space=SPACE)


def mind() -> Mind:
    return Mind(
        tastes=Tastes.draw(derive(7, 1), CATALOGUE),
        temperament=Temperament.draw(Draws(derive(7, 2))),
        catalogue=CATALOGUE,
        space=SPACE,
        draws=Draws(derive(7, 3)),
    )


def no_screen() -> Screen:
    return Screen()


def live(listener: LongTermListener, *, days: int, look: Callable[[], Screen] = no_screen) -> list[Event]:
    at, events = START_AT, []
    while at < START_AT + days * DAY:
        action = listener.begin(at, look)
        events.append(listener.finish(action, at=round(at + action.ms_played / 1_000, 3)))
        at = listener.next_start(events[-1].at)
    return events


def test_the_same_key_lives_the_same_life_and_another_does_not() -> None:
    def digest(index: int) -> str:
        return hashlib.sha256(repr(live(person(index), days=10)).encode()).hexdigest()

    assert digest(1) == digest(1) != digest(2)


def test_satiation_falls_with_hearing_and_recovers() -> None:
    them, at = mind(), START_AT
    index = max(range(200), key=lambda one: them.liking(one, at))
    home = CATALOGUE.genres_of(CATALOGUE.artist_of(index))[0]
    them.hear(index, at, enjoyment=0.0)
    enjoyed = []
    for minute in range(12):
        them.hear(index, at + 240.0 * minute, enjoyment=0.0)
        enjoyed.append(them.enjoyment(index, at + 240.0 * minute, home=home))
    assert enjoyed[-1] < max(enjoyed) - 1.0
    rested = [them.enjoyment(index, at + days * DAY, home=home) for days in (1, 4, 30)]
    assert enjoyed[-1] < rested[0] < rested[1] < rested[2]


def test_an_artist_satiates_too() -> None:
    them = mind()
    album = list(CATALOGUE.tracks(0))[:9]
    before = them.enjoyment(album[-1], START_AT, home=0)
    for index in album[:-1]:
        them.hear(index, START_AT, enjoyment=0.0)
    assert them.enjoyment(album[-1], START_AT, home=0) < before - 0.2


def test_what_satiates_is_forgotten_oldest_first() -> None:
    heard = Satiation(half_life_hours=24.0, tolerance=0.0, weight=1.0, capacity=3)
    for thing in (1, 2, 3, 1, 4):
        heard.add(thing, at=0.0)
    assert [heard.felt(thing, at=0.0) for thing in (1, 2, 3, 4)] == [2.0, 0.0, 1.0, 1.0]
    assert len(heard) == 3


def test_what_is_new_is_enjoyed_less_until_it_is_known() -> None:
    them = mind()
    first = them.enjoyment(5, START_AT, home=0)
    them.hear(5, START_AT, enjoyment=0.0)
    assert first < them.enjoyment(5, START_AT + DAY, home=0)


def test_a_diet_of_repeats_bores_and_the_bored_come_back_less() -> None:
    bored, varied = (Wellbeing(Temperament(1.0, 0.1, comfortable=0.8, faith=2.0)) for _ in range(2))
    for nth in range(300):
        bored.hear(0.5, known=True)
        varied.hear(0.5, known=nth % 2 == 0)
    bored.end_session()
    varied.end_session()
    assert bored.boredom > 0.9
    assert varied.boredom == 0.0
    assert bored.return_chance < varied.return_chance - 0.05


def test_sessions_that_please_bring_people_back() -> None:
    pleased, annoyed = (Wellbeing(Temperament(1.0, 0.1, comfortable=0.8, faith=2.0)) for _ in range(2))
    for _ in range(10):
        pleased.hear(0.8, known=True)
        annoyed.hear(0.1, known=True)
        pleased.end_session()
        annoyed.end_session()
    assert pleased.return_chance > annoyed.return_chance + 0.1


def test_the_bored_want_something_new_more_often() -> None:
    them = mind()
    calm = sum(them.wants_new() for _ in range(2_000))
    for _ in range(400):
        them.wellbeing.hear(0.5, known=True)
    assert sum(them.wants_new() for _ in range(2_000)) > 1.5 * calm


def test_a_loved_discovery_returns_at_growing_distances_and_a_mediocre_one_is_no_find() -> None:
    them = mind()
    liked = {index: them.liking(index, START_AT) for index in range(len(CATALOGUE))}
    loved = next(index for index, liking in liked.items() if liking >= LOVED + 0.3)
    mediocre = next(index for index, liking in liked.items() if liking < LOVED - 0.3)
    them.hear(mediocre, START_AT, enjoyment=0.0)
    assert len(them.finds) == 0
    at, distances = START_AT, []
    for _ in range(LEARNED):
        them.hear(loved, at, enjoyment=0.0)
        waited = next((days for days in range(1, 80) if them.finds.due(at + days * DAY) == loved), None)
        if waited is not None:
            distances.append(waited)
            at += waited * DAY
    assert distances == sorted(distances)
    assert distances[0] <= 3
    assert distances[-1] > 7
    assert len(them.finds) == 0, "it is known by heart, and comes back as everything known does"


def test_finds_are_bounded() -> None:
    finds, draws = Finds(), Draws(derive(1))
    for index in range(1_000):
        finds.keep(index, at=START_AT + index, draws=draws)
    assert len(finds) == MOST
    assert 999 in finds and 0 not in finds


def test_tastes_drift_over_months_and_hardly_in_a_week() -> None:
    taste = LatentTaste(Tastes.draw(derive(7, 1), CATALOGUE), SPACE)

    def likings(at: float) -> list[float]:
        return [taste.apparent(index, at) for index in range(500)]

    today = likings(START_AT)
    week, year = (np.corrcoef(today, likings(START_AT + days * DAY))[0, 1] for days in (7, 365))
    assert week > 0.98
    assert year < 0.9


def test_people_alike_agree_and_much_of_liking_is_their_own() -> None:
    tastes = [LatentTaste(Tastes(derive(key), (3, 4)), SPACE) for key in (1, 2)] + [
        LatentTaste(Tastes(derive(3), (11, 12)), SPACE)
    ]
    apparent = [[taste.apparent(index, START_AT) for index in range(1_000)] for taste in tastes]
    assert np.corrcoef(apparent[0], apparent[1])[0, 1] > np.corrcoef(apparent[0], apparent[2])[0, 1] + 0.2
    liking = [tastes[0].liking(index, START_AT) for index in range(1_000)]
    assert 0.3 < np.corrcoef(apparent[0], liking)[0, 1] < 0.9


def test_the_top_of_a_screen_is_seen_most_and_rows_that_promise_nothing_are_passed_over() -> None:
    screen = Screen("0-1", [Row("known", ["a", "b", "c", "d"]), *(Row(f"r{n}", ["x"] * 8) for n in range(5))])
    draws = Draws(derive(1))
    reached = [look_at(screen, draws, wanted=lambda item: True) for _ in range(2_000)]
    rows = [sum(len(seen) > row for seen in reached) for row in range(6)]
    assert rows == sorted(rows, reverse=True)
    assert rows[0] > 3 * rows[4]
    passed = [look_at(screen, draws, wanted=lambda item: item == "x") for _ in range(500)]
    assert all(not seen[0] for seen in passed)
    assert any(len(seen) > 1 and seen[1] for seen in passed)


def test_what_attracts_is_pressed_and_what_is_unknown_to_the_catalogue_is_not() -> None:
    draws, seen = Draws(derive(2)), [["dull", "good"], ["gone"]]
    attraction = {"dull": -1.0, "good": 1.0, "gone": None}
    pressed = [press(seen, draws, attraction=attraction.__getitem__, own=0.0) for _ in range(1_000)]
    assert pressed.count((0, 1)) > 800
    assert pressed.count((1, 0)) == 0
    assert None in pressed and (0, 0) in pressed


def test_a_play_from_the_screen_says_where_it_was_and_rows_in_vain_leave_an_impression() -> None:
    rows = [Row(f"row-{nth}", [CATALOGUE.item(40 * nth + place) for place in range(8)]) for nth in range(5)]
    events = live(person(), days=12, look=lambda: Screen("0-17", rows))
    pressed = [event for event in events if event.type == "play" and event.origin]
    seen = [event for event in events if event.type == "impression"]
    assert len(pressed) > 10 and len(seen) > 10
    for event in pressed:
        assert event.origin is not None
        assert event.item == rows[int(event.origin.shelf[-1])].items[event.origin.position]
    assert {event.origin.recommendation for event in pressed + seen if event.origin} == {"0-17"}
    assert all(event.item == rows[int(event.origin.shelf[-1])].items[0] for event in seen if event.origin)


def test_a_listener_stays_small() -> None:
    listener = person()
    live(listener, days=60)
    them = listener.mind
    assert len(them.finds) <= MOST
    assert len(them._heard) == len(CATALOGUE)
    assert len(them._items) <= 256 and len(them._artists) <= 128


@pytest.fixture(scope="module")
def measured() -> list[dict[str, float]]:
    catalogue = Catalogue(seed=7, items=6_000, artists=600)
    space = TasteSpace(catalogue, seed=7)
    people = [
        LongTermListener(user=f"u{one}", key=derive(7, 0, one), catalogue=catalogue, space=space)
        for one in range(8)
    ]
    habits = [measure_habits(live(one, days=100)) for one in people]
    return [{name: getattr(one, name) for name in one.__slots__} for one in habits]


def test_habits_lie_among_those_of_real_listeners(measured: list[dict[str, float]]) -> None:
    """The spread of three real ones, a tenth wider at both ends; docs/simulator.md has their figures."""
    real = {
        "skip_share": (0.162, 0.404),
        "repeat_share": (0.637, 0.884),
        "session_median": (9, 18),
        "session_p90": (64, 79),
        "returns_7": (0.140, 0.288),
        "returns_30": (0.247, 0.358),
        "next_day": (0.878, 1.0),
    }
    for name, (low, high) in real.items():
        mean = np.mean([one[name] for one in measured])
        assert 0.9 * low <= mean <= 1.1 * high, (name, mean)
