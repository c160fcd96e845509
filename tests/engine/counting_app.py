"""A worker to be killed: counts records by key, with the fence in every value and one output a record.

Run as ``python counting_app.py '{"app_id": …, "brokers": …, "datadir": …, …}'``.
"""

import asyncio
import json
import logging
import struct
import sys
from pathlib import Path
from typing import Any

from streams.engine import (
    Batch,
    Commit,
    DeadLetter,
    Output,
    StateReader,
    Topic,
    create_app,
    partition_agent,
    run_worker,
)

VALUE = struct.Struct("<qq")
POISON = b"poison"


class Counter:
    """The toy handler: value = (count, last offset included)."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        self.batches = Path(options["datadir"]) / "batches"

    async def __call__(self, batch: Batch, state: StateReader) -> Commit:
        keys = {record.key for record in batch.records if record.key is not None}
        found = state.read(keys)
        counts = {key: VALUE.unpack(value) if value else (0, -1) for key, value in found.items()}
        outputs = []
        for record in batch.records:
            key = record.key or b""
            if not record.value or record.value.startswith(POISON):
                letter = DeadLetter(batch, record, reason="not a number", field="value")
                outputs.append(letter.output(self.options["dead"]))
                continue
            count, last = counts[key]
            if record.offset > last:
                counts[key] = (count + 1, record.offset)
            outputs.append(Output(self.options["out"], key, b"%d" % record.offset, batch.partition))
        with self.batches.open("a") as log:
            log.write(f"{batch.partition} {batch.records[0].offset} {batch.records[-1].offset}\n")
        if self.options.get("raise_at", -1) in {record.offset for record in batch.records}:
            raise ValueError("the handler was told to fail")
        if batch.partition in self.options.get("slow_partitions", [batch.partition]):
            await asyncio.sleep(self.options.get("work_seconds", 0.0))
        return Commit({key: VALUE.pack(*value) for key, value in counts.items()}, outputs)


def main(options: dict[str, Any]) -> int:
    logging.basicConfig(level=options.get("log_level", "WARNING"), format="%(asctime)s %(name)s %(message)s")
    partitions = options.get("partitions", 2)
    big = {"max.message.bytes": str(16 << 20)}
    app = create_app(
        options["app_id"],
        brokers=options["brokers"],
        datadir=Path(options["datadir"]),
        session_timeout=options.get("session_timeout", 6.0),
        heartbeat_interval=0.5,
        commit_interval=options.get("commit_interval", 1.0),
        engine={
            "topics": [
                Topic(options["source"], partitions, config=big),
                Topic(options["out"], partitions, config=options.get("out_config", {})),
                Topic(options["dead"], partitions, config=big),
            ],
            **options.get("engine", {}),
        },
    )
    partition_agent(
        app,
        topic=options["source"],
        table=app.state_table("counts", partitions=partitions),
        handler=Counter(options),
        batch_max=options.get("batch_max", 500),
        linger_seconds=options.get("linger_seconds", 0.0),
    )
    return run_worker(app)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
