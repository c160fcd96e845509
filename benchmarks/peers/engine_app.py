"""Segue's engine doing the same work, a partition batch at a time."""

from __future__ import annotations

import logging
import struct
import sys
from typing import Final

import numpy as np
import orjson

from benchmarks import workload
from benchmarks.peers.options import PeerOptions, Stopwatch
from streams.engine import (
    Batch,
    Commit,
    EngineApp,
    Output,
    StateReader,
    Topic,
    create_app,
    partition_agent,
    run_worker,
)

BATCH_MAX: Final = 2_000
_OFFSET: Final = struct.Struct("<q")


class Learner:
    """The handler: a value is the last offset that it includes and 64 float32."""

    def __init__(self, options: PeerOptions) -> None:
        self._output = options.output
        self._stopwatch = Stopwatch(options)

    async def __call__(self, batch: Batch, state: StateReader) -> Commit:
        """Fold a batch into the tastes of its users."""
        self._stopwatch.start()
        found = state.read({record.key for record in batch.records if record.key is not None})
        tastes = {key: _decode(value) for key, value in found.items()}
        outputs = []
        for record in batch.records:
            key = record.key or b""
            play = orjson.loads(record.value or b"{}")
            included, taste = tastes[key]
            if record.offset > included:
                taste = workload.fold(taste, play["item"])
                tastes[key] = (record.offset, taste)
            value = orjson.dumps(workload.output(play["user"], play["id"], taste))
            outputs.append(Output(self._output, key, value, batch.partition))
        return Commit({key: _encode(*value) for key, value in tastes.items()}, outputs)


def build(options: PeerOptions) -> EngineApp:
    """Build the app."""
    app = create_app(
        options.group,
        brokers=options.bootstrap,
        datadir=options.state,
        engine={"topics": [Topic(options.output, workload.PARTITIONS)]},
    )
    table = app.state_table("tastes", partitions=workload.PARTITIONS)
    partition_agent(app, topic=options.source, table=table, handler=Learner(options), batch_max=BATCH_MAX)
    return app


def _decode(value: bytes | None) -> tuple[int, workload.Vector]:
    if value is None:
        return -1, workload.ZERO
    return _OFFSET.unpack_from(value)[0], np.frombuffer(value, np.float32, offset=_OFFSET.size)


def _encode(offset: int, taste: workload.Vector) -> bytes:
    return _OFFSET.pack(offset) + taste.tobytes()


if __name__ == "__main__":
    logging.basicConfig(level="ERROR")
    sys.exit(run_worker(build(PeerOptions.from_command_line())))
