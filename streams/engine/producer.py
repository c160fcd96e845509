"""Sending: idempotent, acknowledged by all replicas, in order, or an error."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from streams.engine.failure import DeliveryFailed, exit_now
from streams.engine.records import Output

POLL_SECONDS = 0.001
"""Between two looks for acknowledgements, while some are awaited."""
LINGER_MS = 1.0
"""Long enough for the records of one commit to leave together."""


class Publisher:
    """Sends records to exact partitions and returns when Kafka has acknowledged all of them.

    Faust's own producer only warns when a send fails and its flush returns early, so it is not used here.
    librdkafka sends in threads of its own, while Python computes. Each acknowledgement that it reports costs
    it a turn in Python, so it reports the last one of each partition only. That one stands for all before it:
    they are sent in order, a gap ends the producer, and no record is given up before our timeout ends.
    """

    def __init__(
        self, brokers: str, *, client: Mapping[str, str], record_bytes: int, timeout_seconds: float
    ) -> None:
        # Credentials come first: none of them can weaken what is promised below.
        self._settings = {
            **client,
            "bootstrap.servers": brokers,
            "acks": "all",
            "enable.idempotence": True,
            "enable.gapless.guarantee": True,
            "delivery.timeout.ms": int(timeout_seconds * 2_000),
            "linger.ms": LINGER_MS,
            "message.max.bytes": record_bytes,
            # What is in flight is bounded by the batches in hand.
            "queue.buffering.max.messages": 0,
            "queue.buffering.max.kbytes": (1 << 31) - 1,
            "log_level": 0,
        }
        self._timeout_seconds = timeout_seconds
        self._awaited = 0

    def start(self) -> None:
        """Get ready to send; what is sent waits for a connection."""
        self._producer = Producer(self._settings)

    async def send(self, outputs: Sequence[Output]) -> None:
        """Send ``outputs``, keeping their order within each partition. Raises `DeliveryFailed`."""
        await self._deliver(outputs)

    async def append(self, topic: str, partition: int, writes: Mapping[bytes, bytes | None]) -> int | None:
        """Send ``writes`` as records in their order and return the last one's offset.

        The offset is ``None`` when a retry succeeded whose offset Kafka no longer knows.
        Raises `DeliveryFailed`.
        """
        (last,) = await self._deliver([Output(topic, key, value, partition) for key, value in writes.items()])
        return last if last >= 0 else None

    async def _deliver(self, records: Sequence[Output]) -> list[int]:
        """Return the offset of the last record of each partition, once all are acknowledged."""
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await asyncio.gather(*self._produce(records))
        except (TimeoutError, KafkaException) as error:
            raise DeliveryFailed(
                f"not acknowledged within {self._timeout_seconds:.0f} s: {error!r}"
            ) from error

    def _produce(self, records: Sequence[Output]) -> Iterable["asyncio.Future[int]"]:
        last = {(record.topic, record.partition): place for place, record in enumerate(records)}
        loop = asyncio.get_running_loop()
        waiting = {place: loop.create_future() for place in last.values()}
        if waiting and not self._awaited:
            loop.call_later(POLL_SECONDS, self._poll, loop)
        self._awaited += len(waiting)
        for place, record in enumerate(records):
            future = waiting.get(place)
            self._producer.produce(
                record.topic,
                record.value,
                record.key,
                record.partition,
                None if future is None else partial(self._settle, future),
                headers=list(record.headers),
            )
        return waiting.values()

    def _poll(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._producer.poll(0)
        # Only what ends the producer is raised here: a record that Kafka refused, say.
        except KafkaException as error:
            exit_now("the producer failed", DeliveryFailed(error.args[0].str()))
        if self._awaited:
            loop.call_later(POLL_SECONDS, self._poll, loop)

    def _settle(self, future: "asyncio.Future[int]", error: KafkaError | None, message: Message) -> None:
        self._awaited -= 1
        if future.done():
            return
        if error is None:
            offset = message.offset()
            future.set_result(-1 if offset is None else offset)
        else:
            future.set_exception(KafkaException(error))
