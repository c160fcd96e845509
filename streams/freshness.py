"""When a worker's catalogue and weights change: between batches, never within one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Final

from confluent_kafka import Consumer, TopicPartition

from models.personalizer import Personalizer
from streams.engine import Batch, StateTable
from streams.replica import Replica
from streams.topics import (
    CATALOG,
    EXAMPLES,
    ITEM_MODELS,
    ITEM_SIGNALS,
    LISTENING_EVENTS,
    MODEL_WEIGHTS,
    PLAYLISTS,
)

POLL_SECONDS: Final = 0.002
SAVE_SECONDS: Final = 900.0
"""From one snapshot to the next."""


class LockStep:
    """Before a batch is learned, waits until everything that the batches before it taught has arrived.

    For tests, with one worker: its slates then equal those of the core alone on the same batches.
    """

    def __init__(
        self,
        brokers: str,
        *,
        replica: Replica,
        listeners: StateTable,
        items: StateTable,
        playlists: StateTable,
        models: StateTable,
    ) -> None:
        self._offsets = Consumer({"bootstrap.servers": brokers, "group.id": "segue-lock-step"})
        self._replica = replica
        self._listeners = listeners
        # What playlists say is on its way to the items once they are learned.
        self._learners = (
            (CATALOG, items),
            (PLAYLISTS, playlists),
            (ITEM_SIGNALS, items),
            (EXAMPLES, models),
        )
        self._turn = asyncio.Lock()
        self._before: tuple[int, int] | None = None

    async def wait(self, batch: Batch) -> None:
        """Wait for this batch's turn."""
        async with self._turn:
            if self._before is not None:
                partition, offset = self._before
                while _next(self._listeners.applied(LISTENING_EVENTS.name, partition)) <= offset:
                    await asyncio.sleep(POLL_SECONDS)
            for topic, table in self._learners:
                for partition, end in await self._ends(topic.name, table.partitions or 1):
                    while _next(table.applied(topic.name, partition)) < end:
                        await asyncio.sleep(POLL_SECONDS)
            for name, partitions in (
                (ITEM_MODELS.name, self._listeners.partitions or 1),
                (MODEL_WEIGHTS.name, 1),
                (PLAYLISTS.name, self._listeners.partitions or 1),
            ):
                for partition, end in await self._ends(name, partitions):
                    while self._replica.position(name, partition) < end:
                        await asyncio.sleep(POLL_SECONDS)
            self._before = (batch.partition, batch.records[-1].offset)

    async def _ends(self, topic: str, partitions: int) -> list[tuple[int, int]]:
        return await asyncio.to_thread(lambda: list(self._read_ends(topic, partitions)))

    def _read_ends(self, topic: str, partitions: int) -> Iterator[tuple[int, int]]:
        for partition in range(partitions):
            _, end = self._offsets.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
            yield partition, end


class Freshness:
    """Brings the catalogue and the weights up to date before a batch, and saves them now and then.

    While a snapshot is written the models stand still, and slates are made of them as they are.
    """

    def __init__(self, replica: Replica, personalizer: Personalizer, *, lock_step: LockStep | None) -> None:
        self._replica = replica
        self._personalizer = personalizer
        self._lock_step = lock_step
        self._loading: asyncio.Task[None] | None = None
        self._saving: asyncio.Task[None] | None = None
        self._due = 0.0

    async def refresh(self, batch: Batch) -> None:
        """Apply what arrived; the first call waits until everything published so far is here."""
        # Several partitions may ask at once; the models are loaded once.
        self._loading = self._loading or asyncio.create_task(self._load())
        await self._loading
        if self._lock_step is not None:
            await self._lock_step.wait(batch)
            await self._saved()
        if self._saving is not None and not self._saving.done():
            return
        weights = self._replica.apply(self._personalizer.catalogue)
        if weights is not None:
            self._personalizer.weights = weights
        if time.monotonic() > self._due:
            self._save()

    async def close(self) -> None:
        """Save what was applied: the next start reads only what comes after it."""
        if self._loading is not None and self._loading.done():
            await self._saved()
            self._save()
            await self._saved()

    async def _load(self) -> None:
        catalogue = self._personalizer.catalogue
        self._personalizer.catalogue = await asyncio.to_thread(self._replica.load, catalogue)
        self._due = time.monotonic() + SAVE_SECONDS

    def _save(self) -> None:
        self._saving = asyncio.create_task(
            asyncio.to_thread(self._replica.save, self._personalizer.catalogue)
        )
        self._due = time.monotonic() + SAVE_SECONDS

    async def _saved(self) -> None:
        if self._saving is not None:
            await self._saving


def _next(applied: int | None) -> int:
    return 0 if applied is None else applied + 1
