"""A worker on Segue's engine that keeps what it reads, and notes how long its recovery took."""

from __future__ import annotations

import logging
import struct
import sys
import time
from pathlib import Path
from typing import Final

from benchmarks import workload
from benchmarks.peers.options import PeerOptions, note
from streams.engine import Batch, Commit, EngineApp, StateReader, create_app, partition_agent, run_worker
from streams.engine.recovery import ChangelogReader

APPLIED: Final = "applied"
"""Notes how many records this process has handled."""
RESTORED: Final = "restored"
"""Notes how many changelog records the start of this process read."""
RESTORE_SECONDS: Final = "restore-seconds"

_BATCH_MAX: Final = 2_000
_OFFSET: Final = struct.Struct("<q")


class Keeper:
    """The handler: the state of a key is its last record, behind the offset that it includes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._applied = 0

    async def __call__(self, batch: Batch, _state: StateReader) -> Commit:
        """Keep a batch."""
        self._applied += len(batch.records)
        note(self._directory / APPLIED, self._applied)
        return Commit(
            {
                record.key: _OFFSET.pack(record.offset) + (record.value or b"")
                for record in batch.records
                if record.key is not None
            }
        )


def time_recovery(directory: Path) -> None:
    """Note what the engine's recovery reads, and how long it takes from the first seek to the last write."""
    restore = ChangelogReader.restore

    async def timed(reader: ChangelogReader) -> int:
        began = time.monotonic()
        records = await restore(reader)
        note(directory / RESTORE_SECONDS, time.monotonic() - began)
        note(directory / RESTORED, records)
        return records

    ChangelogReader.restore = timed  # type: ignore[method-assign, assignment]


def build(options: PeerOptions) -> EngineApp:
    """Build the app."""
    app = create_app(options.group, brokers=options.bootstrap, datadir=options.state)
    table = app.state_table("listeners", partitions=workload.PARTITIONS)
    keeper = Keeper(Path(options.directory))
    partition_agent(app, topic=options.source, table=table, handler=keeper, batch_max=_BATCH_MAX)
    return app


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    told = PeerOptions.from_command_line()
    time_recovery(Path(told.directory))
    sys.exit(run_worker(build(told)))
