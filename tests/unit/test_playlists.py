"""Playlists: what they say of their items, once, and the vector that they are."""

from itertools import pairwise

import numpy as np
import pytest

from models.batch import blocks_by_partition
from models.catalogue import Catalogue
from models.co_listening import HEARD_BEFORE
from models.errors import CorruptState
from models.events import stable_key
from models.factors import compare_factors
from models.playlist_signals import (
    NOTHING_TOLD,
    OFFSETS_EACH,
    PIECE_ROWS,
    decode_told,
    encode_told,
    in_pieces,
    tell_playlist,
)
from models.playlist_vectors import playlist_vector
from models.playlists import MOST_ITEMS, Playlist, PlaylistKind
from models.reward import PLAYLIST_WEIGHTS
from models.signals import SignalBlock, SignalKind, gather
from models.standalone import ItemStates

AT = 1_700_000_000.0
EDITORIAL = PlaylistKind.EDITORIAL


def playlist(*items, name="p", kind=EDITORIAL):
    return Playlist(id=name, title="T", kind=kind, at=AT, items=items)


def numbered(first, last):
    return tuple(f"t:{number}" for number in range(first, last))


def tell(*versions):
    """What each version of a playlist tells, stored one after the other."""
    told, outcomes = NOTHING_TOLD, []
    for offset, version in enumerate(versions):
        outcome, told = tell_playlist(version, told, offset=offset)
        outcomes.append(outcome)
    return outcomes


def pairs(outcome):
    """(item, neighbour): weight, by name; the playlist is `P`."""
    names = {stable_key(item): item for item in (*"abcdefg", *numbered(0, 300))}
    names[playlist().key] = "P"
    rows = gather(outcome.signals)
    assert ((rows["other"] == playlist().key) == (rows["kind"] == SignalKind.DISCOVERED)).all()
    found = {(names[row["item"]], names[row["other"]]): float(row["weight"]) for row in rows}
    assert len(found) == len(rows), "each pair is told once"
    return found


def test_each_pair_is_told_once_to_the_item_that_comes_second():
    [outcome] = tell(playlist(*"abca"))
    root = [1 / np.sqrt(n) for n in (1, 2, 3)]
    assert pairs(outcome) == pytest.approx(
        {("a", "P"): 1, ("b", "P"): root[1], ("b", "a"): root[1]}
        | {("c", other): root[2] for other in ("P", "b", "a")}
    )
    assert outcome.ids == ["a", "b", "c"]
    assert (gather(outcome.signals)["at"] == AT).all()


def test_a_changed_playlist_tells_only_what_is_new():
    first, changed, shuffled = tell(playlist(*"abc"), playlist(*"dca"), playlist(*"acd"))
    assert len(pairs(first)) == 6
    assert pairs(changed).keys() == {("d", "P"), ("d", "a"), ("d", "c")}
    assert list(pairs(changed).values()) == pytest.approx([1 / np.sqrt(3)] * 3)
    assert changed.ids == ["d"]
    assert pairs(shuffled) == {}


def test_a_version_that_is_told_already_is_not_told_again():
    _, told = tell_playlist(playlist(*"ab"), NOTHING_TOLD, offset=5)
    for offset in (4, 5):
        outcome, same = tell_playlist(playlist(*"abc"), told, offset=offset)
        assert (outcome.signals, outcome.ids, same) == ([], [], told)


def test_an_item_speaks_with_the_last_hundred_before_it():
    [outcome] = tell(playlist(*numbered(0, 150)))
    others = [other for item, other in pairs(outcome) if item == "t:149"]
    assert others == ["P", *reversed(numbered(149 - HEARD_BEFORE, 149))]


def test_editors_say_more_than_who_made_a_playlist_of_their_own():
    [editors], [own] = tell(playlist(*"ab")), tell(playlist(*"ab", kind=PlaylistKind.LISTENER))
    assert PLAYLIST_WEIGHTS[EDITORIAL] == 2 * PLAYLIST_WEIGHTS[PlaylistKind.LISTENER] == 1
    assert pairs(own) == pytest.approx({pair: weight / 2 for pair, weight in pairs(editors).items()})


def test_pieces_fit_a_record_and_never_part_what_one_offset_tells():
    [outcome] = tell(playlist(*numbered(0, 300)))
    pieces = list(in_pieces(outcome))
    assert len(pieces) > 2
    rows = [gather(piece.signals) for piece in pieces]
    assert max(map(len, rows)) <= PIECE_ROWS
    assert np.concatenate(rows).tobytes() == gather(outcome.signals).tobytes()
    for before, after in pairwise(rows):
        assert before["offset"][-1] < after["offset"][0]
    assert [item for piece in pieces for item in piece.ids] == outcome.ids


def test_offsets_of_records_never_meet():
    assert OFFSETS_EACH > MOST_ITEMS
    first, changed = tell(playlist(*numbered(0, 50)), playlist(*numbered(0, 60)))
    one, other = (gather(outcome.signals)["offset"] for outcome in (first, changed))
    assert (one[0], one[-1], other[0], other[-1]) == (0, 49, OFFSETS_EACH, OFFSETS_EACH + 9)


@pytest.mark.parametrize(
    "spoil", [lambda v: v[:-1], lambda v: v + b"\0", lambda v: b"\2" + v[1:], lambda v: v[:5]]
)
def test_spoilt_state_is_refused(spoil):
    _, told = tell_playlist(playlist(*"ab"), NOTHING_TOLD, offset=1)
    with pytest.raises(CorruptState):
        decode_told(spoil(encode_told(told)))


@pytest.fixture(scope="module")
def catalogue():
    """What two scenes of twelve items say, by twenty playlists of eight each."""
    dice, states, catalogue = np.random.default_rng(3), ItemStates(), Catalogue()
    for nth in range(40):
        items = tuple(f"{'ab'[nth % 2]}{number}" for number in dice.permutation(12)[:8])
        outcome, _ = tell_playlist(playlist(*items, name=f"p{nth}"), NOTHING_TOLD, offset=nth)
        [block] = blocks_by_partition(outcome, source_partition=-1, item_partitions=1).values()
        assert isinstance(block, SignalBlock)
        catalogue.apply_models(*states.learn(block))
    return catalogue


def nearest(vector, catalogue, *, most):
    positions = np.arange(len(catalogue), dtype=np.int32)
    neighbours = catalogue.neighbours
    cosines = compare_factors(vector, positions, neighbours.factors, neighbours.lengths)
    return [catalogue.ids[position] for position in np.argsort(-cosines)[:most]]


def test_near_a_playlist_lies_what_is_together_with_its_items(catalogue):
    for scene in "ab":
        vector = playlist_vector([f"{scene}{number}" for number in range(4)], catalogue)
        assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert {item[0] for item in nearest(vector, catalogue, most=12)} == {scene}


def test_what_nobody_knows_adds_nothing_and_what_stands_twice_counts_once(catalogue):
    known = playlist_vector(["a1", "a2"], catalogue)
    assert playlist_vector(["a1", "new", "a2", "a1"], catalogue).tobytes() == known.tobytes()
    assert not playlist_vector(["new"], catalogue).any()
    assert not playlist_vector([], catalogue).any()
