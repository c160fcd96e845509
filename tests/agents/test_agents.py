"""The agents as functions: batches and stored state in, writes and outputs out, cut anywhere."""

import asyncio
from collections.abc import Iterable

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.catalogue import Catalogue
from models.descent import ROWS
from models.events import CatalogRecord, Event, EventType, Onboarding, stable_key
from models.examples import Example
from models.items import decode_models, empty_states, item_models, load_states
from models.personalizer import Personalizer
from models.signals import NOBODY, SIGNAL, SignalBlock, SignalKind, pack_block
from models.skip_examples import FIRST_BUCKETS, SkipExample
from models.trainer import Trainer, decode_model_weights, decode_trainer
from models.training import PlayExample, gather_examples, pack_examples
from streams.agents.item import item_state_key, learn_signals, pass_catalog
from streams.agents.listener import ListenerAgent
from streams.agents.trainer import TRAINER_STATE, learn_examples
from streams.engine import Batch, Record
from streams.schemas import encode_catalog, encode_event
from streams.topics import (
    CATALOG,
    DEAD_LETTERS,
    EXAMPLES,
    ITEM_MODELS,
    ITEM_SIGNALS,
    LISTENING_EVENTS,
    MODEL_WEIGHTS,
    RECOMMENDATIONS,
)


class Stored(dict):
    """A partition's state: what RocksDB would answer."""

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        return {key: self.get(key) for key in keys}

    def write(self, writes: Iterable[tuple[bytes, bytes | None]]) -> None:
        for key, value in writes:
            if value is None:
                self.pop(key, None)
            else:
                self[key] = value


def batch(topic: str, values: Iterable[bytes], *, first: int, key: bytes | None = None) -> Batch:
    return Batch(topic, 0, [Record(key, value, first + n, 0) for n, value in enumerate(values)])


def handle(handler, given_batch: Batch, state: Stored):
    return asyncio.run(handler(given_batch, state))


class Fresh:
    async def refresh(self, batch: Batch) -> None:
        """The catalogue stays as it is."""


def listener_agent(cached_listeners: int = 10) -> ListenerAgent:
    return ListenerAgent(
        personalizer=Personalizer(catalogue=Catalogue(), weights=Trainer().weights()),
        freshness=Fresh(),
        clock=lambda: 1.7e9,
        partitions=4,
        ring_events=64,
        cached_listeners=cached_listeners,
    )


def plays(user: str, count: int, *, first: int = 0) -> list[bytes]:
    return [
        encode_event(
            Event(
                id=str(first + n),
                type=EventType.PLAY,
                user=user,
                at=1.6e9 + 200 * (first + n),
                item=f"t:{(first + n) % 9}",
                ms_played=180_000,
            )
        )
        for n in range(count)
    ]


def test_a_batch_gives_slates_signals_and_dead_letters():
    values = [*plays("ann", 3), b"{"]
    commit = handle(listener_agent(), batch(LISTENING_EVENTS.name, values, first=5, key=b"ann"), Stored())
    topics = [output.topic for output in commit.outputs]
    assert topics.count(RECOMMENDATIONS.name) == 3
    assert topics.count(DEAD_LETTERS.name) == 1
    assert topics.count(ITEM_SIGNALS.name) >= 1
    slate = orjson.loads([o for o in commit.outputs if o.topic == RECOMMENDATIONS.name][-1].value)
    assert (slate["id"], slate["user"], slate["as_of"]["offset"]) == ("0-7", "ann", 7)
    assert set(slate["taste"]) == {"session", "weeks", "years", "context"}


def test_who_only_says_what_they_like_gets_a_slate_at_once():
    agent, state = listener_agent(), Stored()
    agent._personalizer.catalogue.apply_record(CatalogRecord(item="t:1", title="Blue", artist="Ann"))
    agent._personalizer.catalogue.apply_models(["t:1"], played_once())
    told = Event("", EventType.ONBOARDING, "bob", 1.6e9, onboarding=Onboarding(("Ann",), "DE"))
    spoilt = orjson.dumps({"type": "onboarding", "user": "bob", "at": 1.6e9, "artists": ["x"] * 11})
    given_batch = batch(LISTENING_EVENTS.name, [encode_event(told), spoilt], first=0, key=b"bob")
    commit = handle(agent, given_batch, state)
    [value] = [output.value for output in commit.outputs if output.topic == RECOMMENDATIONS.name]
    [shown] = orjson.loads(value)["shelves"][0]["items"]
    assert (shown["item"], shown["why"]) == ("t:1", {"because": "chosen_artist"})
    [refused] = [output for output in commit.outputs if output.topic == DEAD_LETTERS.name]
    assert refused.value == spoilt
    state.write(commit.writes.items())
    assert len(state) == 1, "what was said lies in the listener's head"


def played_once():
    states = empty_states(1)
    states["plays"], states["popularity"] = 1, 1.0
    return item_models(states)


@settings(max_examples=30)
@given(st.lists(st.integers(1, 90), min_size=1, max_size=4), st.data())
def test_a_changelog_cut_anywhere_ends_in_the_same_state(sizes, data):
    whole, cut_state, first = Stored(), Stored(), 0
    steady = listener_agent()
    for size in sizes:
        given_batch = batch(LISTENING_EVENTS.name, plays("ann", size, first=first), first=first, key=b"ann")
        writes = list(handle(steady, given_batch, whole).writes.items())
        cut_state.write(writes[: data.draw(st.integers(0, len(writes)))])
        # A crash: a new worker, with nothing in memory, handles the same batch again.
        cut_state.write(handle(listener_agent(), given_batch, cut_state).writes.items())
        whole.write(writes)
        assert cut_state == whole
        first += size


