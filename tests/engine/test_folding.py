"""How long an agent waits to fill a batch: as long as it lingers, and never past a rebalance."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from faust import Event
from faust.types import TP

from streams.engine import create_app
from streams.engine.agent import _Folded
from streams.engine.transport import _message

SOURCE = TP("source", 0)
BATCH_MAX = 10


class Fetched:
    """An agent's view of an app that is not started: fetches are put where its consumer puts them."""

    def __init__(self, home: Path, *, linger_seconds: float = 0.0) -> None:
        self.app = create_app("folding", brokers="localhost:9", datadir=home)
        self.stream = self.app.stream(self.app.topic(SOURCE.topic))
        self.stream.enable_acks = False
        self.folded = _Folded(self.app, self.stream, batch_max=BATCH_MAX, linger_seconds=linger_seconds)
        self.offset = 0
        self.app.flow_control.resume()

    def fetch(self, count: int) -> None:
        records = [record(self.offset + number) for number in range(count)]
        self.offset += count
        message = _message(SOURCE, records, self.app.consumer_generation_id)
        self.stream.channel.queue.put_nowait(Event(self.app, None, records, None, message))

    def take_away(self) -> None:
        """Do what Faust does at the beginning of a rebalance, before it waits for what is in hand."""
        self.app.consumer.stop_flow()
        self.app.flow_control.suspend()
        self.app.flow_control.clear()

    async def read(self) -> list[int]:
        events = await asyncio.wait_for(self.folded.read(), timeout=2.0)
        return [one.offset for event in events for one in event.value]


def record(offset: int) -> ConsumerRecord[None, bytes]:
    return ConsumerRecord(SOURCE.topic, SOURCE.partition, offset, 0, 0, None, b"1", None, 0, 1, ())


@pytest.mark.parametrize("turns", range(8))
def test_a_batch_that_may_be_filled_is_handled_when_a_rebalance_begins(tmp_path: Path, turns: int) -> None:
    async def scene() -> Any:
        fetched = Fetched(tmp_path)
        # The second does not fit, so it is in hand when the first batch is handled.
        for count in (6, 6, 2):
            fetched.fetch(count)
        assert await fetched.read() == [0, 1, 2, 3, 4, 5]
        reading = asyncio.create_task(fetched.read())
        for _ in range(turns):
            await asyncio.sleep(0)
        fetched.take_away()
        return await reading

    assert asyncio.run(scene())[:6] == [6, 7, 8, 9, 10, 11]


def test_a_batch_that_nothing_fills_is_handled_when_its_linger_ends(tmp_path: Path) -> None:
    async def scene() -> float:
        fetched = Fetched(tmp_path, linger_seconds=0.1)
        fetched.fetch(1)
        began = time.monotonic()
        assert await fetched.read() == [0]
        return time.monotonic() - began

    assert 0.1 <= asyncio.run(scene()) < 0.5
