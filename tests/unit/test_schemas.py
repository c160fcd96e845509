"""Every kind of bad input is refused with a reason that names the field; what is optional is defaulted."""

from __future__ import annotations

import math

import orjson
import pytest

from models.events import CatalogRecord, Context, Device, Ended, Event, EventType, Onboarding, Origin
from streams.schemas import (
    Document,
    Refused,
    decode_catalog,
    decode_event,
    encode_catalog,
    encode_event,
    parse_event,
)

NOW = 1_732_190_100.0
PLAY: Document = {
    "id": "1",
    "type": "play",
    "user": "ann",
    "item": "t:1",
    "at": 1_732_190_000.5,
    "ms_played": 9,
}


def decode(changes: Document | None = None) -> Event:
    document = {name: value for name, value in {**PLAY, **(changes or {})}.items() if value != "absent"}
    user = document.get("user")
    key = user.encode() if isinstance(user, str) else b"ann"
    return decode_event(key, orjson.dumps(document), now=NOW)


def raw(literal: str, name: str = "ms_played") -> bytes:
    return b'{"type":"play","user":"ann","item":"t:1","at":1732190000.5,"ms_played":9,"%b":%b}' % (
        name.encode(),
        literal.encode(),
    )


def refusal(key: bytes | None, value: bytes | None) -> Refused:
    with pytest.raises(Refused) as caught:
        decode_event(key, value, now=NOW)
    return caught.value


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"type": "absent"}, "type"),
        ({"type": "yodel"}, "type"),
        ({"type": 1}, "type"),
        ({"user": "absent"}, "user"),
        ({"user": ""}, "user"),
        ({"user": None}, "user"),
        ({"user": 7}, "user"),
        ({"user": "u" * 10_000}, "user"),
        ({"user": "é" * 129}, "user"),
        ({"user": "an\0n"}, "user"),
        ({"user": "an\nn"}, "user"),
        ({"user": "an\x85n"}, "user"),
        ({"at": "absent"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": True}, "at"),
        ({"at": 0}, "at"),
        ({"at": -1}, "at"),
        ({"at": 0.999}, "at"),
        ({"at": 2**63}, "at"),
        ({"at": NOW + 86_401}, "at"),
        ({"item": "absent"}, "item"),
        ({"item": ""}, "item"),
        ({"item": ["t:1"]}, "item"),
        ({"item": "t\x1b[31m"}, "item"),
        ({"id": "1" * 257}, "id"),
        ({"id": 1}, "id"),
        ({"type": "follow"}, "artist"),
        ({"type": "unfollow", "artist": ""}, "artist"),
        ({"type": "search"}, "query"),
        ({"ms_played": -1}, "ms_played"),
        ({"ms_played": 86_400_001}, "ms_played"),
        ({"ms_played": True}, "ms_played"),
        ({"ms_played": "9"}, "ms_played"),
        ({"ms_played": 1.5}, "ms_played"),
        ({"duration_ms": -1}, "duration_ms"),
        ({"ended": 3}, "ended"),
        ({"context": "phone"}, "context"),
        ({"context": {"device": 1}}, "context.device"),
        ({"context": {"utc_offset_min": 841}}, "context.utc_offset_min"),
        ({"context": {"utc_offset_min": -841}}, "context.utc_offset_min"),
        ({"context": {"place": "p" * 65}}, "context.place"),
        ({"from": []}, "from"),
        ({"from": {}}, "from.recommendation"),
        ({"from": {"recommendation": "3-1", "position": -1}}, "from.position"),
    ],
)
def test_a_bad_field_is_refused_by_name(changes: Document, field: str) -> None:
    with pytest.raises(Refused) as caught:
        decode(changes)
    assert caught.value.field == field
    assert caught.value.reason.startswith(field)
    assert len(caught.value.reason) < 250


