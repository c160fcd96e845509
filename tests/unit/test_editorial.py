"""The editors' playlists: which one counts for an item, whatever the order in which they come."""

import itertools

import numpy as np
import pytest

from models.catalogue import Catalogue
from models.editorial import IN_NONE, MOST_HELD, MOST_PLAYLISTS
from models.errors import CorruptState
from models.events import CatalogRecord, keys_of
from models.playlists import Deleted, Playlist, PlaylistKind
from models.saved_catalogue import restore_catalogue, save_catalogue

ITEMS = tuple(f"t:{number}" for number in range(8))


def playlist(name, *items, at=1.0, kind=PlaylistKind.EDITORIAL):
    return Playlist(name, f"Title of {name}", kind, at, items)


def fill_catalogue():
    catalogue = Catalogue(room=4)
    catalogue.apply_records([CatalogRecord(item=item, title=item, artist="Ann") for item in ITEMS])
    return catalogue


def held(catalogue):
    """The title of the playlist that counts for each item."""
    numbers = catalogue.editorial.of[catalogue.positions_of(keys_of(ITEMS))].tolist()
    return [catalogue.editorial.titles[number][-1] if number >= 0 else "-" for number in numbers]


CHANGES = (
    playlist("b", "t:0", "t:1", "t:2", "t:3", at=2.0),
    playlist("a", "t:2", "t:3", "t:4", at=2.0),
    playlist("c", "t:3", "t:4", "t:5", at=1.0),
    playlist("d", "t:1", at=3.0),
)


def test_of_several_playlists_the_newest_counts_and_of_equals_the_lowest_id_in_any_order():
    for order in itertools.permutations(CHANGES):
        for cut in range(len(order) + 1):
            catalogue = fill_catalogue()
            catalogue.apply_playlists(order[:cut])
            catalogue.apply_playlists(order[cut:])
            assert "".join(held(catalogue)) == "bdaaac--"
            assert catalogue.version == len(ITEMS) + len(CHANGES)


@pytest.mark.parametrize(
    "gone", [Deleted("a"), playlist("a"), playlist("a", "t:2", kind=PlaylistKind.LISTENER)]
)
def test_what_is_gone_leaves_its_items_to_the_others(gone):
    catalogue = fill_catalogue()
    catalogue.apply_playlists(CHANGES)
    catalogue.apply_playlists([gone])
    assert "".join(held(catalogue)) == "bdbbcc--"
    assert catalogue.editorial.titles == ["Title of c", "Title of b", "Title of d"]
    version = catalogue.version
    catalogue.apply_playlists([gone, Deleted("never seen")])
    assert catalogue.version == version


def test_the_last_word_on_a_playlist_counts():
    catalogue = fill_catalogue()
    catalogue.apply_playlists([*CHANGES, Deleted("d"), playlist("b", "t:7", at=1.5)])
    assert "".join(held(catalogue)) == "--aaac-b"


def test_playlists_of_listeners_take_no_room():
    catalogue = fill_catalogue()
    catalogue.apply_playlists([playlist("p", "t:0", "unknown", kind=PlaylistKind.LISTENER)])
    assert (len(catalogue), catalogue.version) == (len(ITEMS), len(ITEMS))
    assert "".join(held(catalogue)) == "-" * 8


def test_what_is_not_listed_yet_counts_once_it_is():
    catalogue = fill_catalogue()
    catalogue.apply_playlists([playlist("a", "new")])
    position = catalogue.position_of(keys_of(["new"])[0])
    assert not catalogue.listed[position]
    assert catalogue.editorial.of[position] == 0


def test_playlists_and_their_items_are_bounded():
    catalogue = Catalogue()
    many = [playlist(f"p{nth:04d}", f"t:{nth}", at=float(nth)) for nth in range(MOST_PLAYLISTS + 2)]
    catalogue.apply_playlists(many)
    catalogue.apply_playlists([playlist("long", *(f"u:{nth}" for nth in range(MOST_HELD + 1)), at=1e9)])
    assert len(catalogue.editorial.titles) == len(catalogue.editorial.held) == MOST_PLAYLISTS
    first = catalogue.editorial.of[catalogue.positions_of(keys_of([f"t:{nth}" for nth in range(4)]))]
    assert (first == IN_NONE).tolist() == [True, True, True, False]
    assert (catalogue.editorial.of == MOST_PLAYLISTS - 1).sum() == MOST_HELD


def saved(catalogue):
    return {name: array.copy() for name, array in save_catalogue(catalogue).items()}


def test_what_was_saved_goes_on_as_if_nothing_had_happened():
    catalogue = fill_catalogue()
    catalogue.apply_playlists(CHANGES)
    restored = restore_catalogue(saved(catalogue).__getitem__)
    for change in ([], [Deleted("a")], [playlist("c", "t:0", "t:6", at=9.0)]):
        for one in (catalogue, restored):
            one.apply_playlists(change)
        assert held(restored) == held(catalogue)
        assert restored.editorial.titles == catalogue.editorial.titles
        assert restored.version == catalogue.version
    assert "".join(held(restored)) == "cdbb--c-"


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("at", lambda a: a * np.nan),
        ("sizes", lambda a: a + 1),
        ("sizes", lambda a: np.where(np.arange(len(a)), a, -1)),
        ("items", lambda a: a - 1),
        ("items", lambda a: a + 99),
        ("items", lambda a: a[:-1]),
        ("ids.starts", lambda a: a * 0),
        ("titles.sizes", lambda a: a + 99),
    ],
)
def test_what_holds_no_playlists_is_refused(name, spoil):
    catalogue = fill_catalogue()
    catalogue.apply_playlists(CHANGES)
    arrays = saved(catalogue)
    arrays[f"editorial.{name}"] = spoil(arrays[f"editorial.{name}"]).astype(arrays[f"editorial.{name}"].dtype)
    with pytest.raises(CorruptState):
        restore_catalogue(arrays.__getitem__)
