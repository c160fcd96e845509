"""Playlists on a real Kafka: workers are killed with -9, and all has been told to the items once."""

import random
import time

import numpy as np
import pytest
from confluent_kafka import Message

from models.batch import Placed
from models.events import Event, EventType
from models.items import item_models, load_states
from models.playlist_signals import NOTHING_TOLD, in_pieces, tell_playlist
from models.playlists import Playlist, PlaylistKind
from models.signals import SignalBlock, gather
from models.standalone import Standalone
from streams.broker import LocalBroker
from streams.schemas import Refused, decode_playlist, encode_event, encode_playlist
from streams.topics import DEAD_LETTERS, ITEM_SIGNALS, LISTENING_EVENTS, PLAYLISTS
from tests.end_to_end.system import System, headers

WORKERS = ("a", "b")
SHARES = 4
RECORDS = 400
"""In each share."""
ITEMS = [f"t:{number}" for number in range(60)]
"""So few that nobody has to make room among the neighbours, and all are published."""
AT = 1_700_000_000.0
SEED = 20261123
WITHIN = 1e-5


def share(dice):
    """Playlists that come, change and go, and what must be refused among them."""
    for _ in range(RECORDS):
        name = f"p{dice.randrange(100)}"
        kind = dice.choice(list(PlaylistKind))
        items = tuple(dice.sample(ITEMS, dice.randrange(25)))
        at = AT + dice.randrange(10**6)
        value: bytes | None = encode_playlist(Playlist(name, "T", kind, at, items))
        fate = dice.random()
        if fate < 0.05:
            value = None
        elif fate < 0.1:
            value = b'{"id": "p1", "title": 5}'
        yield name.encode(), value


def plays(nth):
    """Listeners of one item each: their signals join those of playlists, from other sources."""
    return [
        Event(f"{nth}-{n}", EventType.PLAY, f"u{nth}-{n}", AT + n, ITEMS[n % 60], ms_played=180_000)
        for n in range(80)
    ]


def torment(system, dice):
    """Send each share to both workers and kill one when a random part of its signals has left."""
    for name in WORKERS:
        system.start(name)
    for nth in range(SHARES):
        system.wait_until_ready(seconds=60)
        signals = system.appended(ITEM_SIGNALS.name)
        system.produce(LISTENING_EVENTS.name, [(e.user.encode(), encode_event(e)) for e in plays(nth)])
        system.produce(PLAYLISTS.name, share(dice))
        system.wait_for_records(ITEM_SIGNALS.name, signals + dice.randrange(1, 100), seconds=60)
        name = dice.choice(WORKERS)
        system.kill(name)
        system.start(name)


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    """What the log of playlists holds, what was learned of items, and what was refused."""
    home = tmp_path_factory.mktemp("playlists")
    with (
        LocalBroker.start(home / "kafka") as broker,
        System(broker.bootstrap, home, ring_events=128, item_linger_seconds=0.2) as system,
    ):
        torment(system, random.Random(SEED))
        system.wait_until_ready(seconds=60)
        system.wait_until_drained(seconds=120)
        # What is published may be behind by a hundredth of what is known of an item: the state is exact.
        states, ids = load_states([v for k, v in system.table("items").items() if k.startswith(b"item\0")])
        yield {
            "log": list(system.read(PLAYLISTS.name)),
            "models": dict(zip(ids, item_models(states), strict=True)),
            "letters": [headers(letter) for letter in system.read(DEAD_LETTERS.name)],
        }


def decoded(message: Message) -> Playlist | None:
    recorded_at = message.timestamp()[1] / 1000
    return decode_playlist(message.key(), message.value(), recorded_at=recorded_at, now=time.time())


def refused(log):
    places = set()
    for message in log:
        try:
            decoded(message)
        except Refused:
            places.add((message.partition(), message.offset()))
    return places


def reference(log):
    """The item models that one process makes of the same plays and playlists."""
    core = Standalone(ring_events=128)
    events = [event for nth in range(SHARES) for event in plays(nth)]
    core.process([Placed(n, event) for n, event in enumerate(events)], partition=0, emit=None)
    told = {}
    for message in log:
        if (message.partition(), message.offset()) in refused([message]):
            continue
        playlist = decoded(message)
        if playlist is None:
            told.pop(message.key(), None)
            continue
        before = told.get(message.key(), NOTHING_TOLD)
        outcome, told[message.key()] = tell_playlist(playlist, before, offset=message.offset())
        for piece in in_pieces(outcome):
            core.items.learn(SignalBlock(-1, tuple(piece.ids), gather(piece.signals)))
    ids, models = core.items.models()
    return dict(zip(ids, models, strict=True))


def row(model):
    named = model["strengths"] > 0
    return dict(zip(model["neighbours"][named].tolist(), model["strengths"][named].tolist(), strict=True))


def test_every_signal_of_every_playlist_and_play_counts_once(aftermath):
    expected, found = reference(aftermath["log"]), aftermath["models"]
    assert found.keys() == expected.keys() == set(ITEMS)
    for name in ("updates", "plays"):
        counts = {item: int(model[name]) for item, model in found.items()}
        assert counts == {item: int(model[name]) for item, model in expected.items()}
        assert min(counts.values()) > 0
    for item, model in found.items():
        assert row(model) == pytest.approx(row(expected[item]), rel=WITHIN)
        for name in ("audience", "mass"):
            np.testing.assert_allclose(model[name], expected[item][name], rtol=WITHIN)


def test_neighbours_are_what_playlists_hold_together(aftermath):
    assert max(len(row(model)) for model in aftermath["models"].values()) == len(ITEMS) - 1


def test_what_was_refused_is_in_the_dead_letters(aftermath):
    places = refused(aftermath["log"])
    assert len(places) > SHARES
    assert {(int(one["partition"]), int(one["offset"])) for one in aftermath["letters"]} == places
    assert {one["topic"] for one in aftermath["letters"]} == {PLAYLISTS.name}