@pytest.mark.parametrize(
    "literal", ["NaN", "Infinity", "-Infinity", "1e999", r'"\ud800"', '"\\udc00 é"', "[", ""]
)
def test_what_is_not_json_names_the_field_in_which_it_breaks(literal: str) -> None:
    assert refusal(b"ann", raw(literal)).field == "ms_played"
    nested = refusal(b"ann", raw(f'{{"é": "{{[", "list": [1, 2], "device": {literal}}}', "context"))
    assert nested.field == "context.device"


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "value"),
        (b"", "value"),
        (b"{", "value"),
        (b"null", "value"),
        (b"[1]", "value"),
        (b'"play"', "value"),
        (b"{} {}", "value"),
        (b'{"user": "\xff"}', "user"),
        (b'{"context": {"place": "caf\xe9"}}', "context.place"),
        (b'{"user": "\xed\xa0\x80"}', "user"),
        (b'{"\xff": 1}', "value"),
        (b'{"a": "' + b"a" * 262_144 + b'"}', "value"),
        (b"a" * 10_000_000, "value"),
        (b"[" * 10_000, "value"),
        (b"[" * 10_000 + b"]" * 10_000, "value"),
        (b'{"context":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "context"),
        (b'{"\\"' * 60_000, "value"),
        (b'"' * 262_144, "value"),
        (b'{"user": "' + b'\\"' * 130_000, "user"),
    ],
)
def test_what_is_no_object_is_refused(value: bytes | None, field: str) -> None:
    assert refusal(b"ann", value).field == field


def test_depth_counts_brackets_outside_strings() -> None:
    assert decode_event(b"ann", raw("[" * 15 + "]" * 15, "extra"), now=NOW).item == "t:1"
    assert decode_event(b"ann", raw('"' + "[{" * 100 + '"', "extra"), now=NOW).item == "t:1"
    assert decode_event(b"ann", raw("[" + "[]," * 50 + "[]]", "extra"), now=NOW).item == "t:1"
    assert refusal(b"ann", raw("[" * 16 + "]" * 16, "extra")).field == "extra"


def test_a_play_without_its_length_is_no_skip() -> None:
    with pytest.raises(Refused, match="ms_played is missing"):
        decode({"ms_played": None})


@pytest.mark.parametrize("key", [None, b"", b"bob", b"an", b"\xff"])
def test_the_key_must_be_the_user(key: bytes | None) -> None:
    assert refusal(key, orjson.dumps(PLAY)).field == "key"


def test_a_nan_that_did_not_come_from_json_is_refused_too() -> None:
    with pytest.raises(Refused):
        parse_event({**PLAY, "at": math.nan}, now=NOW)
    with pytest.raises(Refused):
        parse_event({**PLAY, "ms_played": math.nan}, now=NOW)
    with pytest.raises(Refused):
        parse_event({**PLAY, "duration_ms": math.inf}, now=NOW)


def test_missing_and_unknown_fields_are_harmless() -> None:
    bare = Event(id="", type=EventType.LIKE, user="ann", at=1_732_190_000.5, item="t:1")
    absent = {"id": "absent", "ms_played": None, "context": None, "from": None}
    assert decode({**absent, "type": "like", "more": {"a": 1}}) == bare
    assert decode({"ended": "exploded", "context": {"device": "toaster"}}).context == Context()


def test_every_field_arrives() -> None:
    context = {
        "device": "car",
        "utc_offset_min": -840,
        "activity": "run",
        "weather": "rain",
        "place": "Zürich",
    }
    origin = {"recommendation": "3-1841", "shelf": "keep-the-vibe", "position": 2}
    whole = {"artist": "Björk", "query": "q", "playlist": "p", "ms_played": 86_400_000, "duration_ms": 5.0}
    assert decode({**whole, "ended": "skipped", "context": context, "from": origin}) == Event(
        id="1",
        type=EventType.PLAY,
        user="ann",
        at=1_732_190_000.5,
        item="t:1",
        artist="Björk",
        query="q",
        playlist="p",
        ms_played=86_400_000,
        duration_ms=5,
        ended=Ended.SKIPPED,
        context=Context(Device.CAR, -840, "run", "rain", "Zürich"),
        origin=Origin("3-1841", "keep-the-vibe", 2),
    )


def test_the_edges_of_each_range_are_inside() -> None:
    assert decode({"at": 1}).at == 1.0
    assert decode({"at": NOW + 86_400}).at == NOW + 86_400
    assert decode({"user": "é" * 128}).user == "é" * 128
    assert decode({"item": "a\u00a0b\u2028"}).item == "a\u00a0b\u2028"


