"""Recovery: the changelog read by a client of our own, to its end by position, a fetch a RocksDB batch."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.tables.manager import TableManager
from faust.tables.recovery import RebalanceAgain, Recovery, ServiceStopped
from faust.types import TP
from mode import Service

from streams.engine.failure import exit_now
from streams.engine.table import StateTable

if TYPE_CHECKING:
    from streams.engine.app import EngineApp

FETCH_BYTES = 4 << 20


class ChangelogReader:
    """Brings local copies of changelog partitions up to date."""

    def __init__(self, connection: Mapping[str, Any], tables: Mapping[TP, StateTable]) -> None:
        # aiokafka insists on its own type; both are equal as tuples.
        self._tables = {TopicPartition(*tp): table for tp, table in tables.items()}
        self._consumer = AIOKafkaConsumer(
            **connection,
            group_id=None,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
        )

    async def __aenter__(self) -> "ChangelogReader":
        await self._consumer.start()
        self._consumer.assign(list(self._tables))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._consumer.stop()

    async def restore(self) -> int:
        """Apply what is missing locally and return the number of records read.

        Ends on the position, because the record before the end need not exist (compaction, deletion).
        """
        ends = await self._consumer.end_offsets(list(self._tables))
        await self._seek_to_missing(ends)
        waiting, applied = set(self._tables), 0
        while waiting := {tp for tp in waiting if await self._consumer.position(tp) < ends[tp]}:
            applied += await self._apply_fetch(*waiting)
        return applied

    async def follow(self) -> None:
        """Apply what arrives, until cancelled."""
        while True:
            await self._apply_fetch()

    async def _apply_fetch(self, *partitions: TopicPartition) -> int:
        fetched = await self._consumer.getmany(*partitions, timeout_ms=500)
        for tp, records in fetched.items():
            self._tables[tp].restore(tp.partition, records)
            await asyncio.sleep(0)
        return sum(map(len, fetched.values()))

    async def _seek_to_missing(self, ends: Mapping[TopicPartition, int]) -> None:
        starts = await self._consumer.beginning_offsets(list(self._tables))
        for tp, table in self._tables.items():
            persisted = table.persisted_offset(tp)
            # The changelog was made again: what is local comes from another life.
            if persisted is not None and persisted >= ends[tp]:
                table.store.discard(tp.partition)
                persisted = None
            self._consumer.seek(tp, max(starts[tp], 0 if persisted is None else persisted + 1))


class BatchRecovery(Recovery):
    """Faust's recovery service, with the reading done by `ChangelogReader` and every error fatal."""

    app: "EngineApp"
    _standby: asyncio.Task[None] | None = None

    @Service.task
    async def _restart_recovery(self) -> None:
        while not await self.wait_for_stopped(cast(Any, self.signal_recovery_start)):
            self.signal_recovery_start.clear()
            try:
                self._set_recovery_started()
                await self._wait(self._restore_actives())
                await self._wait(self.on_recovery_completed(self._generation_id))
                self._follow_standbys()
            except RebalanceAgain:
                continue
            except ServiceStopped:
                break
            except Exception as error:
                exit_now("recovery failed: the state is not complete", error)

    @Service.task
    async def _slurp_changelogs(self) -> None:
        """Do nothing: Faust's changelog queue stays empty."""

    @Service.task
    async def _publish_stats(self) -> None:
        """Do nothing: Faust's figures are about its queue."""

    def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Stop following: the databases are about to be closed."""
        if self._standby is not None:
            self._standby.cancel()
            self._standby = None

    async def on_stop(self) -> None:
        """Stop following."""
        self.on_partitions_revoked(set())

    async def _restore_actives(self) -> None:
        tables = self._tables_of(self.active_tps)
        if tables:
            async with ChangelogReader(self.app.connection, tables) as reader:
                read = await reader.restore()
            self.log.info("Restored %d partitions, %d changelog records", len(tables), read)

    def _follow_standbys(self) -> None:
        tables = self._tables_of(self.standby_tps)
        if tables:
            self._standby = asyncio.create_task(self._follow(tables))

    async def _follow(self, tables: Mapping[TP, StateTable]) -> None:
        try:
            async with ChangelogReader(self.app.connection, tables) as reader:
                await reader.restore()
                self.tables.on_standbys_ready()
                await reader.follow()
        except Exception as error:
            exit_now("a standby could not follow the changelog", error)

    def _tables_of(self, tps: set[TP]) -> dict[TP, StateTable]:
        return {tp: cast(StateTable, self.tp_to_table[tp]) for tp in tps}


class BatchTableManager(TableManager):
    """Faust's table manager with `BatchRecovery`."""

    async def on_start(self) -> None:
        """Start at once: tables are made before the worker, so Faust's second of waiting is not needed."""
        await self._update_channels()
        await self.recovery.start()

    @property
    def recovery(self) -> Recovery:
        """The recovery service of this worker."""
        if self._recovery is None:
            self._recovery = BatchRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery
