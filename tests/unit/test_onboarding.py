"""Listeners of whom little is known: what they say at the start, and their first plays."""

import random

import pytest

from models.catalogue import Catalogue
from models.errors import CorruptState
from models.events import CatalogRecord, Context, Event, EventType, Onboarding
from models.onboarding import (
    MOST_CHOSEN,
    Choices,
    artist_key,
    decode_choices,
    encode_choices,
    locale_key,
    update_choices,
)
from models.slate import Because, Slate
from models.standalone import Standalone
from models.state import encode_head, head_key, restore_listener

GENRES = ("pop", "rap", "folk", "jazz")
LISTENERS = {"pop": 60, "rap": 12, "folk": 12, "jazz": 12}
ITEMS = 24
DAY = 86_400.0
START = 1.7e9


def play(user: str, item: str, at: float) -> Event:
    return Event("", EventType.PLAY, user, at, item=item, ms_played=200_000, duration_ms=200_000)


def say(user: str, *artists: str, country: str = "", language: str = "") -> Event:
    told = Onboarding(artists, country, language)
    return Event("", EventType.ONBOARDING, user, START + 20 * DAY, onboarding=told)


def item_of(genre: str, number: int) -> str:
    return f"{genre} {number}"


def artist_of(item: str) -> str:
    genre, number = item.split()
    return f"{genre} artist {int(number) // 3}"


@pytest.fixture(scope="module")
def core() -> Standalone:
    """A world of four genres, of which most people hear the first, by lot; some jazz is Portuguese."""
    core, draw = Standalone(ring_events=64), random.Random(1)
    for genre in GENRES:
        for number in range(ITEMS):
            item = item_of(genre, number)
            tags = (("Language:PT", 1.0), ("country:br", 1.0)) if item in ("jazz 7", "jazz 9") else ()
            core.learn_catalog([CatalogRecord(item, item, artist_of(item), tags=tags)])
    offset = 0
    for step in range(10):
        for genre in GENRES:
            for listener in range(LISTENERS[genre]):
                item = item_of(genre, draw.randrange(ITEMS))
                at = START + DAY * step + 400 * listener
                core.process_one(play(f"{genre} {listener}", item, at), offset=offset)
                offset += 1
    return core


def next_up(slate: Slate | None, count: int = 10) -> list[str]:
    assert slate is not None
    return list(slate.shelves[0].ids[:count])


def share(items: list[str], genre: str) -> float:
    return sum(item.startswith(genre) for item in items) / len(items)


def test_who_chooses_nobody_gets_what_is_popular_at_once(core: Standalone) -> None:
    slate = core.process_one(say("silent"), offset=0)
    assert share(next_up(slate), "pop") > 0.8
    assert {one.why.because for one in slate.shelves[0].items[:10]} == {Because.POPULAR}


def test_the_most_played_of_the_chosen_artists_lead_and_say_why(core: Standalone) -> None:
    slate = core.process_one(say("chooser", "folk artist 1", "jazz artist 2", "nobody known"), offset=0)
    chosen = {"folk 3", "folk 4", "folk 5", "jazz 6", "jazz 7", "jazz 8"}
    leading = next_up(slate, len(chosen))
    assert set(leading) == chosen
    assert {one.why.because for one in slate.shelves[0].items[:6]} == {Because.CHOSEN_ARTIST}


def test_who_hears_the_chosen_hears_what_comes_next(core: Standalone) -> None:
    """The neighbours of what was chosen come before what is popular, and name whom they go with."""
    slate = core.process_one(say("beside", "folk artist 1"), offset=0)
    behind = slate.shelves[0].items[3:10]
    assert share([one.item for one in behind], "folk") > 0.8
    assert {artist_of(one.why.item) for one in behind if one.why.item} == {"folk artist 1"}


