"""Each theme stands on slates of a small world, with its title, and holds only what belongs there."""

from collections import defaultdict
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from models.batch import Placed
from models.contexts import PARTS_OF_WEEK
from models.events import Event, EventType, keys_of
from models.features import Feature
from models.listeners import Population, simulate
from models.playlists import Playlist, PlaylistKind
from models.shelves import SHELVES
from models.slate import Because
from models.standalone import Standalone

WORLD = Population(seed=6, listeners=3, items=300, artists=24)
RECORDS = [
    replace(record, tags=(("country:pt", 1.0),) if place % 3 == 0 else ())
    for place, record in enumerate(WORLD.catalogue.records())
]
BY_ID = {record.item: record for record in RECORDS}
START, DAY = 1.7e9, 86_400.0
PLAYLISTS = (
    Playlist("editorial:even", "Even Songs", PlaylistKind.EDITORIAL, START, tuple(BY_ID)[::2]),
    Playlist("editorial:odd", "Odd Songs", PlaylistKind.EDITORIAL, START, tuple(BY_ID)[1::2]),
)
TITLES = {kind.id: kind.title for kind in SHELVES}
REASONS = {kind.id: kind.because for kind in SHELVES}


def events():
    """Listeners from Portugal play, some items three times, follow artists, and come back after a week."""
    number = count()
    first = list(simulate(WORLD, events=240, start_at=START))
    again = [replace(event, at=event.at + 8 * DAY) for event in first[-160:]]
    users = sorted({event.user for event in first})
    habits = [
        Event("", EventType.PLAY, user, START - DAY + 300 * nth, f"t:{nth % 6 * 50:06d}", ms_played=200_000)
        for user in users
        for nth in range(18)
    ]
    follows = [
        Event("", EventType.FOLLOW, event.user, first[-1].at + 1, artist=BY_ID[event.item].artist)
        for event in first[::12]
        if event.item
    ]
    for event in (*habits, *first, *follows, *again):
        yield replace(event, id=str(next(number)), context=replace(event.context, country="PT"))


class Seen:
    """Shelves as they were shown, with what was known of the candidates and the listener then."""

    def __init__(self, core, listener, event, shelf):
        candidates = listener.prediction.candidates
        place = {core.catalogue.ids[position]: n for n, position in enumerate(candidates.positions.tolist())}
        self.features = candidates.features[:, [place[item] for item in shelf.ids]]
        self.popularity = candidates.features[Feature.POPULARITY]
        self.because = candidates.because[[place[item] for item in shelf.ids]]
        self.shelf, self.event, self.core = shelf, event, core
        self.heard = [core.catalogue.ids[position] for position in listener.history.index.tolist()]
        self.last = core.catalogue.title(listener.history.last_played())
        self.top = {core.catalogue.ids[place] for place in np.flatnonzero(core.catalogue.in_top).tolist()}
        self.followed = listener.profile.followed
        self.moment = PARTS_OF_WEEK[listener.profile.contexts.part_of_week]
        self.artists = [BY_ID[item].artist for item in shelf.ids]

    def of(self, feature):
        return self.features[feature]

    def anchor(self):
        """What stands in the title in the place of `{anchor}`."""
        before, after = TITLES[self.shelf.id].split("{anchor}")
        assert self.shelf.title.startswith(before) and self.shelf.title.endswith(after)
        return self.shelf.title[len(before) : len(self.shelf.title) - len(after)]


@pytest.fixture(scope="module")
def seen():
    core, found = Standalone(ring_events=512), defaultdict(list)
    core.learn_catalog(RECORDS)
    core.learn_playlists(PLAYLISTS)

    def look(placed, listener, slate):
        for shelf in slate.shelves:
            found[shelf.id].append(Seen(core, listener, placed.event, shelf))

    for offset, event in enumerate(events()):
        core.process([Placed(offset=offset, event=event)], partition=0, emit=look)
    return found


def test_each_theme_stands_somewhere_with_its_reason(seen):
    assert set(seen) == {kind.id for kind in SHELVES} and len(SHELVES) == 14
    for some in seen.values():
        for one in some:
            assert one.shelf.because == REASONS[one.shelf.id]
            assert len(one.shelf.ids) == len(set(one.shelf.ids))


@pytest.mark.parametrize("shelf", [kind.id for kind in SHELVES if "{anchor}" not in kind.title])
def test_a_theme_about_nothing_has_its_own_title(seen, shelf):
    assert {one.shelf.title for one in seen[shelf]} == {TITLES[shelf]}


def explained_by(one):
    return [one.core.catalogue.artist_name(position) for position in one.because.tolist()]


def playlist_of(one):
    [playlist] = [playlist for playlist in PLAYLISTS if playlist.title == one.anchor()]
    return playlist


def plays(one):
    return np.array([one.heard.count(item) for item in one.shelf.ids])


FITS = {
    "next-up": lambda one: len(one.shelf.ids) <= 20,
    "keep-the-vibe": lambda one: [
        one.of(Feature.SESSIONS_BAG) + one.of(Feature.RULES) > 0,
        one.of(Feature.IN_SESSION) == 0,
    ],
    "new-from-followed": lambda one: [
        plays(one) == 0,
        np.isin(keys_of(["artist:" + artist for artist in one.artists]), one.followed),
    ],
    "because-you-played": lambda one: [
        one.of(Feature.FIRST_ORDER) + one.of(Feature.EVERYONE_AFTER_LAST) > 0,
        [one.anchor() == one.last] * len(one.shelf.ids),
    ],
    "your-moment": lambda one: [
        one.of(Feature.TASTE_CONTEXT) >= 0.35,
        [one.anchor() == one.moment] * len(one.shelf.ids),
    ],
    "on-repeat": lambda one: plays(one) >= 3,
    "new-to-you": lambda one: plays(one) == 0,
    "made-for-fans": lambda one: [
        plays(one) == 0,
        [artist != one.anchor() for artist in one.artists],
        [artist == one.anchor() for artist in explained_by(one)],
    ],
    "rediscover": lambda one: [plays(one) >= 3, one.of(Feature.AGE) >= 0.66],
    "best-of-artist": lambda one: [artist == one.anchor() for artist in one.artists],
    "hidden-gems": lambda one: [
        one.of(Feature.POPULARITY) <= np.sort(one.popularity)[len(one.popularity) // 2],
        one.of(Feature.IN_SESSION) == 0,
    ],
    "from-the-editors": lambda one: [item in playlist_of(one).items for item in one.shelf.ids],
    "trending-near-you": lambda one: [
        one.of(Feature.POPULARITY) >= 0.3,
        [("country:pt", 1.0) in BY_ID[item].tags for item in one.shelf.ids],
    ],
    "popular-now": lambda one: [item in one.top for item in one.shelf.ids],
}
"""Whether each item of a shelf belongs there, by what its theme says."""


@pytest.mark.parametrize("shelf", [kind.id for kind in SHELVES])
def test_only_what_belongs_there_stands_on_it(seen, shelf):
    for one in seen[shelf]:
        assert np.all(FITS[shelf](one)), (one.shelf.title, one.event.id)


def test_the_editors_shelf_is_about_a_playlist_and_says_so(seen):
    titles = {one.shelf.title for one in seen["from-the-editors"]}
    assert titles <= {"From the editors: Even Songs", "From the editors: Odd Songs"}
    assert {one.shelf.because for one in seen["from-the-editors"]} == {Because.EDITORS}
