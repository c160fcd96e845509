"""Decoding inverts encoding, and no bytes at all do anything but decode or be refused."""

from __future__ import annotations

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.events import (
    ABOUT_ITEM,
    CatalogRecord,
    Context,
    Device,
    Ended,
    Event,
    EventType,
    Onboarding,
    Origin,
)
from models.playlists import Playlist, PlaylistKind
from streams.schemas import (
    DAY_MS,
    Refused,
    decode_catalog,
    decode_event,
    decode_playlist,
    encode_catalog,
    encode_event,
    encode_playlist,
)

NOW = 1_732_190_000.0
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Two shared cores are slow at times, which says nothing about the code."""


def text(max_bytes: int, min_chars: int = 0) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=("Cc", "Cs"))
    fits = st.text(characters, min_size=min_chars, max_size=max_bytes)
    return fits.filter(lambda value: len(value.encode()) <= max_bytes)


contexts = st.builds(
    Context,
    device=st.sampled_from(Device),
    utc_offset_min=st.integers(-840, 840),
    activity=text(64),
    weather=text(64),
    place=text(64),
    country=text(64),
    language=text(64),
)
onboardings = st.builds(
    Onboarding, artists=st.lists(text(256), max_size=10).map(tuple), country=text(64), language=text(64)
)
origins = st.builds(
    Origin, recommendation=text(256, min_chars=1), shelf=text(256), position=st.integers(0, 65_535)
)


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(EventType))
    follows = kind in (EventType.FOLLOW, EventType.UNFOLLOW)
    return Event(
        id=draw(text(256)),
        type=kind,
        user=draw(text(256, min_chars=1)),
        at=draw(st.floats(1.0, NOW + 86_400.0)),
        item=draw(text(256, min_chars=kind in ABOUT_ITEM)),
        artist=draw(text(256, min_chars=follows)),
        query=draw(text(256, min_chars=kind is EventType.SEARCH)),
        playlist=draw(text(256)),
        ms_played=draw(st.integers(0, DAY_MS)),
        duration_ms=draw(st.integers(0, 7 * DAY_MS)),
        ended=draw(st.sampled_from(Ended)),
        context=draw(contexts),
        origin=draw(st.none() | origins),
        onboarding=draw(onboardings) if kind is EventType.ONBOARDING else None,
    )


def named_numbers(
    max_bytes: int, least: float, max_size: int
) -> st.SearchStrategy[tuple[tuple[str, float], ...]]:
    pairs = st.tuples(text(max_bytes), st.floats(least, 1e9))
    return st.lists(pairs, max_size=max_size, unique_by=lambda pair: pair[0]).map(tuple)


records = st.builds(
    CatalogRecord,
    item=text(256, min_chars=1),
    title=text(256, min_chars=1),
    artist=text(256, min_chars=1),
    duration_ms=st.integers(0, 7 * DAY_MS),
    genres=st.lists(text(64), max_size=32).map(tuple),
    tags=named_numbers(256, 0.0, 256),
    features=named_numbers(64, -1e9, 64),
)
playlists = st.builds(
    Playlist,
    id=text(256, min_chars=1),
    title=text(1_024, min_chars=1),
    kind=st.sampled_from(PlaylistKind),
    at=st.floats(1.0, NOW + 86_400.0),
    items=st.lists(text(256, min_chars=1), max_size=20).map(tuple),
    owner=text(256),
)

scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=300)
json = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)
FIELDS = ["id", "type", "user", "at", "item", "artist", "query", "playlist", "ms_played", "duration_ms"]
FIELDS += ["ended", "context", "from", "device", "utc_offset_min", "activity", "recommendation", "position"]
FIELDS += ["artists", "country", "language", "title", "genres", "tags", "features", "kind", "owner", "items"]
likely = st.sampled_from(
    [*EventType, "ann", 1.5, 10, "phone", "finished", {"device": "tv"}, {"recommendation": "1"}]
)
documents = st.dictionaries(st.sampled_from(FIELDS), likely | json)


@steady
@given(events())
def test_decoding_inverts_encoding(event: Event) -> None:
    decoded = decode_event(event.user.encode(), encode_event(event), now=NOW)
    assert decoded == event
    assert type(decoded.at) is float


@steady
@given(records)
def test_decoding_inverts_encoding_of_the_catalog(record: CatalogRecord) -> None:
    assert decode_catalog(record.item.encode(), encode_catalog(record)) == record


@steady
@given(playlists)
def test_decoding_inverts_encoding_of_playlists(playlist: Playlist) -> None:
    value = encode_playlist(playlist)
    assert decode_playlist(playlist.id.encode(), value, recorded_at=1.0, now=NOW) == playlist


@steady
@given(st.none() | st.binary(max_size=20), st.binary())
def test_any_bytes_decode_or_are_refused(key: bytes | None, value: bytes) -> None:
    decodes_or_is_refused(key, value)


@steady
@given(st.text(st.sampled_from('{}[]:,"\\u0d8 1e9-NaItrue\n'), max_size=200))
def test_any_json_like_text_decodes_or_is_refused(value: str) -> None:
    decodes_or_is_refused(b"ann", value.encode())


@steady
@given(documents)
def test_any_document_decodes_or_is_refused(document: dict[str, object]) -> None:
    try:
        value = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return
    decodes_or_is_refused(b"ann", value)


@steady
@given(events(), st.data())
def test_a_damaged_event_decodes_or_is_refused(event: Event, data: st.DataObject) -> None:
    value = bytearray(encode_event(event))
    value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
    decodes_or_is_refused(event.user.encode(), bytes(value))
    decodes_or_is_refused(event.user.encode(), bytes(value[: len(value) // 2]))


def decodes_or_is_refused(key: bytes | None, value: bytes) -> None:
    for decode in (
        lambda: decode_event(key, value, now=NOW),
        lambda: decode_catalog(key, value),
        lambda: decode_playlist(key, value, recorded_at=1.0, now=NOW),
    ):
        try:
            noun = decode()
        except Refused as refused:
            assert refused.field
            assert refused.reason.startswith(refused.field)
            assert len(refused.reason) < 500
            orjson.dumps(refused.reason)
        else:
            assert isinstance(noun, Event | CatalogRecord | Playlist)
