"""Faust as its documentation teaches it: an agent over records, a table on RocksDB, a send for each event."""

from __future__ import annotations

import sys

import faust
import numpy as np

from benchmarks import workload
from benchmarks.peers.options import PeerOptions, Stopwatch


class Play(faust.Record, serializer="json"):
    """The fields that are used; the others are ignored."""

    id: str
    user: str
    item: str


def build(options: PeerOptions) -> faust.App:
    """Build the app."""
    app = faust.App(
        options.group,
        broker=f"kafka://{options.bootstrap}",
        store="rocksdb://",
        datadir=str(options.state),
        topic_partitions=workload.PARTITIONS,
        consumer_auto_offset_reset="earliest",
        producer_acks=-1,
        stream_recovery_delay=0.0,
        web_enabled=False,
    )
    plays = app.topic(options.source, value_type=Play)
    outputs = app.topic(options.output, key_type=str, key_serializer="raw", value_serializer="json")
    tastes = app.Table(
        "tastes",
        partitions=workload.PARTITIONS,
        key_type=bytes,
        value_type=bytes,
        options={"driver": "rocksdict"},
    )
    stopwatch = Stopwatch(options)

    @app.agent(plays)
    async def learn(stream: faust.StreamT[Play]) -> None:
        async for play in stream:
            stopwatch.start()
            key = play.user.encode()
            stored = tastes.get(key)
            before = np.frombuffer(stored, np.float32) if stored else workload.ZERO
            taste = workload.fold(before, play.item)
            tastes[key] = taste.tobytes()
            await outputs.send(key=play.user, value=workload.output(play.user, play.id, taste))

    return app


if __name__ == "__main__":
    app = build(PeerOptions.from_command_line())
    sys.argv = ["naive_faust", "worker", "-l", "error", "--without-web"]
    app.main()
