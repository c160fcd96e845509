"""The partition agent: read, handle, commit, acknowledge; or end the process."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any, cast

from streams.engine.failure import exit_now
from streams.engine.records import Batch, Handler, Record
from streams.engine.table import StateTable
from streams.engine.transport import BatchConsumer, BatchSchema, BatchTransport, Source

if TYPE_CHECKING:
    from streams.engine.app import EngineApp

TAKE_SECONDS = 1.0
"""Longer than it takes to take what waits, unless Faust passed over it since it came before a rebalance."""

# Faust's types describe one record an event; here an event's value is a list of aiokafka's records.
Event = Any
Stream = Any


def partition_agent(
    app: "EngineApp",
    *,
    topic: str,
    table: StateTable,
    handler: Handler,
    batch_max: int,
    linger_seconds: float = 0.0,
) -> None:
    """Register ``handler`` for ``topic``, which has as many partitions as ``table``.

    A batch holds at most ``batch_max`` records. It is handled when it is full, or ``linger_seconds`` after
    its first record was read; without linger at once, with whatever was read meanwhile. Failures end the
    process.
    """
    cast(BatchTransport, app.transport).sources[topic] = Source(table=table, batch_max=batch_max)

    async def consume(stream: Stream) -> None:
        # The engine acknowledges after its commit; Faust would when the loop's body ends, even by an error.
        stream.enable_acks = False
        events = _Folded(app, stream, batch_max=batch_max, linger_seconds=linger_seconds)
        committer = _Committer(app, table, handler)
        try:
            while folded := await events.read():
                await committer.process(folded)
                for event in folded:
                    await stream.ack(event)
        # Faust would start the agent again, behind the events that were in hand.
        except Exception as error:
            exit_now(f"the agent of {topic} failed", error)

    source = app.topic(topic, schema=BatchSchema(), partitions=table.partitions)
    # Faust's `topic` drops the argument of this name.
    source.maxsize = _room(fetch_records=app.conf.broker_max_poll_records, batch_max=batch_max)
    app.agent(source, name=f"engine.{topic}", isolated_partitions=True)(consume)


def _room(*, fetch_records: int, batch_max: int) -> int:
    """How many batches may wait for an agent, so that they never fill it.

    Where a buffer is full nothing is read, for no agent: one that lags would starve the others. Faust pauses
    a partition whose buffer is four fifths full, and what was taken before may still come.
    """
    return 5 * (1 + ceil(fetch_records / batch_max))


class _Folded:
    """Folds the fetches of one partition into batches."""

    def __init__(self, app: "EngineApp", stream: Stream, *, batch_max: int, linger_seconds: float) -> None:
        self._consumer = cast(BatchConsumer, app.consumer)
        self._queue = stream.channel.queue
        self._events = stream.events()
        self._batch_max = batch_max
        self._linger_seconds = linger_seconds
        self._next: asyncio.Task[Event | None] | None = None
        self._carried: Event | None = None

    async def read(self) -> list[Event]:
        """Return the next batch's events, none when the partition is taken away."""
        first, self._carried = self._carried or await self._take(), None
        if first is None:
            return []
        folded, count = [first], len(first.value)
        deadline = asyncio.get_running_loop().time() + self._linger_seconds
        while count < self._batch_max and await self._arrives(deadline):
            event = await self._take()
            if event is None or count + len(event.value) > self._batch_max:
                self._carried = event
                break
            folded.append(event)
            count += len(event.value)
        return folded

    async def _take(self) -> Event | None:
        task, self._next = self._next or self._fetch(), None
        try:
            return await task
        finally:
            task.cancel()

    def _fetch(self) -> "asyncio.Task[Event | None]":
        return asyncio.create_task(_first(self._events))

    async def _arrives(self, deadline: float) -> bool:
        remaining = deadline - asyncio.get_running_loop().time()
        if not self._queue.empty():
            remaining = max(remaining, TAKE_SECONDS)
        if remaining <= 0:
            return False
        self._next = self._next or self._fetch()
        # A rebalance or a stop waits for what is in hand, and takes away what was seen to be waiting.
        suspended = asyncio.create_task(self._consumer.suspend_flow.wait())
        try:
            await asyncio.wait(
                (self._next, suspended), timeout=remaining, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            suspended.cancel()
        return self._next.done()


class _Committer:
    """Applies batches of one agent to its table."""

    def __init__(self, app: "EngineApp", table: StateTable, handler: Handler) -> None:
        self._app = app
        self._table = table
        self._handler = handler

    async def process(self, events: Sequence[Event]) -> None:
        """Handle and commit; ends the process on any failure, so that a restart replays the batch."""
        last = events[-1].message
        try:
            async with self._table.locks[last.partition]:
                if await self._commit(events):
                    self._consumer.applied(last)
        except Exception as error:
            first = events[0].value[0].offset
            exit_now(f"{last.topic}-{last.partition} offsets {first} to {last.offset} failed", error)

    async def _commit(self, events: Sequence[Event]) -> bool:
        last = events[-1].message
        self._table._verify_source_topic_partitions(last.topic)
        batch = self._unapplied(events)
        if batch is None:
            return True
        commit = await self._handler(batch, self._table.reader(batch.partition))
        self._app.watchdog.check()
        # Someone else owns the partition: whatever this worker computed, it must not become state.
        if not self._consumer.owns(last):
            return False
        publisher = self._app.publisher
        await publisher.send(commit.outputs)
        await self._table.commit(
            publisher, commit, topic=batch.topic, partition=batch.partition, last_offset=last.offset
        )
        return True

    def _unapplied(self, events: Sequence[Event]) -> Batch | None:
        topic, partition = events[-1].message.topic, events[-1].message.partition
        applied = self._table.applied(topic, partition)
        least = -1 if applied is None else applied
        records = [
            Record(record.key, record.value, record.offset, record.timestamp)
            for event in events
            for record in event.value
            if record.offset > least
        ]
        return Batch(topic, partition, records) if records else None

    @property
    def _consumer(self) -> BatchConsumer:
        return cast(BatchConsumer, self._app.consumer)


async def _first(events: AsyncIterator[Event]) -> Event | None:
    async for event in events:
        return event
    return None
