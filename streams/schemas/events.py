"""The format of `listening-events`: one JSON object an event, its record key the listener."""

from __future__ import annotations

from typing import Final

import orjson

from models.events import ABOUT_ITEM, Context, Device, Ended, Event, EventType, Onboarding, Origin
from streams.schemas.fields import (
    ACTIVITY,
    AT_LEAST_SECONDS,
    AT_MOST_AHEAD_SECONDS,
    CHOSEN_ARTISTS,
    CONTEXT_COUNTRY,
    CONTEXT_LANGUAGE,
    COUNTRY,
    DEVICE,
    DURATION_MS,
    ENDED,
    EVENT_ARTIST,
    EVENT_ID,
    EVENT_ITEM,
    LANGUAGE,
    MS_PLAYED,
    PLACE,
    PLAYLIST,
    POSITION,
    QUERY,
    RECOMMENDATION,
    SHELF,
    TYPE,
    USER,
    UTC_OFFSET_MIN,
    WEATHER,
    Document,
    as_document,
    checked_number,
)
from streams.schemas.json_text import load_object
from streams.schemas.refused import Refused

_NO_CONTEXT: Final = Context()
_NAMED_BY: Final[dict[EventType, str]] = {
    **dict.fromkeys(sorted(ABOUT_ITEM), "item"),
    EventType.FOLLOW: "artist",
    EventType.UNFOLLOW: "artist",
    EventType.SEARCH: "query",
}
"""The field without which an event of this type says nothing."""


def decode_event(key: bytes | None, value: bytes | None, *, now: float) -> Event:
    """Read one record of `listening-events`; raise `Refused` for any bytes that are not a valid event.

    `now` (Unix seconds) bounds the event's time: at most a day ahead. Unknown fields are ignored, missing
    ones have the defaults of `Event`. The key must be the listener: state lives in the key's partition, so
    that an event under another key would split a listener in two.

    >>> decode_event(b"ann", b'{"type": "like", "user": "ann", "at": 9.5, "item": "t:1"}', now=10.0).item
    't:1'
    >>> decode_event(b"bob", b'{"type": "like", "user": "ann", "at": 9.5, "item": "t:1"}', now=10.0)
    Traceback (most recent call last):
    streams.schemas.refused.Refused: key must be the user
    """
    event = parse_event(load_object(value), now=now)
    if key != event.user.encode():
        raise Refused("key is missing" if key is None else "key must be the user", "key")
    return event


def parse_event(document: Document, *, now: float) -> Event:
    """Check a JSON object by the table of fields and make an event of it; raise `Refused` if it breaks it."""
    kind = TYPE(document)
    named_by = _NAMED_BY.get(kind)
    if named_by is not None and document.get(named_by) in (None, ""):
        raise Refused(f"{named_by} is missing: an event of type {kind} needs it", named_by)
    # Taken for 0 it would count as a skip, and nobody would notice.
    if kind is EventType.PLAY and document.get("ms_played") is None:
        raise Refused("ms_played is missing: a play needs it", "ms_played")
    context = document.get("context")
    origin = document.get("from")
    return Event(
        id=EVENT_ID(document),
        type=kind,
        user=USER(document),
        at=_at(document, now),
        item=EVENT_ITEM(document),
        artist=EVENT_ARTIST(document),
        query=QUERY(document),
        playlist=PLAYLIST(document),
        ms_played=MS_PLAYED(document),
        duration_ms=DURATION_MS(document),
        ended=ENDED(document),
        context=_NO_CONTEXT if context is None else _context(as_document(context, "context")),
        origin=None if origin is None else _origin(as_document(origin, "from")),
        onboarding=_onboarding(document) if kind is EventType.ONBOARDING else None,
    )


def encode_event(event: Event) -> bytes:
    """Write an event as compact JSON without its defaults; `decode_event` inverts it for a valid event."""
    document: dict[str, object] = {
        "id": event.id,
        "type": event.type,
        "user": event.user,
        "item": event.item,
        "at": event.at,
        "artist": event.artist,
        "query": event.query,
        "playlist": event.playlist,
        "ms_played": event.ms_played,
        "duration_ms": event.duration_ms,
        "ended": "" if event.ended is Ended.UNKNOWN else event.ended,
        "context": _context_document(event.context),
        "from": {} if event.origin is None else _origin_document(event.origin),
    }
    if event.onboarding is not None:
        chosen = event.onboarding
        document |= {"artists": chosen.artists, "country": chosen.country, "language": chosen.language}
    needed = {"ms_played"} if event.type is EventType.PLAY else set()
    return orjson.dumps({name: value for name, value in document.items() if value or name in needed})


def _at(document: Document, now: float) -> float:
    at = document.get("at")
    most = now + AT_MOST_AHEAD_SECONDS
    if type(at) is float and AT_LEAST_SECONDS <= at <= most:
        return at
    if at is None:
        raise Refused("at is missing", "at")
    return float(checked_number(at, "at", least=AT_LEAST_SECONDS, most=most))


def _context(document: Document) -> Context:
    return Context(
        device=DEVICE(document),
        utc_offset_min=UTC_OFFSET_MIN(document),
        activity=ACTIVITY(document),
        weather=WEATHER(document),
        place=PLACE(document),
        country=CONTEXT_COUNTRY(document),
        language=CONTEXT_LANGUAGE(document),
    )


def _context_document(context: Context) -> dict[str, object]:
    document: dict[str, object] = {
        "device": "" if context.device is Device.UNKNOWN else context.device.name.lower(),
        "utc_offset_min": context.utc_offset_min,
        "activity": context.activity,
        "weather": context.weather,
        "place": context.place,
        "country": context.country,
        "language": context.language,
    }
    return {name: value for name, value in document.items() if value}


def _onboarding(document: Document) -> Onboarding:
    return Onboarding(
        artists=CHOSEN_ARTISTS(document), country=COUNTRY(document), language=LANGUAGE(document)
    )


def _origin(document: Document) -> Origin:
    return Origin(
        recommendation=RECOMMENDATION(document),
        shelf=SHELF(document),
        position=POSITION(document),
    )


def _origin_document(origin: Origin) -> dict[str, object]:
    return {"recommendation": origin.recommendation, "shelf": origin.shelf, "position": origin.position}
