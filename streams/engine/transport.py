"""Delivery: one Faust event is all records of one fetch of one partition.

Overrides private methods of faust-streaming 0.15.3; tests/engine/test_pins.py fails when they change.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, cast

import faust
from aiokafka import AIOKafkaConsumer
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT
from faust.types.tuples import ConsumerMessage, Message

from streams.engine.failure import SourceRewound
from streams.engine.table import StateTable

FETCH_WAIT_MS = 100


class BatchSchema(faust.Schema[None, Any]):
    """Hands the records of a fetch through as they are."""

    def loads_key(self, app: AppT, message: Message, **options: Any) -> Any:
        """Return nothing: a fetch has no key."""
        return None

    def loads_value(self, app: AppT, message: Message, **options: Any) -> Any:
        """Return the fetch's records."""
        return message.value


class BatchConsumer(driver.Consumer):
    """Faust's consumer, with whole fetches as messages, and positions that follow the state.

    - A source is read from the offset after its table's mark: state and position cannot disagree.
    - Records are delivered without gaps. Faust drops fetches around a rebalance; a gap is believed only when
      Kafka shows it a second time (compaction, transactions), and read again the first time.
    - The offset to be committed is what the engine applied. Faust also counts messages that it skipped.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sources = cast(BatchTransport, self.transport).sources
        self._due: dict[TP, int] = {}
        self._gaps: dict[TP, int] = {}
        self._rewind: set[TP] = set()
        self._applied: dict[TP, int] = {}

    def _new_consumer_thread(self) -> driver.AIOKafkaConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def applied(self, message: Message) -> None:
        """Record that the state includes everything up to this message; it will be committed."""
        self._applied[message.tp] = message.offset + 1

    def owns(self, message: Message) -> bool:
        """Return whether the message's partition is still ours, in the generation in which it was read."""
        consumer = self._thread._ensure_consumer()
        generations = {
            message.generation_id,
            self.app.consumer_generation_id,
            consumer._coordinator.generation,
        }
        return len(generations) == 1 and message.tp in self.assignment()

    def progress(self) -> tuple[int, int]:
        """Return how many records are waiting, and the sum of the committed offsets, over our sources."""
        lag = committed_sum = 0
        for tp in self.assignment():
            committed = self._committed_offset.get(tp)
            if tp.topic in self._sources and committed is not None:
                lag += max(0, (self.highwater(tp) or 0) - committed)
                committed_sum += committed
        return lag, committed_sum

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:
        """Make one message of each partition and fetch, of at most the agent's ``batch_max`` records.

        Those of sources are delivered here, the others yielded to Faust. It starts four tasks for each, and
        at every turn whatever else is ready runs first: a fetch of eight partitions took 20 ms to deliver.
        """
        await self._seek_back()
        fetched, active = await self._wait_next_records(timeout)
        generation = self.app.consumer_generation_id
        for tp, records in (fetched or {}).items():
            source = self._sources.get(tp.topic)
            for chunk in _chunks(records, source.batch_max if source else 1):
                current = self.flow_active and generation == self.app.consumer_generation_id
                wanted = active is None or tp in active or tp in self._buffered_partitions
                if not (current and wanted and self._is_due(tp, chunk)):
                    self._rewind.add(tp)
                    break
                self._due[tp] = chunk[-1].offset + 1
                self.app.monitor.track_tp_end_offset(tp, self.highwater(tp))
                if source is None:
                    yield tp, self._to_message(tp, chunk[0])
                elif self.app.flow_control.is_active():
                    await self.callback(_message(tp, chunk, generation))
                    self._read_offset[tp] = chunk[-1].offset
                else:
                    # What is suspended may have to be given up: Faust waits for either.
                    yield tp, _message(tp, chunk, generation)

    async def perform_seek(self) -> None:
        """Seek each source to the offset after its table's mark, or to its first. Raises `SourceRewound`."""
        await super().perform_seek()
        tps = [tp for tp in self.assignment() if tp.topic in self._sources]
        ends, starts = await self.highwaters(*tps), await self.earliest_offsets(*tps)
        for tp in tps:
            applied = self._sources[tp.topic].table.applied(tp.topic, tp.partition)
            self._due[tp] = max(starts[tp], 0 if applied is None else applied + 1)
            # What was applied before a kill may not be committed yet, and perhaps nothing follows it.
            self._applied[tp] = self._due[tp]
            if self._due[tp] > ends[tp]:
                raise SourceRewound(
                    f"{tp.topic}-{tp.partition} ends at {ends[tp]}, the state includes {applied}. Was the "
                    f"topic made again? Restore it, or use a new application id to start from nothing."
                )
        self._gaps.clear()
        self._rewind.clear()
        await self.seek_wait({tp: self._due[tp] for tp in tps})

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Let Faust finish and commit what is in hand, then forget the partitions."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            for known in (self._due, self._gaps, self._applied):
                known.pop(tp, None)
            self._rewind.discard(tp)

    def _is_due(self, tp: TP, chunk: Sequence[Any]) -> bool:
        due = self._due.get(tp)
        if due is None or chunk[0].offset == due:
            return True
        seen_before = self._gaps.get(tp) == chunk[0].offset
        self._gaps[tp] = chunk[0].offset
        return seen_before and bool(chunk[0].offset > due)

    async def _seek_back(self) -> None:
        if self.flow_active and self._rewind:
            mine = self._rewind & self.assignment() & self._due.keys()
            self._rewind.clear()
            await self.seek_wait({tp: self._due[tp] for tp in mine})

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        pending = {*self._acked, *self._applied}
        return (tp for tp in pending if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        if tp.topic not in self._sources:
            return super()._new_offset(tp)
        self._acked[tp].clear()
        self._acked_index[tp].clear()
        return self._applied.get(tp)

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if tp.topic not in self._sources:
            await super()._add_gap(tp, offset_from, offset_to)


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: driver.Transport) -> AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        # Requests for offsets queue up behind a waiting fetch; Faust's 1.5 s delay every start by seconds.
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer


class Source:
    """A topic whose fetches are delivered whole: the table that includes it, and the largest batch."""

    def __init__(self, *, table: StateTable, batch_max: int) -> None:
        self.table = table
        self.batch_max = batch_max


class BatchTransport(driver.Transport):
    """Faust's aiokafka transport with a `BatchConsumer`."""

    Consumer = BatchConsumer

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sources: dict[str, Source] = {}


def _chunks(records: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(records), size):
        yield records[start : start + size]


def _message(tp: TP, records: Sequence[Any], generation: int) -> ConsumerMessage:
    last = records[-1]
    return ConsumerMessage(
        topic=tp.topic,
        partition=tp.partition,
        offset=last.offset,
        timestamp=last.timestamp / 1000.0,
        timestamp_type=last.timestamp_type,
        headers=None,
        key=None,
        value=cast(Any, records),
        checksum=None,
        tp=tp,
        generation_id=generation,
    )
