"""Models change between batches: what has arrived is there before the next one."""

import asyncio
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

    def load(self) -> None:
        self.loads += 1

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