@pytest.mark.parametrize("told", [{"country": "BR"}, {"language": "pt"}])
def test_what_is_tagged_with_country_or_language_comes_first_of_what_is_popular(
    core: Standalone, told: dict[str, str]
) -> None:
    [named] = told.values()
    user = f"from {named}"
    tagged = {"jazz 7", "jazz 9"}
    assert not tagged & set(next_up(core.process_one(say(f"not {user}"), offset=0)))
    assert tagged < set(next_up(core.process_one(say(user, **told), offset=0), 5))
    event = Event("", EventType.SEARCH, f"{user} too", START + 20 * DAY, query="x", context=Context(**told))
    assert tagged < set(next_up(core.process_one(event, offset=0), 5))


def test_it_is_personal_after_the_third_play(core: Standalone) -> None:
    before = next_up(core.process_one(say("new"), offset=0))
    heard = [item_of("folk", number) for number in (1, 6, 11)]
    for nth, item in enumerate(heard):
        slate = core.process_one(play("new", item, START + 20 * DAY + 300 * nth), offset=1 + nth)
    unheard = [item for item in next_up(slate, 15) if item not in heard]
    assert share(before, "folk") == 0
    assert share(unheard, "folk") > 0.6


def test_what_was_said_counts_less_with_each_item_heard_and_in_the_end_nothing(core: Standalone) -> None:
    core.process_one(say("leaver", "jazz artist 2"), offset=0)
    listener, shares = core.listener("leaver"), []
    for nth in range(9):
        odds = core.personalizer.predict(listener).candidates.odds
        shares.append(float(odds.max()))
        core.process_one(play("leaver", item_of("rap", nth), START + 20 * DAY + 300 * nth), offset=1 + nth)
    assert shares[0] > 2
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] == 0


def test_those_who_heard_enough_are_asked_nothing(core: Standalone) -> None:
    asked = [core.personalizer.predict(core.listener("folk 1")) for _ in range(2)]
    assert (asked[0].candidates.odds == 0).all()
    assert asked[0].scores.tolist() == asked[1].scores.tolist()


def test_the_last_word_counts_and_what_is_left_out_stays() -> None:
    choices = update_choices(Choices(), say("ann", "A", "B", "A", country="DE"))
    assert choices == Choices((artist_key("A"), artist_key("B")), locale_key("country", "de"))
    moved = update_choices(choices, play("ann", "t", 1.0))
    assert moved == choices
    moved = update_choices(choices, say("ann", language="fr"))
    assert moved == Choices(choices.artists, choices.country, locale_key("language", "FR"))
    assert update_choices(moved, say("ann", "C")).artists == (artist_key("C"),)
    many = say("ann", *map(str, range(2 * MOST_CHOSEN)))
    assert len(update_choices(choices, many).artists) == MOST_CHOSEN


def test_choices_are_kept_with_the_listener(core: Standalone) -> None:
    core.process_one(say("kept", *map(str, range(10)), country="de"), offset=7)
    head = encode_head(core.listener("kept"))
    stored = {head_key("kept"): head}
    restored = restore_listener("kept", stored, ring_events=64, catalogue=Catalogue())
    assert restored.profile.choices == core.listener("kept").profile.choices != Choices()
    assert encode_head(restored) == head


@pytest.mark.parametrize("data", [b"\0", bytes(8), bytes(8 * (MOST_CHOSEN + 3)), bytes(17)])
def test_spoilt_choices_are_refused(data: bytes) -> None:
    with pytest.raises(CorruptState):
        decode_choices(data)


def test_choices_come_back_from_their_bytes() -> None:
    said = update_choices(Choices(), say("ann", "A", "B", language="pt"))
    assert decode_choices(encode_choices(said)) == said
    assert encode_choices(Choices()) == b""


def test_an_item_that_moves_to_another_country_leaves_the_first() -> None:
    core = Standalone(ring_events=64)
    for country in ("de", "fr"):
        core.learn_catalog([CatalogRecord("x", "x", "X", tags=((f"country:{country}", 1.0),))])
        core.process_one(play("ann", "x", START), offset=0 if country == "de" else 1)
    [place] = core.catalogue.locales.find(Choices(country=locale_key("country", "DE"))).tolist()
    assert (core.catalogue.arrays.locale_top[place] == -1).all()
