"""Examples reach the trainer as they were, and bytes that are no block of examples are refused."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.descent import ROWS
from models.errors import CorruptState
from models.examples import Example
from models.features import FEATURES
from models.skip_examples import FIRST_BUCKETS, SkipExample
from models.skip_facts import BUCKETS, FACT_BUCKETS, SPEAKING
from models.training import VERSION, PlayExample, gather_examples, pack_examples, unpack_examples
from tests.learned_bytes import refuses_other_bytes

COLUMNS = ("offsets", "skipped", "buckets", "items", "rows")
PLAYS_AT = 21
"""Where the header counts the plays; what they are begins 4 bytes later."""
quick = settings(max_examples=50, deadline=None)


def how_it_went(seed):
    rng = np.random.default_rng(seed)
    buckets = FIRST_BUCKETS + rng.integers(0, FACT_BUCKETS, SPEAKING).astype(np.int32)
    return SkipExample(buckets, bool(rng.random() < 0.5))


def a_choice(seed, items):
    return Example(np.random.default_rng(seed).normal(size=(ROWS, items)).astype(np.float16))


def a_play(seed, *, items):
    """What a play teaches; without a choice if there are no items."""
    return PlayExample(how_it_went(seed), a_choice(seed, items) if items else None)


def plays(*offsets, items=(3,)):
    """Plays at offsets; their items come in turns."""
    return [
        (offset, a_play(offset, items=items[nth % len(items)])) for nth, offset in enumerate(sorted(offsets))
    ]


def packed(examples):
    return pack_examples(gather_examples(examples, source_partition=1))


def equal(one, other):
    assert one.source_partition == other.source_partition
    for column in COLUMNS:
        left, right = getattr(one, column), getattr(other, column)
        assert (left.dtype, left.shape, left.tolist()) == (right.dtype, right.shape, right.tolist())


def refused(data, word):
    with pytest.raises(CorruptState, match=word):
        unpack_examples(data)


@pytest.mark.parametrize("items", [(0,), (31,), (0, 5, 0, 0, 31, 2), (5, 0)])
def test_a_block_survives_its_bytes(items):
    offsets = [0, 1, 2, 7, 9, 2**31, 2**62]
    counts = [items[nth % len(items)] for nth in range(len(offsets))]
    block = unpack_examples(pack_examples(gather_examples(plays(*offsets, items=items), source_partition=6)))
    assert block.source_partition == 6
    assert block.offsets.tolist() == offsets
    assert block.skipped.tolist() == [how_it_went(offset).skipped for offset in offsets]
    assert block.buckets.tolist() == [how_it_went(offset).buckets.tolist() for offset in offsets]
    assert block.items.tolist() == counts
    numbers = [a_choice(offset, k).numbers.ravel() for offset, k in zip(offsets, counts, strict=True)]
    assert block.rows.tolist() == np.concatenate(numbers).tolist()
    kinds = [getattr(block, column).dtype for column in COLUMNS]
    assert kinds == [np.int64, np.bool_, np.int32, np.int64, np.float16]


def test_a_block_without_plays_survives_its_bytes():
    block = unpack_examples(pack_examples(gather_examples([], source_partition=2)))
    assert block.source_partition == 2
    assert [getattr(block, column).shape for column in COLUMNS] == [(0,), (0,), (0, SPEAKING), (0,), (0,)]


def test_features_stand_before_what_the_listeners_own_weights_added():
    numbers = np.arange(ROWS * 2, dtype=np.float16).reshape(ROWS, 2)
    assert (Example(numbers).features == numbers[:FEATURES]).all()
    assert ROWS == FEATURES + 2


def test_a_choice_among_31_items_takes_under_4_kilobytes():
    assert len(packed(plays(4, items=(31,)))) < 4_000


def test_every_bucket_there_is_survives():
    last = np.array([*FIRST_BUCKETS[1:], BUCKETS], np.int32) - 1
    skips = [SkipExample(buckets, skipped=True) for buckets in (FIRST_BUCKETS, last)]
    block = unpack_examples(packed([(nth, PlayExample(skip, None)) for nth, skip in enumerate(skips)]))
    assert block.buckets.tolist() == [FIRST_BUCKETS.tolist(), last.tolist()]


@quick
@given(
    offsets=st.sets(st.integers(0, 30), max_size=8),
    items=st.lists(st.sampled_from([0, 0, 2, 3, 5]), min_size=8, max_size=8),
    after=st.integers(-1, 31),
)
def test_what_comes_after_an_offset_is_kept(offsets, items, after):
    everything = plays(*offsets, items=items)
    kept = [(offset, play) for offset, play in everything if offset > after]
    equal(unpack_examples(packed(everything)).behind(after), unpack_examples(packed(kept)))


@pytest.mark.parametrize("encoded", [packed([]), packed(plays(1, items=(0,))), packed(plays(1, 2))])
def test_other_bytes_are_refused(encoded):
    refuses_other_bytes(encoded, unpack_examples)


@pytest.mark.parametrize("items", [(0,), (2,), (0, 2), (2, 0)])
def test_a_block_that_was_cut_at_any_length_is_refused(items):
    data = packed(plays(4, 5, items=items))
    for length in range(len(data)):
        refused(data[:length], "bytes|numbers")


@pytest.mark.parametrize("trailing", [1, 2, 3, ROWS * 2, ROWS * 4])
def test_trailing_bytes_are_refused(trailing):
    for items in (0, 3):
        refused(packed(plays(4, items=(items,))) + bytes(trailing), "bytes|numbers")


@pytest.mark.parametrize("version", [0, VERSION - 1, VERSION + 1, 255])
def test_another_version_is_refused(version):
    refused(bytes([version]) + packed(plays(4))[1:], f"version {version}")


@pytest.mark.parametrize("place", [1, 8, 9, 16])
def test_another_table_of_features_or_buckets_is_refused(place):
    data = bytearray(packed(plays(4)))
    data[place] ^= 1
    refused(bytes(data), "other tables")


@pytest.mark.parametrize("count", [0, 1, 3, 2**32 - 1])
def test_another_count_of_plays_is_refused(count):
    data = packed(plays(4, 5))
    assert struct.unpack_from("<I", data, PLAYS_AT) == (2,)
    refused(data[:PLAYS_AT] + struct.pack("<I", count) + data[PLAYS_AT + 4 :], "bytes|numbers|rise|bucket")


@pytest.mark.parametrize("offsets", [(4, 4), (5, 4), (4, 6, 5), (2**62, -(2**62))])
def test_offsets_that_do_not_rise_are_refused(offsets):
    refused(packed([(offset, a_play(1, items=2)) for offset in offsets]), "rise")


@pytest.mark.parametrize("place", range(SPEAKING))
def test_a_bucket_that_does_not_exist_is_refused(place):
    end = [*FIRST_BUCKETS[1:], BUCKETS][place]
    for wrong in (FIRST_BUCKETS[place] - 1, end):
        unheard_of = how_it_went(2)
        unheard_of.buckets[place] = wrong
        data = packed([(3, a_play(1, items=2)), (4, PlayExample(unheard_of, None))])
        refused(data, "bucket that does not exist")


@pytest.mark.parametrize("others", [(), (2,), (0, 31)])
def test_a_choice_of_one_item_is_refused(others):
    refused(packed(plays(*range(1 + len(others)), items=(*others, 1))), "items")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_not_finite_is_refused(bad):
    for row in (0, ROWS - 1):
        play = a_play(2, items=3)
        play.choice.numbers[row, 2] = bad
        refused(packed([(3, a_play(1, items=2)), (4, play)]), "finite")


@quick
@given(st.data())
def test_a_byte_that_changed_on_the_way_is_read_or_refused(data):
    spoilt = bytearray(packed(plays(4, 5, 6, items=(2, 0, 3))))
    spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        block = unpack_examples(bytes(spoilt))
    except CorruptState:
        return
    assert len(block.rows) == ROWS * block.items.sum()
