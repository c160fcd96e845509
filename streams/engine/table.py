"""The state of a partition: bytes by key, in RocksDB and in a changelog, with the offsets it includes."""

import asyncio
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import faust
from rocksdict import Rdict, WriteBatch

from streams.declaration import Topic
from streams.engine.producer import Publisher
from streams.engine.records import Commit
from streams.engine.store import PartitionStore, is_corruption

RESERVED = b"\x00segue\x00"
MARK_PREFIX = RESERVED + b"applied\x00"
WEEK_MS = 7 * 24 * 3600 * 1000
_MARK = struct.Struct("<q")


class StateTable(faust.Table[bytes, bytes]):
    """A changelogged table of bytes that several source topics may feed, one RocksDB a partition.

    Beside the handlers' values each partition holds a mark for each source topic: the last offset applied.
    """

    def __init__(self, app: faust.App, *, name: str, partitions: int, options: Mapping[str, Any]) -> None:
        # A fresh dict for each table: Faust's store takes settings out of the one it is given.
        super().__init__(
            app, name=name, partitions=partitions, key_type=bytes, value_type=bytes, options=dict(options)
        )
        self.partition_count = partitions
        # Two agents may feed a partition; one's commit between the other's read and commit would be lost.
        self.locks: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def changelog(self, *, replication: int, max_message_bytes: int) -> Topic:
        """Return the declaration of the changelog topic."""
        return Topic(
            self.changelog_topic_name,
            partitions=self.partition_count,
            replication=replication,
            config={
                "cleanup.policy": "compact",
                # A worker that was away for longer would not see that a key was deleted.
                "delete.retention.ms": str(WEEK_MS),
                "max.message.bytes": str(max_message_bytes),
            },
        )

    def reader(self, partition: int) -> "PartitionReader":
        """Return the view of ``partition`` that a handler gets."""
        return PartitionReader(self.store, partition)

    def applied(self, topic: str, partition: int) -> int | None:
        """Return the last offset of ``topic`` that the state includes."""
        mark = self.reader(partition).read([MARK_PREFIX + topic.encode()])
        value = next(iter(mark.values()))
        return None if value is None else int(_MARK.unpack(value)[0])

    async def commit(
        self, publisher: Publisher, commit: Commit, *, topic: str, partition: int, last_offset: int
    ) -> None:
        """Write to the changelog, await the acknowledgement, then write to RocksDB in one batch.

        Raises `DeliveryFailed`, and `ValueError` for a reserved key; neither changes the local state.
        """
        if any(key.startswith(RESERVED) for key in commit.writes):
            raise ValueError(f"keys that begin with {RESERVED!r} belong to the engine")
        writes = {**commit.writes, MARK_PREFIX + topic.encode(): _MARK.pack(last_offset)}
        end = await publisher.append(self.changelog_topic_name, partition, writes)
        self._write(partition, writes.items(), end)

    def restore(self, partition: int, records: Sequence[Any]) -> None:
        """Apply one fetch of changelog records, in one RocksDB batch with the changelog's offset."""
        self._write(partition, ((record.key, record.value) for record in records), records[-1].offset)

    def on_key_set(self, key: bytes, value: bytes) -> None:
        """Refuse: a write outside of a commit has no source offset."""
        raise TypeError("a state table is written by commits only")

    def on_key_del(self, key: bytes) -> None:
        """Refuse: a deletion outside of a commit has no source offset."""
        raise TypeError("a state table is written by commits only")

    @property
    def store(self) -> PartitionStore:
        """The local databases."""
        return cast(PartitionStore, self.data)

    def _new_store(self) -> PartitionStore:
        return PartitionStore(
            self.app.conf.store,
            self.app,
            self,
            table_name=self.name,
            key_type=self.key_type,
            key_serializer=self.key_serializer,
            value_type=self.value_type,
            value_serializer=self.value_serializer,
            options=self.options,
        )

    def _write(
        self, partition: int, items: Iterable[tuple[bytes, bytes | None]], changelog_offset: int | None
    ) -> None:
        batch = WriteBatch(raw_mode=True)
        for key, value in items:
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        # Without an offset the old one stays: recovery reads a little more, and ends the same.
        if changelog_offset is not None:
            batch.put(self.store.offset_key, str(changelog_offset).encode())
        with _Guarded(self.store, partition) as database:
            database.write(batch)


class PartitionReader:
    """Reads one partition; a damaged file marks it for rebuilding and raises what RocksDB said."""

    def __init__(self, store: PartitionStore, partition: int) -> None:
        self._store = store
        self._partition = partition

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        """Return the value of each key in one multi-get, ``None`` where there is none."""
        wanted: list[Any] = list(keys)
        with _Guarded(self._store, self._partition) as database:
            found = cast(list[bytes | None], database.get(wanted))
        return dict(zip(wanted, found, strict=True))


class _Guarded:
    def __init__(self, store: PartitionStore, partition: int) -> None:
        self._store = store
        self._partition = partition

    def __enter__(self) -> Rdict:
        return self._store.database(self._partition)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Exception) and is_corruption(error):
            self._store.rebuild_at_next_start(self._partition)
