"""Models change between batches: what has arrived is there before the next one."""

import asyncio

from models.catalogue import Catalogue
from models.personalizer import Personalizer
from models.ranker import Ranker, RankerWeights
from streams.engine import Batch, Record
from streams.freshness import Freshness


class Arrived:
    """A replica that was loaded, and what has arrived at it."""

    def __init__(self, *weights: RankerWeights) -> None:
        self.weights = list(weights)
        self.loads = 0

    def load(self) -> None:
        self.loads += 1

    def apply(self, catalogue: Catalogue) -> RankerWeights | None:
        return self.weights.pop(0) if self.weights else None


def test_what_arrived_is_applied_before_a_batch_and_all_is_loaded_once():
    personalizer = Personalizer(catalogue=Catalogue(), weights=Ranker().weights())
    replica = Arrived(RankerWeights(7, personalizer.weights.numbers))
    fresh = Freshness(replica, personalizer, lock_step=None)
    batches = [Batch("listening-events", partition, [Record(b"u", b"{}", 0, 0)]) for partition in (0, 1)]

    async def refresh_together() -> None:
        await asyncio.gather(*map(fresh.refresh, batches))

    asyncio.run(refresh_together())
    assert personalizer.weights.version == 7
    assert replica.loads == 1
