"""The listener agent: listening events in; slates, item signals and examples out; taste kept by user."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from models.batch import Outcome, Placed, blocks_by_partition, process_batch
from models.explanation import is_explained
from models.explanation_bytes import encode_explanation
from models.off_policy import pack_outcomes
from models.personalizer import Personalizer
from models.shelf_judging import judge_choices
from models.shelf_lessons import gather_lessons
from models.signals import pack_block
from models.slate import Slate
from models.state import (
    ListenerState,
    changed_values,
    head_key,
    restore_listener,
    stored_offset,
    stored_segments,
)
from models.training import pack_examples, split_examples
from streams.engine import Batch, Commit, DeadLetter, Output, StateReader
from streams.freshness import Freshness
from streams.recommendations import encode_recommendation
from streams.schemas import Refused, decode_event
from streams.topics import (
    DEAD_LETTERS,
    EXAMPLES,
    EXPLANATIONS,
    ITEM_SIGNALS,
    MODELS_KEY,
    OUTCOMES,
    POLICIES_KEY,
    RECOMMENDATIONS,
)

EXAMPLES_PER_RECORD: Final = 64
"""At under 4 KB each, a record of examples stays well under what Kafka takes."""


class ListenerAgent:
    """Handles batches of `listening-events`; one instance serves all partitions of a worker.

    `freshness` brings the catalogue and the weights up to date between batches; `clock` gives Unix seconds.
    Of the slates an `explained_share` goes to `explanations`, with all that they follow from.
    """

    def __init__(
        self,
        *,
        personalizer: Personalizer,
        freshness: Freshness,
        clock: Callable[[], float],
        partitions: int,
        ring_events: int,
        cached_listeners: int,
        explained_share: float = 0.0,
    ) -> None:
        self._personalizer = personalizer
        self._explained_share = explained_share
        self._freshness = freshness
        self._clock = clock
        self._partitions = partitions
        self._listeners = ListenerCache(
            personalizer, ring_events=ring_events, cached_listeners=cached_listeners
        )

    async def __call__(self, batch: Batch, state: StateReader) -> Commit:
        """Learn a batch and say what to write and send."""
        await self._freshness.refresh(batch)
        events, outputs = self._decode(batch)
        slates: dict[int, list[Output]] = {}

        def emit(placed: Placed, listener: ListenerState, slate: Slate) -> None:
            slates[placed.offset] = list(self._emission(batch.partition, placed, listener, slate))

        listeners = self._listeners.load(batch.partition, [placed.event.user for placed in events], state)
        counts = _counts_before(listeners, events)
        # No step up to here gives way to another batch: the models stand still while this one is computed.
        outcome = process_batch(self._personalizer, listeners, events, partition=batch.partition, emit=emit)
        writes: dict[bytes, bytes | None] = {}
        for user, listener in listeners.items():
            writes |= changed_values(listener, count_before=counts[user])
        outputs += (output for offset in sorted(slates) for output in slates[offset])
        return Commit(writes=writes, outputs=[*outputs, *self._lessons(outcome, batch.partition)])

    def _decode(self, batch: Batch) -> tuple[list[Placed], list[Output]]:
        now = self._clock()
        events: list[Placed] = []
        refused: list[Output] = []
        for record in batch.records:
            try:
                event = decode_event(record.key, record.value, now=now)
            except Refused as refusal:
                letter = DeadLetter(batch, record, reason=refusal.reason, field=refusal.field)
                refused.append(letter.output(DEAD_LETTERS.name))
            else:
                events.append(Placed(offset=record.offset, event=event))
        return events, refused

    def _emission(
        self, partition: int, placed: Placed, listener: ListenerState, slate: Slate
    ) -> Iterator[Output]:
        """A slate, and what it follows from, where it is one of those that are explained."""
        emitted_at = self._clock()
        value = encode_recommendation(
            slate,
            user=listener.user,
            profile=listener.profile,
            partition=partition,
            offset=placed.offset,
            at=placed.event.at,
            emitted_at=emitted_at,
        )
        key = listener.user.encode()
        yield Output(RECOMMENDATIONS.name, key=key, value=value, partition=partition)
        if is_explained(partition, placed.offset, share=self._explained_share):
            explanation = self._personalizer.explain(
                listener, slate, partition=partition, emitted_at=emitted_at
            )
            value = encode_explanation(explanation)
            yield Output(EXPLANATIONS.name, key=key, value=value, partition=partition)

    def _lessons(self, outcome: Outcome, partition: int) -> Iterable[Output]:
        blocks = blocks_by_partition(outcome, source_partition=partition, item_partitions=self._partitions)
        for target, block in blocks.items():
            yield Output(ITEM_SIGNALS.name, key=None, value=pack_block(block), partition=target)
        lessons = gather_lessons(outcome.lessons)
        taught = split_examples(
            outcome.examples, lessons, source_partition=partition, plays=EXAMPLES_PER_RECORD
        )
        for examples in taught:
            yield Output(EXAMPLES.name, key=MODELS_KEY, value=pack_examples(examples), partition=0)
        if outcome.choices:
            judged = judge_choices(np.concatenate(outcome.choices), source_partition=partition)
            yield Output(OUTCOMES.name, key=POLICIES_KEY, value=pack_outcomes(judged), partition=0)


def _counts_before(listeners: Mapping[str, ListenerState], events: Sequence[Placed]) -> dict[str, int]:
    """Length of each ring before the batch, also where a cut changelog includes part of the batch already."""
    counts = {user: listener.history.count for user, listener in listeners.items()}
    for placed in events:
        user = placed.event.user
        counts[user] -= placed.offset <= listeners[user].offset
    return {user: max(0, count) for user, count in counts.items()}


class ListenerCache:
    """Listeners in a session stay decoded, at most `cached_listeners`; the longest idle one goes first.

    A cached listener is used only while it includes exactly what is stored: after a commit that did not
    happen here (the partition went to another worker and came back) it is read again.
    """

    def __init__(self, personalizer: Personalizer, *, ring_events: int, cached_listeners: int) -> None:
        self._personalizer = personalizer
        self._ring_events = ring_events
        self._room = cached_listeners
        self._cached: OrderedDict[tuple[int, str], ListenerState] = OrderedDict()

    def __len__(self) -> int:
        return len(self._cached)

    def load(self, partition: int, users: Sequence[str], state: StateReader) -> dict[str, ListenerState]:
        """Decode the listeners of a batch, in the order in which they first come."""
        wanted = list(dict.fromkeys(users))
        heads = state.read([head_key(user) for user in wanted])
        listeners = {}
        for user in wanted:
            head = heads[head_key(user)]
            listener = self._cached.pop((partition, user), None)
            if listener is None or listener.offset != stored_offset(head):
                listener = self._restore(user, head, state)
            self._cached[partition, user] = listeners[user] = listener
        while len(self._cached) > max(self._room, len(listeners)):
            self._cached.popitem(last=False)
        return listeners

    def _restore(self, user: str, head: bytes | None, state: StateReader) -> ListenerState:
        values: dict[bytes, bytes | None] = {head_key(user): head}
        if head is not None:
            values |= state.read(stored_segments(head, user, ring_events=self._ring_events))
        return restore_listener(
            user, values, ring_events=self._ring_events, catalogue=self._personalizer.catalogue
        )
