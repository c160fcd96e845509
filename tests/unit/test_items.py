"""Item statistics: what each signal teaches, both fences, and the models that workers get."""

import numpy as np
import pytest

from models.errors import CorruptState
from models.events import ItemKey, stable_key
from models.item_learning import apply_signals
from models.item_space import signature
from models.items import (
    ITEM_STATE,
    SUCCESSORS,
    decode_models,
    empty_states,
    item_models,
    load_states,
)
from models.signals import NOBODY, SIGNAL, SignalBlock, SignalKind, pack_block, partition_of, unpack_block

A, B, C = (stable_key(name) for name in "ABC")


def block(*signals, source=0):
    return SignalBlock(source_partition=source, ids=("A",), rows=np.array(list(signals), SIGNAL))


def signal(kind, *, offset, other=NOBODY, weight=1.0, at=1_600_000_000):
    return A, other, kind, weight, at, offset


def learn(states, *blocks, after=-1, first=0):
    for number, each in enumerate(blocks, start=first):
        apply_signals(states, np.zeros(len(each.rows), np.int64), each, offset=number, after=after)
    return states[0]


def test_counts_successors_and_vectors():
    state = learn(
        empty_states(1),
        block(
            signal(SignalKind.PLAYED, offset=1),
            signal(SignalKind.SKIPPED, offset=2),
            signal(SignalKind.LIKED, offset=3),
            signal(SignalKind.FOLLOWED_BY, offset=4, other=B, weight=0.5),
            signal(SignalKind.TOGETHER, offset=5, other=B),
            signal(SignalKind.BY_ARTIST, offset=6, other=C, weight=4),
        ),
    )
    assert (state["plays"], state["skips"], state["likes"], state["updates"]) == (1, 1, 1, 6)
    assert state["successors"][0] == B
    assert (state["vector"] == signature(B) + 4 * signature(C)).all()


def test_a_stored_block_counts_once_after_the_changelog_was_cut():
    states, again = empty_states(1), block(signal(SignalKind.PLAYED, offset=1))
    learn(states, again)
    assert learn(states, again)["plays"] == 1


def test_a_block_sent_again_and_cut_differently_counts_once():
    states = empty_states(1)
    learn(states, block(*(signal(SignalKind.PLAYED, offset=n) for n in range(5))))
    recut = block(*(signal(SignalKind.PLAYED, offset=n) for n in range(3, 8)))
    assert learn(states, recut, after=4, first=1)["plays"] == 8


def test_the_weakest_successor_makes_room():
    states = empty_states(1)
    rows = [signal(SignalKind.FOLLOWED_BY, offset=0, other=B, weight=9.0)]
    rows += [signal(SignalKind.FOLLOWED_BY, offset=n, other=ItemKey(n)) for n in range(1, 2 * SUCCESSORS)]
    state = learn(states, block(*rows))
    assert B in state["successors"]
    assert ItemKey(2 * SUCCESSORS - 1) in state["successors"]
    assert len(set(state["successors"].tolist())) == SUCCESSORS


def test_popularity_halves_in_a_week():
    week = 7 * 86_400
    early = learn(empty_states(1), block(signal(SignalKind.PLAYED, offset=0, at=0)))["popularity"]
    late = learn(empty_states(1), block(signal(SignalKind.PLAYED, offset=0, at=week)))["popularity"]
    both = learn(
        empty_states(1),
        block(
            signal(SignalKind.PLAYED, offset=0, at=0),
            signal(SignalKind.PLAYED, offset=1, at=week),
        ),
    )["popularity"]
    assert late - early == pytest.approx(1.0)
    assert 2 ** (both - late) == pytest.approx(1.5)


def test_bytes_bring_states_models_and_blocks_back():
    states = empty_states(1)
    learn(states, block(signal(SignalKind.FOLLOWED_BY, offset=4, other=B, weight=0.5)))
    restored, ids = load_states([states[0].tobytes() + b"A", None])
    assert ids == ["A", ""]
    assert restored[0].tobytes() == states[0].tobytes()
    models = item_models(restored)
    assert decode_models([row.tobytes() for row in models]).tobytes() == models.tobytes()
    assert models["shares"].sum(axis=1).tolist() == [1.0, 0.0]
    packed = block(signal(SignalKind.PLAYED, offset=1))
    unpacked = unpack_block(pack_block(packed))
    assert (unpacked.ids, unpacked.rows.tobytes()) == (packed.ids, packed.rows.tobytes())


@pytest.mark.parametrize("data", [b"", b"\1" * 20, pack_block(block())[:-1] + b"xx", b"\7" + bytes(12)])
def test_spoilt_blocks_are_refused(data):
    with pytest.raises(CorruptState):
        unpack_block(data)


@pytest.mark.parametrize("field", ["popularity", "weights"])
def test_states_that_are_not_finite_are_refused(field):
    states = empty_states(1)
    states[field] = np.nan
    with pytest.raises(CorruptState):
        load_states([states[0].tobytes()])
    with pytest.raises(CorruptState):
        load_states([bytes(ITEM_STATE.itemsize - 1)])


@pytest.mark.parametrize("field", ["popularity", "vector", "shares"])
def test_models_that_are_not_finite_are_refused(field):
    models = item_models(empty_states(1))
    models[field] = np.inf
    with pytest.raises(CorruptState):
        decode_models([models[0].tobytes()])
    with pytest.raises(CorruptState):
        decode_models([b""])


def test_every_item_has_one_partition():
    assert {partition_of(stable_key(str(n)), partitions=4) for n in range(100)} == {0, 1, 2, 3}
