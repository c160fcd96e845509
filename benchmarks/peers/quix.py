"""Quix Streams: a stateful StreamingDataFrame on its own RocksDB, at least once."""

from __future__ import annotations

import numpy as np
from quixstreams import Application, State

from benchmarks import workload
from benchmarks.peers.options import PeerOptions, Stopwatch


def build(options: PeerOptions) -> Application:
    """Build the application."""
    app = Application(
        broker_address=options.bootstrap,
        consumer_group=options.group,
        auto_offset_reset="earliest",
        state_dir=str(options.state),
        processing_guarantee="at-least-once",
        producer_extra_config={"acks": "all"},
        loglevel="ERROR",
    )
    stopwatch = Stopwatch(options)

    def learn(play: dict[str, str], state: State[str, object]) -> dict[str, str | float]:
        stopwatch.start()
        stored = state.get_bytes("taste")
        before = np.frombuffer(stored, np.float32) if stored else workload.ZERO
        taste = workload.fold(before, play["item"])
        state.set_bytes("taste", taste.tobytes())
        return workload.output(play["user"], play["id"], taste)

    plays = app.dataframe(app.topic(options.source, value_deserializer="json"))
    plays.apply(learn, stateful=True).to_topic(app.topic(options.output, value_serializer="json"))
    return app


if __name__ == "__main__":
    build(PeerOptions.from_command_line()).run()
