"""However a playlist came to be what it is, its items have been told the same; state survives as bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.playlist_signals import (
    NOTHING_TOLD,
    OFFSETS_EACH,
    decode_told,
    encode_told,
    in_pieces,
    tell_playlist,
)
from models.playlists import Playlist, PlaylistKind
from models.signals import gather

items = st.integers(0, 400).map("t:{}".format)
lists = st.lists(items, max_size=250)


def version(held, at=1_700_000_000.0):
    return Playlist(id="p", title="T", kind=PlaylistKind.LISTENER, at=at, items=tuple(held))


def tell_all(versions):
    """All rows that versions of a playlist tell one after the other, their state stored between them."""
    told, rows = NOTHING_TOLD, []
    for offset, held in enumerate(versions):
        outcome, told = tell_playlist(version(held), decode_told(encode_told(told)), offset=offset)
        rows += [gather(piece.signals) for piece in in_pieces(outcome)]
    return rows, told


@given(lists, st.lists(st.integers(0, 250), max_size=5))
def test_items_that_come_in_parts_say_what_they_say_at_once(held, cuts):
    parts, _ = tell_all([held[:cut] for cut in sorted(cuts)] + [held])
    whole, _ = tell_all([held])
    said = [
        np.concatenate(rows)[["item", "other", "kind", "weight", "at"]].tolist() if rows else []
        for rows in (parts, whole)
    ]
    assert said[0] == said[1]


@given(st.lists(lists, max_size=4))
def test_what_is_stored_is_what_the_last_version_holds(versions):
    rows, told = tell_all(versions)
    assert set(told.keys.tolist()) == set(_keys(versions[-1] if versions else []))
    assert len(encode_told(told)) == 13 + 8 * len(told.keys)
    again = decode_told(encode_told(told))
    assert (again.offset, again.keys.tolist()) == (told.offset, told.keys.tolist())
    offsets = [int(offset) for each in rows for offset in each["offset"]]
    assert offsets == sorted(offsets)
    assert all(offset < len(versions) * OFFSETS_EACH for offset in offsets)


def _keys(held):
    outcome, _ = tell_playlist(version(held), NOTHING_TOLD, offset=0)
    return gather(outcome.signals)["item"].tolist() if held else []
