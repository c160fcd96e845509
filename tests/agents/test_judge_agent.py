"""The judge agent as a function: each outcome counts once, wherever the changelog was cut."""

import asyncio

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.off_policy import (
    Outcome,
    OutcomeBlock,
    PolicyEstimator,
    decode_estimator,
    encode_estimator,
    outcome_rows,
    pack_outcomes,
)
from streams.agents.judge import judge_policies, policy_key
from streams.engine import Batch, Record
from streams.estimates import UnreadableEstimate, decode_estimate
from streams.topics import DEAD_LETTERS, OUTCOMES, POLICIES_KEY, POLICY_ESTIMATES


class Stored(dict):
    """A partition's state: what RocksDB would answer."""

    def read(self, keys):
        return {key: self.get(key) for key in keys}


def an_outcome(offset: int, name: str) -> Outcome:
    numbers = np.random.default_rng([offset, len(name)]).uniform(0.1, 1.0, 5)
    return Outcome(*map(float, numbers))


def outcomes(*offsets: int, names=("live", "shadow"), source: int = 1) -> bytes:
    rows = {name: outcome_rows((offset, an_outcome(offset, name)) for offset in offsets) for name in names}
    return pack_outcomes(OutcomeBlock(source, rows))


def judge(values, state: Stored, *, first: int = 0):
    records = [Record(POLICIES_KEY, value, first + n, 0) for n, value in enumerate(values)]
    return asyncio.run(judge_policies(Batch(OUTCOMES.name, 0, records), state))


def estimator_of(state: Stored, name: str) -> PolicyEstimator:
    return decode_estimator(state[policy_key(name)][8:])


def taught(*offsets: int, name: str) -> PolicyEstimator:
    estimator = PolicyEstimator()
    for offset in offsets:
        estimator.learn_one(an_outcome(offset, name))
    return estimator


def test_estimates_are_published_under_the_names_of_their_policies():
    state = Stored()
    commit = judge([outcomes(1, 2), outcomes(3, names=("live",))], state)
    state.update(commit.writes)
    assert [(output.topic, output.key, output.partition) for output in commit.outputs] == [
        (POLICY_ESTIMATES.name, b"live", 0),
        (POLICY_ESTIMATES.name, b"shadow", 0),
    ]
    name, estimate = decode_estimate(commit.outputs[0].value)
    assert (name, estimate) == ("live", taught(1, 2, 3, name="live").estimate())
    document = orjson.loads(commit.outputs[1].value)
    assert (document["policy"], document["count"], document["cap"]) == ("shadow", 2, 20.0)
    assert encode_estimator(estimator_of(state, "shadow")) == encode_estimator(taught(1, 2, name="shadow"))


def test_only_what_changed_is_published():
    state = Stored()
    state.update(judge([outcomes(1, 2)], state).writes)
    commit = judge([outcomes(2, 3, names=("live",)), outcomes(2)], state, first=1)
    assert [output.key for output in commit.outputs] == [b"live"]
    state.update(commit.writes)
    again = judge([outcomes(1, 2, 3)], state, first=3)
    assert list(again.outputs) == [] and list(again.writes) == [b"fences\0"]
    assert (estimator_of(state, "live").count, estimator_of(state, "shadow").count) == (3, 2)


@pytest.mark.parametrize("cut", range(3))
def test_outcomes_count_once_wherever_the_changelog_was_cut(cut):
    whole, cut_state = Stored(), Stored()
    values = [outcomes(1, 2), outcomes(2, 3), outcomes(1, source=2)]
    commit = judge(values, whole)
    whole.update(commit.writes)
    assert len(commit.writes) == 3
    cut_state.update(list(commit.writes.items())[:cut])
    again = judge(values, cut_state)
    cut_state.update(again.writes)
    assert cut_state == whole
    assert again.outputs == commit.outputs
    assert estimator_of(whole, "live").count == 4


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True).map(sorted), max_size=6))
def test_blocks_that_are_cut_anew_count_each_offset_at_most_once(blocks):
    state, highest = Stored(), -1
    expected = PolicyEstimator()
    for nth, offsets in enumerate(blocks):
        state.update(judge([outcomes(*offsets, names=("live",))], state, first=nth).writes)
        for offset in offsets:
            if offset > highest:
                expected.learn_one(an_outcome(offset, "live"))
        highest = max(highest, *offsets)
    if blocks:
        assert encode_estimator(estimator_of(state, "live")) == encode_estimator(expected)


def test_a_spoilt_block_goes_to_the_dead_letters_and_its_neighbours_are_learned():
    state = Stored()
    commit = judge([outcomes(1), b"?", outcomes(2)], state)
    state.update(commit.writes)
    assert estimator_of(state, "live").count == 2
    dead = [output for output in commit.outputs if output.topic == DEAD_LETTERS.name]
    assert [output.value for output in dead] == [b"?"]
    nothing = judge([b"?"], state, first=3)
    assert [output.topic for output in nothing.outputs] == [DEAD_LETTERS.name]


@pytest.mark.parametrize("value", [None, b"{", b"[]", b"{}", b'{"policy": "live", "ips": {"value": 1}}'])
def test_what_is_no_estimate_is_refused(value):
    with pytest.raises(UnreadableEstimate, match="cannot be read"):
        decode_estimate(value)
