"""Sending: idempotent, acknowledged by all replicas, in order, or an error."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.engine.failure import DeliveryFailed
from streams.engine.records import Output

Headers = list[tuple[str, bytes]]
Parts = tuple[bytes | None, bytes | None, Headers]
NO_HEADERS: Headers = []


class Publisher:
    """Sends records to exact partitions and returns when Kafka has acknowledged all of them.

    Faust's own producer only warns when a send fails and its flush returns early, so it is not used here.
    """

    def __init__(
        self, connection: Mapping[str, Any], *, batch_bytes: int, request_bytes: int, timeout_seconds: float
    ) -> None:
        self._connection = connection
        self._batch_bytes = batch_bytes
        self._request_bytes = request_bytes
        self._timeout_seconds = timeout_seconds
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect and obtain a producer id."""
        self._producer = AIOKafkaProducer(
            **self._connection,
            acks="all",
            enable_idempotence=True,
            max_batch_size=self._batch_bytes,
            max_request_size=self._request_bytes,
            # aiokafka waits this long for room behind an unsent batch; the delivery timeout has to end first.
            request_timeout_ms=int(self._timeout_seconds * 2_000),
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Disconnect; nothing is in flight, since every send is awaited."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, outputs: Sequence[Output]) -> None:
        """Send ``outputs``, keeping their order within each partition. Raises `DeliveryFailed`."""
        by_partition: defaultdict[tuple[str, int], list[Output]] = defaultdict(list)
        for output in outputs:
            by_partition[output.topic, output.partition].append(output)
        await self._within_timeout(
            *(self._send_to(*where, map(_parts, part)) for where, part in by_partition.items())
        )

    async def append(self, topic: str, partition: int, writes: Mapping[bytes, bytes | None]) -> int | None:
        """Send ``writes`` as records in their order and return the last one's offset.

        The offset is ``None`` when a retry succeeded whose offset Kafka no longer knows.
        Raises `DeliveryFailed`.
        """
        records = ((key, value, NO_HEADERS) for key, value in writes.items())
        (last,) = await self._within_timeout(self._send_to(topic, partition, records))
        return last

    async def _within_timeout(self, *sends: Any) -> list[int | None]:
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return list(await asyncio.gather(*sends))
        except (TimeoutError, KafkaError) as error:
            raise DeliveryFailed(
                f"not acknowledged within {self._timeout_seconds:.0f} s: {error!r}"
            ) from error

    async def _send_to(self, topic: str, partition: int, records: Iterable[Parts]) -> int | None:
        if self._producer is None:
            raise DeliveryFailed("the producer was not started")
        counts, pending = [], []
        for batch in _filled(self._producer.create_batch, records):
            counts.append(batch.record_count())
            pending.append(await self._producer.send_batch(batch, topic, partition=partition))
        acknowledged = await asyncio.gather(*pending)
        base = acknowledged[-1].offset
        return base + counts[-1] - 1 if base >= 0 else None


def _parts(output: Output) -> Parts:
    return output.key, output.value, list(output.headers) if output.headers else NO_HEADERS


def _filled(new_batch: Callable[[], BatchBuilder], records: Iterable[Parts]) -> Iterator[BatchBuilder]:
    batch = new_batch()
    for key, value, headers in records:
        if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
            yield batch
            batch = new_batch()
            # An empty batch takes a record of any size; Kafka decides whether it is too large.
            batch.append(key=key, value=value, timestamp=None, headers=headers)
    batch.close()
    yield batch
