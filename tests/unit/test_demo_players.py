"""Who presses play."""

from itertools import pairwise
from pathlib import Path

import pytest

from models.events import Event, EventType
from streams.demo.casting import choose_cast
from streams.demo.history import RememberedListener
from streams.demo.players import AHEAD_SECONDS, ClockedPlayer, World
from streams.demo.script import Script
from streams.demo.slates import ShownItem, ShownShelf, ShownSlate
from streams.schemas import decode_event, encode_event
from streams.sources import Format, UnreadableSource

NOW = 1_700_000_000.0


def world() -> World:
    return World(seed=7, listeners=3, now=NOW)


def slate_of(user: str, items: list[str]) -> ShownSlate:
    shown = tuple(ShownItem(item, 1.0, "popular", "") for item in items)
    return ShownSlate("2-5", user, 2, 5, NOW, (ShownShelf("next-up", "Next up", shown),))


def test_what_players_do_is_accepted_by_the_wire_in_order_of_time() -> None:
    for player in world().players:
        events = [player.act(None, now=NOW) for _ in range(200)]
        lived = [event for event in events if event is not None]
        assert len(lived) == 200
        assert all(before.at < after.at for before, after in pairwise(lived))
        for event in lived:
            assert decode_event(event.user.encode(), encode_event(event), now=NOW) == event


def test_the_same_seed_lives_the_same_lives() -> None:
    assert list(world().past(now=NOW)) == list(world().past(now=NOW))


def test_a_slate_is_played_from_and_named_as_the_origin() -> None:
    player = world().players[0]
    slate = slate_of(
        player.user, [record.item for record, _ in zip(world().records(), range(20), strict=False)]
    )
    events = [event for _ in range(200) if (event := player.act(slate, now=NOW))]
    origins = [(event.item, event.origin) for event in events if event.origin]
    assert len(origins) > 10
    for item, origin in origins:
        assert (origin.recommendation, origin.shelf) == ("2-5", "next-up")
        assert slate.shelves[0].items[origin.position].item == item


def history() -> list[Event]:
    return [
        Event(
            id=str(n),
            type=EventType.PLAY,
            user="u06",
            at=NOW + 300.0 * n,
            item=f"track:{n % 7}",
            ms_played=180_000,
        )
        for n in range(50)
    ]


def test_a_clock_that_has_caught_up_with_the_wall_waits() -> None:
    life = RememberedListener("u06", history(), seed=7)
    player = ClockedPlayer(life, at=NOW, seed=7)
    events = [player.act(None, now=NOW) for _ in range(500)]
    assert events[0] is not None
    assert events[-1] is None
    assert max(event.at for event in events if event) < NOW + AHEAD_SECONDS + 3_600.0


def test_a_listener_with_a_history_plays_from_it_and_from_slates() -> None:
    player = ClockedPlayer(RememberedListener("u06", history(), seed=7), at=NOW, seed=7)
    slate = slate_of("u06", ["track:new"])
    plays = [event for _ in range(100) if (event := player.act(slate, now=NOW + 1e7)) and event.ms_played]
    assert {event.item for event in plays if event.origin} == {"track:new"}
    own = {event.item for event in plays if not event.origin}
    assert own <= {f"track:{n}" for n in range(7)} | {"track:new"}
    assert len(own) > 3


def test_what_was_pressed_is_played_to_its_end_and_the_clock_goes_on() -> None:
    player = world().players[0]
    slate = slate_of(player.user, ["t:000001"])
    before = player.act(slate, now=NOW)
    origin = next(event.origin for _ in range(99) if (event := player.act(slate, now=NOW)) and event.origin)
    pressed = player.play("t:000001", duration_ms=200_000, origin=origin)
    after = player.act(None, now=NOW)
    assert before is not None
    assert after is not None
    assert before.at < pressed.at < after.at
    assert pressed.ms_played == 200_000


def script(path: Path, user: str) -> Script:
    return Script(
        history=path,
        format=Format.CSV,
        user=user,
        listeners=2,
        rate=1.0,
        port=None,
        started=0.0,
        lasts_seconds=1.0,
    )


def test_the_listener_shown_is_the_one_asked_for_or_who_played_most(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = (
        "ann,2021-04-22 05:41:00,Shindy,Dreams,60000\n" * 2 + "bob,2021-04-22 05:41:00,Shindy,Dreams,60000\n"
    )
    log.write_text("user,end_time,artist,track,ms_played\n" + rows)
    assert choose_cast(script(log, "me")).focus.user == "ann"
    cast = choose_cast(script(log, "bob"))
    assert cast.focus.user == "bob"
    assert cast.users == ["bob", "ann", "demo-amara", "demo-bao"]


def test_a_history_without_events_is_refused_with_a_hint(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("user,end_time,artist,track,ms_played\n")
    with pytest.raises(UnreadableSource, match="no event"):
        choose_cast(script(log, "me"))
