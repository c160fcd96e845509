"""The engine's Faust application, and how a process runs it."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import faust
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth

from streams.cores import ANY, Core
from streams.declaration import Topic, declare
from streams.engine.failure import exit_now
from streams.engine.producer import Publisher
from streams.engine.recovery import BatchTableManager
from streams.engine.table import StateTable
from streams.engine.transport import BatchConsumer, BatchTransport
from streams.engine.watchdog import Watchdog

MIB = 1 << 20
BEAT_SECONDS = 1.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What the engine needs to know beside Faust's settings; times in seconds, sizes in bytes.

    `core` is where the event loop is kept, `ANY` for nowhere.
    """

    brokers: str
    delivery_timeout: float = 60.0
    stall_timeout: float = 60.0
    session_timeout: float = 6.0
    record_max: int = 16 * MIB
    replication: int = 1
    block_cache: int = 32 * MIB
    write_buffer: int = 16 * MIB
    core: int = ANY
    topics: Sequence[Topic] = ()
    client: Mapping[str, str] = field(default_factory=dict)


class EngineApp(faust.App):
    """A Faust app whose agents handle partition batches (see `partition_agent`).

    Raises `NoSuchCore` where the event loop cannot be kept to the core of its options.
    """

    def __init__(self, app_id: str, *, engine: EngineOptions, **settings: Any) -> None:
        self.engine = engine
        self._core = Core(engine.core) if engine.core != ANY else None
        self.state_tables: list[StateTable] = []
        super().__init__(app_id, **settings)
        self.watchdog = Watchdog(stall_seconds=engine.stall_timeout, freeze_seconds=engine.session_timeout)
        self._beating: asyncio.Task[None] | None = None

    def state_table(self, name: str, *, partitions: int) -> StateTable:
        """Make and register a table; its sources have as many partitions."""
        options = {
            "driver": "rocksdict",
            "block_cache_size": self.engine.block_cache,
            "write_buffer_size": self.engine.write_buffer,
            "max_write_buffer_number": 2,
        }
        table = StateTable(self, name=name, partitions=partitions, options=options)
        self.state_tables.append(table)
        self.tables.add(table)
        return table

    def declare_topics(self) -> None:
        """Make the declared topics and the changelogs exist. Raises `TopicMismatch`."""
        changelogs = [
            table.changelog(replication=self.engine.replication, max_message_bytes=self.engine.record_max)
            for table in self.state_tables
        ]
        declare(self.engine.brokers, [*self.engine.topics, *changelogs], client=self.engine.client)

    @property
    def connection(self) -> dict[str, Any]:
        """Aiokafka's settings for a further client of the same cluster."""
        security = credentials_to_aiokafka_auth(self.conf.broker_credentials, self.conf.ssl_context)
        return {"bootstrap_servers": self.engine.brokers.split(","), **security}

    async def on_start(self) -> None:
        """Start the producer before anything can be handled."""
        await super().on_start()
        self.publisher = Publisher(
            self.engine.brokers,
            client=self.engine.client,
            record_bytes=self.engine.record_max,
            timeout_seconds=self.engine.delivery_timeout,
        )
        self.publisher.start()
        self.watchdog.start()
        self._beating = asyncio.create_task(self._beat())

    async def on_stop(self) -> None:
        """Finish what is in hand and commit; nothing is in flight then, since every send is awaited."""
        self.watchdog.stop()
        if self._beating is not None:
            self._beating.cancel()
        await super().on_stop()

    async def _beat(self) -> None:
        while True:
            if self._core is not None:
                self._core.keep()
            working = self.tables.actives_ready and not self.rebalancing
            lag, committed = cast(BatchConsumer, self.consumer).progress() if working else (0, 0)
            self.watchdog.beat(working=working, lag=lag, committed=committed)
            await asyncio.sleep(BEAT_SECONDS)

    def _crash(self, reason: BaseException) -> None:
        # Faust would stop everything in order, and commit, with a part of the worker missing.
        exit_now("a part of the worker failed", reason)

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)


def create_app(
    app_id: str,
    *,
    brokers: str,
    datadir: Path,
    session_timeout: float = 6.0,
    heartbeat_interval: float = 1.0,
    commit_interval: float = 1.0,
    standby_replicas: int = 0,
    replication: int = 1,
    fetch_bytes: int = MIB,
    fetch_records: int = 5_000,
    engine: Mapping[str, Any] | None = None,
    **settings: Any,
) -> EngineApp:
    """Return an app with the measured settings; ``brokers`` is ``host:port,…``, times are seconds.

    ``fetch_records`` are taken at once of what was fetched, of all topics.

    ``engine`` holds further `EngineOptions`, ``settings`` further settings of Faust (credentials, …). What is
    sent goes through librdkafka, whose credentials stand in ``client`` of the options.
    """
    options = EngineOptions(
        brokers=brokers, session_timeout=session_timeout, replication=replication, **(engine or {})
    )
    return EngineApp(
        app_id,
        engine=options,
        broker=[f"kafka://{address}" for address in brokers.split(",")],
        datadir=str(datadir),
        store="rocksdb://",
        TableManager=BatchTableManager,
        web_enabled=False,
        topic_replication_factor=replication,
        table_standby_replicas=standby_replicas,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=fetch_bytes,
        broker_max_poll_records=fetch_records,
        broker_commit_interval=commit_interval,
        broker_session_timeout=session_timeout,
        broker_heartbeat_interval=heartbeat_interval,
        stream_recovery_delay=0.0,
        stream_wait_empty=True,
        **settings,
    )
