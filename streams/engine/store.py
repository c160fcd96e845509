"""One RocksDB a partition: opened, healed, closed."""

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from faust.stores.rocksdb import Store
from faust.types import TP
from rocksdict import Rdict

REBUILD_SUFFIX = ".rebuild"


def is_corruption(error: Exception) -> bool:
    """Return whether RocksDB says that its files are damaged; rocksdict knows no type but `Exception`."""
    text = str(error)
    return text.startswith("Corruption") or ("No such file or directory" in text and "LOCK" not in text)


class PartitionStore(Store):
    """Faust's store, that rebuilds a damaged partition instead of failing at each start."""

    def database(self, partition: int) -> Rdict:
        """Return the database of ``partition``, opened when needed."""
        return cast(Rdict, self._db_for_partition(partition))

    def persisted_offset(self, tp: TP) -> int | None:
        """Return the changelog offset that the local copy includes; a damaged copy is discarded first."""
        try:
            return super().persisted_offset(tp)
        except Exception as error:
            if not is_corruption(error):
                raise
            self.log.warning("rebuilding partition %d from the changelog: %s", tp.partition, error)
            self.discard(tp.partition)
            return None

    def discard(self, partition: int) -> None:
        """Delete the local copy of ``partition``; recovery rebuilds it from the changelog."""
        self._close(partition)
        path = self.partition_path(partition)
        shutil.rmtree(path, ignore_errors=True)
        self._rebuild_mark(path).unlink(missing_ok=True)

    def rebuild_at_next_start(self, partition: int) -> None:
        """Remember across the end of this process that ``partition`` is damaged."""
        self._rebuild_mark(self.partition_path(partition)).touch()

    def revoke_partitions(self, table: Any, tps: Iterable[TP]) -> None:
        """Close what is no longer ours; Faust would leave it, and its lock, to the garbage collector."""
        for tp in tps:
            if tp.topic in table.changelog_topic.topics:
                self._close(tp.partition)

    async def stop(self) -> None:
        """Close every database."""
        for partition in list(self._dbs):
            self._close(partition)

    def _open_for_partition(self, partition: int) -> Rdict:
        path = self.partition_path(partition)
        if self._rebuild_mark(path).exists():
            self.log.warning("partition %d was found damaged: rebuilding %s", partition, path)
            self.discard(partition)
        try:
            return cast(Rdict, super()._open_for_partition(partition))
        except Exception as error:
            if not is_corruption(error):
                raise
            self.log.warning("rebuilding %s from the changelog: %s", path, error)
            self.discard(partition)
            return cast(Rdict, super()._open_for_partition(partition))

    def _close(self, partition: int) -> None:
        database = self._dbs.pop(partition, None)
        if database is not None:
            database.close()

    @staticmethod
    def _rebuild_mark(path: Path) -> Path:
        return path.with_name(path.name + REBUILD_SUFFIX)
