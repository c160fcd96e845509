"""The simulated listeners: readable names, honest statistics, visible reactions, the same everywhere."""

from __future__ import annotations

import csv
import gzip
import hashlib
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice, pairwise
from pathlib import Path
from time import process_time

import numpy as np
import pytest

from models.events import ABOUT_ITEM, SESSION_GAP_SECONDS, Ended, Event, EventType
from models.listeners import Catalogue, Population, simulate

START_AT = 1_730_000_000.0
CHECKOUT = Path(__file__).parents[2]


def world(*, seed: int = 7, listeners: int = 50) -> Population:
    return Population(seed=seed, listeners=listeners, items=2_000, artists=150)


@pytest.fixture(scope="module")
def log() -> list[Event]:
    return list(simulate(world(), events=40_000, start_at=START_AT))


@pytest.fixture(scope="module")
def plays_by_user(log: list[Event]) -> dict[str, list[Event]]:
    plays: dict[str, list[Event]] = defaultdict(list)
    for event in log:
        if event.type is EventType.PLAY:
            plays[event.user].append(event)
    return plays


@dataclass(frozen=True)
class Habits:
    """What is compared between simulated and real listeners."""

    skip_share: float
    repeat_share: float
    session_median: float
    session_p90: float
    top_eight_hours_share: float


