"""Models change between batches, never while one is computed, and never too late."""

import asyncio

import pytest

from models.catalogue import Catalogue
from models.personalizer import Personalizer
from models.ranker import Ranker, RankerWeights
from streams import freshness
from streams.engine import Batch, Record
from streams.freshness import Freshness

BATCH = Batch("listening-events", 0, [Record(b"u", b"{}", 0, 0)])


class Arrived:
    """A replica that was loaded, and what has arrived at it."""

    def __init__(self) -> None:
        self.weights: list[RankerWeights] = []

    def load(self) -> None:
        pass

    @property
    def has_arrived(self) -> bool:
        return bool(self.weights)

    def apply(self, catalogue: Catalogue) -> RankerWeights | None:
        newest = self.weights[-1] if self.weights else None
        self.weights.clear()
        return newest


@pytest.fixture
def replica():
    return Arrived()


@pytest.fixture
def personalizer():
    return Personalizer(catalogue=Catalogue(), weights=Ranker().weights())


def newer(version):
    return RankerWeights(version, Ranker().weights().weights)


async def compute(fresh, personalizer, seen, until):
    async with fresh.models_for(BATCH):
        seen.append(personalizer.weights.version)
        await until.wait()
        seen.append(personalizer.weights.version)


async def start_computing(fresh, personalizer, until):
    """A batch that is computed until told otherwise, and the versions that it sees."""
    seen: list[int] = []
    task = asyncio.create_task(compute(fresh, personalizer, seen, until))
    while not seen:
        await asyncio.sleep(0.001)
    return task, seen


def test_what_arrived_is_applied_before_a_batch(replica, personalizer):
    async def scenario():
        fresh = Freshness(replica, personalizer, lock_step=None)
        replica.weights.append(newer(7))
        async with fresh.models_for(BATCH):
            assert personalizer.weights.version == 7

    asyncio.run(scenario())


def test_models_stand_still_while_a_batch_is_computed(replica, personalizer):
    async def scenario():
        fresh, done = Freshness(replica, personalizer, lock_step=None), asyncio.Event()
        first, seen = await start_computing(fresh, personalizer, done)
        replica.weights.append(newer(7))
        second, also_seen = await start_computing(fresh, personalizer, done)
        done.set()
        await asyncio.gather(first, second)
        assert seen + also_seen == [0, 0, 0, 0]
        async with fresh.models_for(BATCH):
            assert personalizer.weights.version == 7

    asyncio.run(scenario())


def test_batches_that_never_end_together_do_not_keep_models_out(replica, personalizer, monkeypatch):
    monkeypatch.setattr(freshness, "PATIENCE_SECONDS", 0.0)

    async def scenario():
        fresh, done = Freshness(replica, personalizer, lock_step=None), asyncio.Event()
        first, seen = await start_computing(fresh, personalizer, done)
        replica.weights.append(newer(7))
        late: list[int] = []
        second = asyncio.create_task(compute(fresh, personalizer, late, done))
        await asyncio.sleep(0.02)
        assert late == [], "it waits for the first to end"
        done.set()
        await asyncio.gather(first, second)
        assert (seen, late) == ([0, 0], [7, 7])

    asyncio.run(scenario())
