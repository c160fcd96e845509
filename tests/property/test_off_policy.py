"""Estimators and blocks of outcomes: whatever was learned, in whatever pieces, bytes say it all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import CorruptState
from models.off_policy import (
    OUTCOME,
    Outcome,
    OutcomeBlock,
    PolicyEstimator,
    decode_estimator,
    encode_estimator,
    outcome_rows,
    pack_outcomes,
    unpack_outcomes,
)

SHARE = st.floats(0.0, 1.0)
OUTCOMES = st.builds(Outcome, st.floats(0.01, 1.0), SHARE, SHARE, SHARE, SHARE)
CAP = st.floats(1.0, 1e4)
NAMES = st.text(min_size=1, max_size=16).filter(lambda name: name.isprintable())


def numbered(outcomes, first=0):
    return outcome_rows(enumerate(outcomes, start=first))


@given(st.lists(OUTCOMES, max_size=30), st.data(), CAP)
def test_one_by_one_or_many_or_restored_between_gives_the_same_bytes(outcomes, data, cap):
    singly, together = PolicyEstimator(cap=cap), PolicyEstimator(cap=cap)
    for outcome in outcomes:
        singly.learn_one(outcome)
        singly.estimate()
    cut = data.draw(st.integers(0, len(outcomes)))
    together.learn_many(numbered(outcomes[:cut]))
    together = decode_estimator(encode_estimator(together))
    together.learn_many(numbered(outcomes[cut:]))
    assert encode_estimator(singly) == encode_estimator(together)
    assert singly.estimate() == together.estimate()
    assert len(encode_estimator(singly)) < 1024


@given(st.lists(OUTCOMES, max_size=30), CAP)
def test_an_estimate_is_made_of_finite_numbers_in_range(outcomes, cap):
    estimator = PolicyEstimator(cap=cap)
    estimator.learn_many(numbered(outcomes))
    found = estimator.estimate()
    assert 0.0 <= found.effective_sample_size <= found.count
    for value in (found.ips, found.snips, found.dr):
        assert np.isfinite(value.value)
        assert 0.0 <= value.low <= 1.0 and 0.0 <= value.high <= 1.0


@given(st.lists(OUTCOMES, max_size=20), st.data())
def test_the_lower_end_of_ips_falls_with_the_cap(outcomes, data):
    """Capping loses reward and never makes any."""
    caps = sorted(data.draw(st.lists(st.floats(1.0, 50.0), min_size=2, max_size=2)))
    values = []
    for cap in caps:
        estimator = PolicyEstimator(cap=cap)
        estimator.learn_many(numbered(outcomes))
        values.append(estimator.estimate().ips.value)
    assert values[0] <= values[1]


@given(st.lists(OUTCOMES, min_size=1, max_size=5), st.data())
def test_a_spoilt_estimator_is_refused(outcomes, data):
    estimator = PolicyEstimator()
    estimator.learn_many(numbered(outcomes))
    good = encode_estimator(estimator)
    cut = data.draw(st.integers(0, len(good) - 1))
    with pytest.raises(CorruptState):
        decode_estimator(good[:cut])
    # How much was learned stands twice, and the version first.
    for place in (0, 9):
        spoilt = bytearray(good)
        spoilt[place] ^= 1
        with pytest.raises(CorruptState):
            decode_estimator(bytes(spoilt))
    not_finite = good[:-8] + np.float64(np.nan).tobytes()
    with pytest.raises(CorruptState, match="finite"):
        decode_estimator(not_finite)


BLOCKS = st.builds(
    lambda source, rows: OutcomeBlock(source, {name: numbered(some, 5) for name, some in rows.items()}),
    st.integers(-(2**31), 2**31 - 1),
    st.dictionaries(NAMES, st.lists(OUTCOMES, max_size=6), max_size=4),
)


@given(BLOCKS, st.data())
def test_a_block_comes_back_as_it_was_and_cut_bytes_are_refused(block, data):
    packed = pack_outcomes(block)
    found = unpack_outcomes(packed)
    assert found.source_partition == block.source_partition
    assert {name: rows.tobytes() for name, rows in found.rows.items()} == {
        name: rows.tobytes() for name, rows in block.rows.items()
    }
    assert pack_outcomes(found) == packed
    for wrong in (packed[: data.draw(st.integers(0, len(packed) - 1))], packed + b"\0"):
        with pytest.raises(CorruptState):
            unpack_outcomes(wrong)


@given(BLOCKS, st.integers(-1, 12))
def test_what_lies_behind_an_offset_is_kept(block, offset):
    kept = block.behind(offset)
    assert all(len(rows) and (rows["offset"] > offset).all() for rows in kept.rows.values())
    assert sum(map(len, kept.rows.values())) == sum(
        int((rows["offset"] > offset).sum()) for rows in block.rows.values()
    )
    assert kept.last_offset() in (-1, block.last_offset())


ROW = numbered([Outcome(0.5, 0.5, 1.0)])


@pytest.mark.parametrize(
    ("field", "number"),
    [("logged", 0.0), ("logged", np.nan), ("target", 1.5), ("reward", -0.5), ("expected", np.inf)],
)
def test_a_block_with_a_number_out_of_range_is_neither_written_nor_read(field, number):
    rows = ROW.copy()
    packed = pack_outcomes(OutcomeBlock(0, {"live": rows}))
    rows[field] = number
    with pytest.raises(ValueError, match="outcomes with"):
        pack_outcomes(OutcomeBlock(0, {"live": rows}))
    with pytest.raises(CorruptState, match="outcome block with"):
        unpack_outcomes(packed[: -OUTCOME.itemsize] + rows.tobytes())


def test_names_are_neither_empty_nor_too_long_nor_twice():
    for name in ("", "x" * 65):
        with pytest.raises(ValueError, match="bytes"):
            pack_outcomes(OutcomeBlock(0, {name: ROW}))
    with pytest.raises(ValueError, match="policies"):
        pack_outcomes(OutcomeBlock(0, {f"p{n}": ROW for n in range(65)}))
    packed = pack_outcomes(OutcomeBlock(0, {"a": ROW, "b": ROW}))
    for spoilt, reason in ((b"a", "ascend"), (b"\xff", "UTF-8")):
        with pytest.raises(CorruptState, match=reason):
            unpack_outcomes(packed.replace(b"b", spoilt))


def test_offsets_that_fall_are_refused():
    rows = numbered([Outcome(0.5, 0.5, 1.0)] * 2)
    with pytest.raises(ValueError, match="offsets"):
        pack_outcomes(OutcomeBlock(0, {"live": rows[::-1]}))