def test_a_cached_listener_is_used_only_while_it_is_what_is_stored():
    agent, state = listener_agent(), Stored()
    lost = batch(LISTENING_EVENTS.name, plays("ann", 4), first=0, key=b"ann")
    handle(agent, lost, state)  # its commit did not happen: the partition went to another worker
    again = handle(agent, lost, state)
    assert sum(output.topic == RECOMMENDATIONS.name for output in again.outputs) == 4


def test_memory_holds_no_more_listeners_than_it_may():
    agent, state = listener_agent(cached_listeners=3), Stored()
    for number in range(10):
        user = f"u{number}"
        given_batch = batch(LISTENING_EVENTS.name, plays(user, 1), first=number, key=user.encode())
        state.write(handle(agent, given_batch, state).writes.items())
    assert len(agent._listeners) == 3


def signals(*offsets: int) -> bytes:
    item = stable_key("t:1")
    rows = np.array([(item, NOBODY, SignalKind.PLAYED, 1.0, 1, offset) for offset in offsets], SIGNAL)
    return pack_block(SignalBlock(source_partition=3, ids=("t:1",), rows=rows))


def plays_counted(state: Stored) -> int:
    states, _ = load_states([state[item_state_key(stable_key("t:1"))]])
    return int(states["plays"][0])


def test_signals_count_once_however_they_are_sent_again():
    state = Stored()
    first = handle(learn_signals, batch(ITEM_SIGNALS.name, [signals(1, 2), signals(3)], first=0), state)
    state.write(first.writes.items())
    recut = batch(ITEM_SIGNALS.name, [signals(2, 3), signals(3, 4)], first=2)
    commit = handle(learn_signals, recut, state)
    state.write(commit.writes.items())
    assert plays_counted(state) == 4
    [model] = [output for output in commit.outputs if output.topic == ITEM_MODELS.name]
    assert model.key == b"t:1"
    assert decode_models([model.value])["plays"] == 4


@pytest.mark.parametrize("cut", range(3))
def test_signals_count_once_wherever_the_changelog_was_cut(cut):
    state, given_batch = Stored(), batch(ITEM_SIGNALS.name, [signals(1, 2), signals(3)], first=0)
    writes = list(handle(learn_signals, given_batch, state).writes.items())
    state.write(writes[:cut])
    state.write(handle(learn_signals, given_batch, state).writes.items())
    assert plays_counted(state) == 3


def test_a_spoilt_block_goes_to_the_dead_letters_and_its_neighbours_are_learned():
    state = Stored()
    commit = handle(learn_signals, batch(ITEM_SIGNALS.name, [signals(1), b"?", signals(2)], first=0), state)
    state.write(commit.writes.items())
    assert plays_counted(state) == 2
    assert [output.topic for output in commit.outputs].count(DEAD_LETTERS.name) == 1


def test_catalog_records_pass_and_garbage_does_not():
    content = {"tags": (("mellow", 2.0),), "features": (("tempo", 92.5),)}
    good = encode_catalog(CatalogRecord(item="t:1", title="Blue", artist="Ann", **content))
    given_batch = batch(CATALOG.name, [good, b"[]"], first=0, key=b"t:1")
    passed, refused = handle(pass_catalog, given_batch, Stored()).outputs
    assert (passed.topic, passed.key, passed.value) == (ITEM_MODELS.name, b"t:1\0record", good)
    assert refused.topic == DEAD_LETTERS.name


def an_example(seed: int) -> PlayExample:
    numbers = np.random.default_rng(seed).random((ROWS, 5)).astype(np.float16)
    return PlayExample(SkipExample(FIRST_BUCKETS, skipped=seed % 2 == 0), Example(numbers))


def examples(*offsets: int) -> bytes:
    rows = [(offset, an_example(offset)) for offset in offsets]
    return pack_examples(gather_examples(rows, source_partition=1))


@pytest.mark.parametrize("cut", range(3))
def test_examples_are_learned_once_wherever_the_changelog_was_cut(cut):
    given_batch = batch(EXAMPLES.name, [examples(1, 2), examples(2, 3)], first=0)
    once, cut_state = Stored(), Stored()
    commit = handle(learn_examples, given_batch, once)
    once.write(commit.writes.items())
    cut_state.write(list(commit.writes.items())[:cut])
    cut_state.write(handle(learn_examples, given_batch, cut_state).writes.items())
    assert cut_state == once
    assert decode_trainer(once[TRAINER_STATE][8:]).weights().ranker.version == 3
    [weights] = [output for output in commit.outputs if output.topic == MODEL_WEIGHTS.name]
    assert decode_model_weights(weights.value).skips.version == 3


def test_a_spoilt_block_of_examples_goes_to_the_dead_letters_and_its_neighbours_are_learned():
    state = Stored()
    commit = handle(learn_examples, batch(EXAMPLES.name, [examples(1), b"?", examples(2)], first=0), state)
    assert decode_trainer(commit.writes[TRAINER_STATE][8:]).learned == 2
    assert [output.topic for output in commit.outputs] == [DEAD_LETTERS.name, MODEL_WEIGHTS.name]
