"""The bound: consume and parse, nothing else; then waits to be stopped."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import orjson
from confluent_kafka import Consumer, KafkaException, TopicPartition

from benchmarks.peers.options import PeerOptions, note
from benchmarks.workload import PARTITIONS

EVENTS_PER_SECOND = "events-per-second"


def run(options: PeerOptions) -> None:
    """Read the whole topic and note its rate."""
    consumer = Consumer(
        {"bootstrap.servers": options.bootstrap, "group.id": options.group, "enable.auto.commit": False}
    )
    tps = [TopicPartition(options.source, partition, 0) for partition in range(PARTITIONS)]
    total = sum(consumer.get_watermark_offsets(tp)[1] for tp in tps)
    consumer.assign(tps)
    began, seen = 0.0, 0
    while seen < total:
        for message in consumer.consume(10_000, timeout=1.0):
            if message.error():
                raise KafkaException(message.error())
            began = began or time.monotonic()
            orjson.loads(message.value())
            seen += 1
    note(Path(options.directory) / EVENTS_PER_SECOND, seen / (time.monotonic() - began))
    consumer.close()
    signal.pause()


if __name__ == "__main__":
    run(PeerOptions.from_command_line())