def test_defaults_are_not_written() -> None:
    bare = Event(id="", type=EventType.LIKE, user="ann", at=5.0, item="t:1")
    assert encode_event(bare) == b'{"type":"like","user":"ann","item":"t:1","at":5.0}'


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"item": ""}, "item"),
        ({"title": None}, "title"),
        ({"artist": 5}, "artist"),
        ({"duration_ms": -5}, "duration_ms"),
        ({"genres": "pop"}, "genres"),
        ({"genres": ["pop", 5]}, "genres.1"),
        ({"genres": ["pop"] * 33}, "genres"),
        ({"tags": "pop"}, "tags"),
        ({"tags": ["pop", 5]}, "tags.1"),
        ({"tags": {"pop": "much"}}, "tags.pop"),
        ({"tags": {"pop": -1}}, "tags.pop"),
        ({"tags": {"pop": 1, "x" * 257: 1}}, "tags.1"),
        ({"tags": dict.fromkeys(map(str, range(257)), 1)}, "tags"),
        ({"features": ["tempo"]}, "features"),
        ({"features": {"tempo": True}}, "features.tempo"),
        ({"features": {"tempo": 2e9}}, "features.tempo"),
        ({"features": {"te\nmpo": 1}}, "features.0"),
        ({"features": dict.fromkeys(map(str, range(65)), 1)}, "features"),
        ({"item": "t:2"}, "key"),
    ],
)
def test_a_bad_catalog_record_is_refused_by_name(changes: Document, field: str) -> None:
    good: Document = {"item": "t:1", "title": "Dreams", "artist": "Shindy", "genres": ["rap"]}
    assert decode_catalog(b"t:1", orjson.dumps(good)) == CatalogRecord(
        "t:1", "Dreams", "Shindy", genres=("rap",)
    )
    with pytest.raises(Refused) as caught:
        decode_catalog(b"t:1", orjson.dumps({**good, **changes}))
    assert caught.value.field == field


def test_what_a_record_says_of_content_comes_with_it() -> None:
    document = {"item": "t:1", "title": "Dreams", "artist": "Shindy", "tags": {"rap": 3}}
    record = decode_catalog(b"t:1", orjson.dumps({**document, "features": {"tempo": 92.5, "mode": 1}}))
    assert (record.tags, record.features) == ((("rap", 3.0),), (("tempo", 92.5), ("mode", 1.0)))
    assert decode_catalog(b"t:1", encode_catalog(record)) == record


def test_tags_may_be_a_list_of_names_each_once() -> None:
    document = {"item": "t:1", "title": "Dreams", "artist": "Shindy", "tags": ["rap", "mellow", "rap"]}
    assert decode_catalog(b"t:1", orjson.dumps(document)).tags == (("rap", 1.0), ("mellow", 1.0))
    bare = decode_catalog(b"t:1", orjson.dumps({**document, "tags": None, "features": None}))
    assert encode_catalog(bare) == b'{"item":"t:1","title":"Dreams","artist":"Shindy"}'


def test_an_onboarding_event_says_what_its_listener_chose():
    value = {"type": "onboarding", "user": "ann", "at": 9.5, "artists": ["Ann", "Bob"], "country": "DE"}
    event = decode_event(b"ann", orjson.dumps(value), now=10.0)
    assert event.onboarding == Onboarding(("Ann", "Bob"), "DE", "")
    bare = decode_event(b"ann", b'{"type": "onboarding", "user": "ann", "at": 9.5}', now=10.0)
    assert bare.onboarding == Onboarding()


@pytest.mark.parametrize(
    ("spoilt", "field"),
    [
        ({"artists": "Ann"}, "artists"),
        ({"artists": [f"a{n}" for n in range(11)]}, "artists"),
        ({"artists": ["a" * 257]}, "artists.0"),
        ({"artists": [7]}, "artists.0"),
        ({"country": "D" * 65}, "country"),
        ({"language": 7}, "language"),
        ({"context": {"country": ["DE"]}}, "context.country"),
    ],
)
def test_an_onboarding_event_that_says_too_much_is_refused(spoilt, field):
    value = {"type": "onboarding", "user": "ann", "at": 9.5, **spoilt}
    with pytest.raises(Refused) as caught:
        decode_event(b"ann", orjson.dumps(value), now=10.0)
    assert caught.value.field == field
