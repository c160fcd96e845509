"""Models change between batches: what has arrived is there before the next one."""

import asyncio
import threading
from dataclasses import replace

from models.catalogue import Catalogue
from models.personalizer import Personalizer
from models.skips import SkipWeights
from models.trainer import ModelWeights, Trainer
from streams.engine import Batch, Record
from streams.freshness import Freshness


class Arrived:
    """A replica that was loaded, and what has arrived at it."""

    def __init__(self, *weights: ModelWeights) -> None:
        self.weights = list(weights)
        self.loads = 0
        self.saves = 0
        self.written = threading.Event()

    def load(self, catalogue: Catalogue) -> Catalogue:
        self.loads += 1
        return catalogue

    def save(self, catalogue: Catalogue) -> None:
        self.saves += 1
        assert self.written.wait(10)

    def apply(self, catalogue: Catalogue) -> ModelWeights | None:
        return self.weights.pop(0) if self.weights else None


def test_what_arrived_is_applied_before_a_batch_and_all_is_loaded_once():
    personalizer = Personalizer(catalogue=Catalogue(), weights=Trainer().weights())
    newer = replace(personalizer.weights, skips=SkipWeights(7, personalizer.weights.skips.weights))
    replica = Arrived(newer)
    fresh = Freshness(replica, personalizer, lock_step=None)
    batches = [Batch("listening-events", partition, [Record(b"u", b"{}", 0, 0)]) for partition in (0, 1)]

    async def refresh_together() -> None:
        await asyncio.gather(*map(fresh.refresh, batches))

    asyncio.run(refresh_together())
    assert personalizer.weights is newer
    assert replica.loads == 1


def test_while_a_snapshot_is_written_the_models_stand_still():
    personalizer = Personalizer(catalogue=Catalogue(), weights=Trainer().weights())
    first, second = (
        replace(personalizer.weights, skips=SkipWeights(version, personalizer.weights.skips.weights))
        for version in (7, 8)
    )
    replica = Arrived(first, second)
    fresh = Freshness(replica, personalizer, lock_step=None)
    batch = Batch("listening-events", 0, [Record(b"u", b"{}", 0, 0)])

    async def save_between() -> None:
        await fresh.close()
        assert replica.saves == 0, "nothing was loaded yet, which nobody must find again"
        await fresh.refresh(batch)
        saving = asyncio.create_task(fresh.close())
        while replica.saves == 0:
            await asyncio.sleep(0.001)
        await fresh.refresh(batch)
        assert personalizer.weights is first
        replica.written.set()
        await saving
        await fresh.refresh(batch)
        assert personalizer.weights is second

    asyncio.run(save_between())
    assert replica.saves == 1