def habits(plays: Sequence[tuple[float, str, int]]) -> Habits:
    """Measure one listener's (end, item, ms_played); repeats are counted after the first 200 plays."""
    seen: set[str] = set()
    repeats: list[bool] = []
    for nth, (_, item, _) in enumerate(plays):
        if nth >= 200:
            repeats.append(item in seen)
        seen.add(item)
    pauses = [at - ms / 1_000 - before for (before, _, _), (at, _, ms) in pairwise(plays)]
    breaks = [0, *(n + 1 for n, pause in enumerate(pauses) if pause > SESSION_GAP_SECONDS), len(plays)]
    lengths = np.diff(breaks)
    hours = np.bincount([int(at // 3_600) % 24 for at, _, _ in plays], minlength=24)
    return Habits(
        skip_share=float(np.mean([ms < 30_000 for _, _, ms in plays])),
        repeat_share=float(np.mean(repeats)),
        session_median=float(np.median(lengths)),
        session_p90=float(np.percentile(lengths, 90)),
        top_eight_hours_share=float(np.sort(hours)[-8:].sum() / len(plays)),
    )


@cache
def simulated_habits() -> list[Habits]:
    """Measure eight listeners over 45 days in a catalogue that they do not exhaust."""
    population = Population(seed=7, listeners=8, items=50_000, artists=4_000)
    measured = []
    for index in range(8):
        listener, at = population.listener(index), START_AT
        plays: list[tuple[float, str, int]] = []
        while at < START_AT + 45 * 86_400:
            begin = listener.next_start(at) if plays else at
            action = listener.begin(begin)
            at = begin + action.ms_played / 1_000
            event = listener.finish(action, at=at)
            if event.type is EventType.PLAY:
                plays.append((event.at, event.item, event.ms_played))
        measured.append(habits(plays))
    return measured


def real_habits(user: str) -> Habits:
    path = CHECKOUT.parent / "shared" / "data" / "listening" / f"{user}.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return habits(
            [
                (
                    datetime.fromisoformat(row["end_time"]).replace(tzinfo=UTC).timestamp(),
                    f"{row['artist']} {row['track']}",
                    int(row["ms_played"]),
                )
                for row in csv.DictReader(lines)
            ]
        )


def test_every_title_and_artist_is_readable_and_its_own() -> None:
    catalogue = Catalogue(seed=7, items=20_000, artists=3_000)
    records = list(catalogue.records())
    assert len({record.title for record in records}) == len({record.item for record in records}) == 20_000
    assert len({record.artist for record in records}) == 3_000
    assert not any(sign.isdigit() for record in records for sign in record.title + record.artist)
    assert all(record.genres and 120_000 <= record.duration_ms <= 330_000 for record in records)
    assert max(len(record.title) for record in records) <= 50
    genres = Counter(record.genres[0] for record in records)
    assert len(genres) == 24
    assert max(genres.values()) < 3 * min(genres.values())


def test_a_million_items_cost_nothing_until_they_are_asked_for() -> None:
    began = process_time()
    catalogue = Catalogue(seed=7, items=1_000_000, artists=50_000)
    assert process_time() - began < 5.0
    last = catalogue.record(999_999)
    assert catalogue.find(last.item) == 999_999
    assert len({catalogue.record(index).title for index in range(999_000, 1_000_000)}) == 1_000


def test_an_artists_tracks_are_neighbours_and_every_item_has_one_artist() -> None:
    catalogue = Catalogue(seed=7, items=500, artists=40)
    tracks = [index for artist in range(40) for index in catalogue.tracks(artist)]
    assert tracks == list(range(500))
    assert all(index in catalogue.tracks(catalogue.artist_of(index)) for index in range(500))
    assert all(
        catalogue.hit(artist, rank) in catalogue.tracks(artist) for artist in range(40) for rank in (0, 99)
    )


@pytest.mark.parametrize(
    "item", ["t:0005", "t:000500", "t:" + "\u0660" * 6, "t:-00001", "x:000001", "", "t:" + "9" * 400]
)
def test_an_item_that_is_not_in_the_catalogue_is_not_found(item: str) -> None:
    assert Catalogue(seed=7, items=500, artists=40).find(item) is None


@pytest.mark.parametrize(
    ("listeners", "items", "artists"), [(0, 10, 1), (1, 10, 0), (1, 10, 11), (1, 10_000_000, 1)]
)
def test_an_impossible_world_is_refused(listeners: int, items: int, artists: int) -> None:
    with pytest.raises(ValueError, match="need"):
        Population(seed=7, listeners=listeners, items=items, artists=artists)


def test_a_listener_outside_the_population_is_refused() -> None:
    with pytest.raises(IndexError):
        world(listeners=3).listener(3)


def test_events_come_in_order_of_time_and_no_listener_does_two_things_at_once(log: list[Event]) -> None:
    assert log[0].at >= START_AT
    assert all(one.at <= other.at for one, other in pairwise(log))
    last: dict[str, float] = {}
    for event in log:
        assert event.at - event.ms_played / 1_000 >= last.get(event.user, START_AT) - 0.001
        last[event.user] = event.at


def test_every_event_says_what_its_type_needs(log: list[Event]) -> None:
    assert len({event.id for event in log}) == len(log) == 40_000
    for event in log:
        assert bool(event.item) == (event.type in ABOUT_ITEM)
        assert bool(event.query) == (event.type is EventType.SEARCH)
        assert bool(event.ms_played) == (event.type is EventType.PLAY)
        assert event.ms_played <= event.duration_ms
        assert not event.is_skip or event.ended is Ended.SKIPPED
    kinds = Counter(event.type for event in log)
    assert {"play", "like", "save", "follow", "search", "ban", "share", "playlist_add"} == set(kinds)
    assert kinds[EventType.PLAY] > 0.9 * len(log)


def test_listeners_are_as_simulated_listeners_should_be() -> None:
    measured = simulated_habits()
    assert 0.30 <= np.mean([one.skip_share for one in measured]) <= 0.45
    assert 0.70 <= np.mean([one.repeat_share for one in measured]) <= 0.88
    assert 8 <= np.median([one.session_median for one in measured]) <= 20
    assert 50 <= np.median([one.session_p90 for one in measured]) <= 100
    # All hours alike would be a third.
    assert all(one.top_eight_hours_share > 0.42 for one in measured)


def test_the_unfamiliar_is_skipped_more(plays_by_user: dict[str, list[Event]]) -> None:
    skips: dict[bool, list[bool]] = {True: [], False: []}
    for plays in plays_by_user.values():
        seen: set[str] = set()
        for event in plays:
            skips[event.item in seen].append(event.is_skip)
            seen.add(event.item)
    assert np.mean(skips[False]) > np.mean(skips[True]) + 0.05


def test_a_successor_and_recency_model_learns_them_and_popularity_does_not(log: list[Event]) -> None:
    followers: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    heard: dict[str, list[str]] = defaultdict(list)
    popular: Counter[str] = Counter()
    targets = hits = habit_hits = recent_hits = popular_hits = 0
    for event in log:
        if not event.is_play:
            continue
        recent = heard[event.user]
        if 200 <= len(recent) < 300:
            after = [item for item, _ in followers[event.user, recent[-1]].most_common(20)]
            ranked = list(dict.fromkeys(after + recent[::-1]))[:20]
            targets += 1
            hits += event.item in ranked
            habit_hits += event.item in after[:1]
            recent_hits += event.item in list(dict.fromkeys(recent[::-1]))[:20]
            popular_hits += event.item in [item for item, _ in popular.most_common(20)]
        if recent:
            followers[event.user, recent[-1]][event.item] += 1
        recent.append(event.item)
        popular[event.item] += 1
    assert targets > 2_000
    assert hits / targets >= 0.25
    assert habit_hits / targets >= 0.10
    assert recent_hits / targets >= 0.15
    assert popular_hits / targets <= 0.10


def test_a_slate_changes_what_is_played_and_plays_say_where_they_came_from() -> None:
    shown, alone = world().listener(3), world().listener(3)
    catalogue = world().catalogue
    slate = [catalogue.item(index) for index in (1_500, 1_501, 1_502, 400)]
    recommended, played_alone = [], set()
    for minute in range(600):
        now = START_AT + 240 * minute
        event = shown.next_event(now, slate, recommendation=f"3-{minute}", shelf="home")
        assert event.at == now
        if event.origin is not None and event.type is EventType.PLAY:
            assert event.item == slate[event.origin.position]
            assert (event.origin.recommendation, event.origin.shelf) == (f"3-{minute}", "home")
            recommended.append(event.origin.position)
        played_alone.add(alone.next_event(now).item)
    assert 30 < len(recommended) < 300
    assert len(played_alone & set(slate)) < len(set(slate))


def test_the_top_of_a_slate_is_pressed_most() -> None:
    population = world()
    slate = [population.catalogue.item(index) for index in range(0, 2_000, 100)]
    positions: Counter[int] = Counter()
    for index in range(50):
        listener = population.listener(index)
        for minute in range(60):
            event = listener.next_event(START_AT + 240 * minute, slate)
            if event.origin is not None:
                positions[event.origin.position] += 1
    assert positions[0] + positions[1] > 3 * (positions[10] + positions[11])


def test_items_that_the_catalogue_does_not_hold_are_passed_over() -> None:
    listener = world().listener(0)
    events = [listener.next_event(START_AT + 60 * minute, ["t:4uLU6h", ""]) for minute in range(50)]
    assert all(event.origin is None for event in events)


def test_tastes_drift_slowly() -> None:
    population = world()
    tastes = population.listener(0)._chooser.tastes
    year = 365 * 86_400.0

    def favourites(at: float) -> list[int]:
        return [tastes.favourite(slot, at, population.catalogue) for slot in range(24)]

    kept_a_month = np.mean(np.equal(favourites(START_AT), favourites(START_AT + year / 12)))
    kept_a_year = np.mean(np.equal(favourites(START_AT), favourites(START_AT + year)))
    assert 0.6 < kept_a_month < 1.0
    assert kept_a_year < 0.5


def digest() -> str:
    events = islice(simulate(world(), events=3_000, start_at=START_AT), None)
    return hashlib.sha256("\n".join(map(repr, events)).encode()).hexdigest()


@pytest.mark.parametrize("hash_seed", ["0", "4242"])
def test_another_process_with_another_hash_seed_simulates_the_same(hash_seed: str) -> None:
    script = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('same', {__file__!r})\n"
        "same = importlib.util.module_from_spec(spec)\n"
        "sys.modules['same'] = same\n"
        "spec.loader.exec_module(same)\n"
        "print(same.digest())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(CHECKOUT)}
    other = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert other.stdout.strip() == digest()


def test_another_seed_is_another_world() -> None:
    one, other = world(seed=1), world(seed=2)
    assert [one.catalogue.record(i).title for i in range(9)] != [
        other.catalogue.record(i).title for i in range(9)
    ]
    first, second = (list(simulate(population, events=50, start_at=START_AT)) for population in (one, other))
    assert [event.item for event in first] != [event.item for event in second]


def test_two_hundred_thousand_listeners_wait_at_little_cost() -> None:
    population = Population(seed=7, listeners=200_000, items=100_000, artists=8_000)
    began = process_time()
    events = list(simulate(population, events=2_000, start_at=START_AT))
    assert len({event.user for event in events}) > 50
    assert process_time() - began < 10.0


@pytest.mark.data
def test_simulated_listeners_lie_among_real_ones() -> None:
    real = [astuple(real_habits(user)) for user in ("u02", "u06", "u08")]
    simulated = np.mean([astuple(one) for one in simulated_habits()], axis=0)
    assert (simulated >= 0.9 * np.min(real, axis=0)).all(), (simulated, real)
    assert (simulated <= 1.1 * np.max(real, axis=0)).all(), (simulated, real)
