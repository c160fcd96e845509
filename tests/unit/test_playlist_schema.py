"""The format of `playlists`: what is read, and that each field that breaks its bound is refused by name."""

import orjson
import pytest

from models.playlists import MOST_ITEMS, Playlist, PlaylistKind
from streams.schemas import Document, Refused, decode_playlist, encode_playlist
from streams.schemas.playlists import MAX_PLAYLIST_BYTES

NOW = 1_732_190_100.0
GOOD: Document = {"id": "p:1", "title": "Focus", "kind": "editorial", "items": ["t:1", "t:2"]}


def decode(changes: Document) -> Playlist:
    playlist = decode_playlist(b"p:1", orjson.dumps({**GOOD, **changes}), recorded_at=9.5, now=NOW)
    assert playlist is not None
    return playlist


def test_every_field_arrives() -> None:
    given = decode({"owner": "ann", "kind": "listener", "at": NOW, "more": 1})
    assert given == Playlist("p:1", "Focus", PlaylistKind.LISTENER, NOW, ("t:1", "t:2"), "ann")
    assert decode({"items": None}).items == ()


def test_it_is_what_it_is_since_the_record_where_it_does_not_say() -> None:
    assert decode({}).at == decode({"at": None}).at == 9.5


def test_items_stand_in_the_order_of_their_positions() -> None:
    items = [
        {"item": "c", "position": 70},
        {"item": "a", "position": 0},
        "b",
        {"item": "b", "position": None},
    ]
    assert decode({"items": items}).items == ("a", "b", "b", "c")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "p:2"}, "key"),
        ({"title": None}, "title"),
        ({"title": "T" * 1_025}, "title"),
        ({"title": "T\n"}, "title"),
        ({"kind": None}, "kind"),
        ({"kind": "mine"}, "kind"),
        ({"owner": 5}, "owner"),
        ({"at": 0}, "at"),
        ({"at": NOW + 86_401}, "at"),
        ({"at": "today"}, "at"),
        ({"items": "t:1"}, "items"),
        ({"items": ["t"] * (MOST_ITEMS + 1)}, "items"),
        ({"items": ["t:1", ""]}, "items.1.item"),
        ({"items": ["t:1", 5]}, "items.1"),
        ({"items": ["t" * 257]}, "items.0.item"),
        ({"items": [{"position": 1}]}, "items.0.item"),
        ({"items": [{"item": "t", "position": -1}]}, "items.0.position"),
        ({"items": [{"item": "t", "position": True}]}, "items.0.position"),
        ({"title": "T" * MAX_PLAYLIST_BYTES}, "value"),
    ],
)
def test_a_bad_field_is_refused_by_name(changes: Document, field: str) -> None:
    with pytest.raises(Refused) as caught:
        decode(changes)
    assert caught.value.field == field
    assert len(caught.value.reason) < 250


def test_the_largest_playlist_fits() -> None:
    items = [{"item": f"spotify:track:{number:022}", "position": number} for number in range(MOST_ITEMS)]
    assert len(decode({"items": items}).items) == MOST_ITEMS


def test_a_record_without_a_value_deletes_and_needs_a_key() -> None:
    assert decode_playlist(b"p:1", None, recorded_at=9.5, now=NOW) is None
    for key in (None, b""):
        with pytest.raises(Refused, match="key is missing"):
            decode_playlist(key, None, recorded_at=9.5, now=NOW)


def test_defaults_are_not_written() -> None:
    bare = Playlist("p:1", "Focus", PlaylistKind.EDITORIAL, 5.0)
    assert encode_playlist(bare) == b'{"id":"p:1","title":"Focus","kind":"editorial","at":5.0}'
