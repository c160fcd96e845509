"""The playlist agent: what is new goes to the items, once, wherever a changelog was cut."""

import asyncio

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.events import stable_key
from models.items import load_states
from models.playlist_signals import decode_told
from models.playlists import Playlist, PlaylistKind
from models.signals import NOBODY, SIGNAL, SignalBlock, SignalKind, pack_block, unpack_block
from streams.agents.item import item_state_key, learn_signals
from streams.agents.playlist import PlaylistAgent, playlist_state_key
from streams.engine import Batch, Record
from streams.schemas import encode_playlist
from streams.topics import DEAD_LETTERS, ITEM_SIGNALS, PLAYLISTS
from tests.agents.test_agents import Stored

NOW = 1.7e9
PARTITIONS = 2


def tell(state, records, *, first=0, partition=0):
    """Let a worker that remembers nothing handle records (id, items or None)."""
    agent = PlaylistAgent(clock=lambda: NOW, partitions=PARTITIONS)
    values = [
        Record(name.encode(), None if items is None else value(name, items), first + nth, int(NOW * 1000))
        for nth, (name, items) in enumerate(records)
    ]
    return asyncio.run(agent(Batch(PLAYLISTS.name, partition, values), state))


def value(name, items):
    return encode_playlist(Playlist(name, "T", PlaylistKind.EDITORIAL, NOW - 1, tuple(items)))


class Items:
    """The item agent's partitions, fed with what comes out of other agents."""

    def __init__(self):
        self.partitions = [Stored() for _ in range(PARTITIONS)]
        self.ends = [0] * PARTITIONS

    def learn(self, outputs):
        for partition, state in enumerate(self.partitions):
            values = [o.value for o in outputs if (o.topic, o.partition) == (ITEM_SIGNALS.name, partition)]
            if values:
                records = [Record(None, each, self.ends[partition] + n, 0) for n, each in enumerate(values)]
                commit = asyncio.run(learn_signals(Batch(ITEM_SIGNALS.name, partition, records), state))
                state.write(commit.writes.items())
                self.ends[partition] += len(values)

    def rows(self):
        """What each item knows: its audience and its neighbours' strengths."""
        known = {}
        for state in self.partitions:
            states, ids = load_states([each for key, each in state.items() if key.startswith(b"item\0")])
            for item, each in zip(ids, states, strict=True):
                row = zip(each["neighbours"].tolist(), each["strengths"].tolist(), strict=True)
                known[item] = (float(each["audience"]), {key: round(s, 5) for key, s in row if key})
        return known


def test_a_playlist_makes_its_items_neighbours():
    items, state = Items(), Stored()
    commit = tell(state, [("p", "abc")])
    state.write(commit.writes.items())
    items.learn(commit.outputs)
    rows = items.rows()
    assert rows.keys() == set("abc")
    assert rows["a"][1] == {}
    assert rows["b"][1].keys() == {stable_key("a")}
    assert rows["c"][1].keys() == {stable_key("a"), stable_key("b")}
    assert all(1 <= audience <= 2 for audience, _ in rows.values())
    assert decode_told(state[playlist_state_key(b"p")]).keys.tolist() == list(map(stable_key, "abc"))


def test_signals_of_playlists_never_pass_for_those_of_listening_events():
    """A fence knows where a block came from: the same number of a partition is not the same source."""
    items = Items()
    for partition, name in ((0, "p"), (1, "q")):
        items.learn(tell(Stored(), [(name, "ab")], first=1_000, partition=partition).outputs)
    played = np.array([(stable_key("a"), NOBODY, SignalKind.PLAYED, 1.0, int(NOW), 0)], SIGNAL)
    target = stable_key("a") % PARTITIONS
    for source in (0, 1):
        block = pack_block(SignalBlock(source, ("a",), played))
        commit = asyncio.run(
            learn_signals(
                Batch(ITEM_SIGNALS.name, target, [Record(None, block, items.ends[target], 0)]),
                items.partitions[target],
            )
        )
        items.partitions[target].write(commit.writes.items())
        items.ends[target] += 1
    states, _ = load_states([items.partitions[target][item_state_key(stable_key("a"))]])
    assert (states["plays"][0], round(float(states["updates"][0]))) == (2, 4)


versions = st.lists(
    st.tuples(st.sampled_from("pq"), st.none() | st.lists(st.sampled_from("abcdef"), max_size=5)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(versions, min_size=1, max_size=4), st.data())
def test_a_changelog_cut_anywhere_tells_everything_once(batches, data):
    whole, cut_state, first = Stored(), Stored(), 0
    steady, tormented = Items(), Items()
    for records in batches:
        commit = tell(whole, records, first=first)
        whole.write(commit.writes.items())
        steady.learn(commit.outputs)
        # A crash after what it sent arrived, in the midst of the changelog; a new worker handles it again,
        # perhaps in two batches.
        crashed = tell(cut_state, records, first=first)
        tormented.learn(crashed.outputs)
        writes = list(crashed.writes.items())
        cut_state.write(writes[: data.draw(st.integers(0, len(writes)))])
        middle = data.draw(st.integers(0, len(records)))
        for start, part in ((0, records[:middle]), (middle, records[middle:])):
            if part:
                again = tell(cut_state, part, first=first + start)
                cut_state.write(again.writes.items())
                tormented.learn(again.outputs)
        assert cut_state == whole
        assert tormented.rows() == steady.rows()
        first += len(records)


def test_a_deleted_playlist_leaves_its_offset_only_and_tells_all_when_it_comes_back():
    state = Stored()
    for first, records in enumerate(([("p", "ab")], [("p", None)])):
        commit = tell(state, records, first=first)
        state.write(commit.writes.items())
    assert commit.outputs == []
    assert len(state[playlist_state_key(b"p")]) == 13
    assert {item for block in blocks(tell(state, [("p", "ab")], first=2)) for item in block.ids} == {"a", "b"}
    assert tell(Stored(), [("never", None)]).writes == {}


def blocks(commit):
    return [unpack_block(output.value) for output in commit.outputs if output.topic == ITEM_SIGNALS.name]


@pytest.mark.parametrize(
    ("key", "changes", "field"),
    [
        (None, {}, "key"),
        (b"", {}, "key"),
        (b"q", {}, "key"),
        (b"p", {"items": ["a"] * 10_001}, "items"),
        (b"p", {"title": ""}, "title"),
    ],
)
def test_what_cannot_be_read_goes_to_the_dead_letters_and_its_neighbours_are_told(key, changes, field):
    good = orjson.loads(value("p", "ab"))
    bad = Record(key, orjson.dumps(good | changes), 0, 0)
    agent = PlaylistAgent(clock=lambda: NOW, partitions=PARTITIONS)
    records = [bad, Record(b"p", value("p", "ab"), 1, 0)]
    commit = asyncio.run(agent(Batch(PLAYLISTS.name, 0, records), Stored()))
    [letter] = [output for output in commit.outputs if output.topic == DEAD_LETTERS.name]
    assert (letter.key, letter.value) == (bad.key, bad.value)
    assert dict(letter.headers)["field"] == field.encode()
    assert {item for block in blocks(commit) for item in block.ids} == {"a", "b"}
    assert decode_told(commit.writes[playlist_state_key(b"p")]).offset == 1
