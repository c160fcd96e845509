"""What the item agent knows after some lives: the statistics of every item in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from benchmarks.lives import Life
from models.events import EVENT_CODES, ItemKey, stable_key
from models.history import History
from models.item_learning import apply_signals
from models.items import StateRows, empty_states, item_models
from models.observation import observe
from models.segments import SEGMENT_EVENTS
from models.signals import SignalBlock, SignalRows, gather
from models.state import NOTHING_INCLUDED

_LEARNED_EVENTS: Final = 2_500
"""Of each life: enough to fill the successors of most items."""


@dataclass(frozen=True, slots=True)
class ItemStatistics:
    """States of dtype `ITEM_STATE` that include no offset, in the order of `keys`, and the items' names."""

    keys: npt.NDArray[np.int64]
    names: Sequence[str]
    states: StateRows

    def vectors(self) -> dict[ItemKey, npt.NDArray[np.float32]]:
        """The vector of each item, of unit length."""
        vectors = item_models(self.states)["vector"].astype(np.float32)
        return dict(zip(map(ItemKey, self.keys.tolist()), vectors, strict=True))


def learn_items(lives: Sequence[Life]) -> ItemStatistics:
    """Know every item of every life, and learn what each life's last 2,500 events say of them."""
    names = {stable_key(event.item): event.item for life in lives for event in life.events if event.item}
    keys = np.array(sorted(names), np.int64)
    states = empty_states(len(keys))
    for nth, life in enumerate(lives):
        block = SignalBlock(source_partition=nth, ids=(), rows=gather(list(_signals(life, keys))))
        apply_signals(states, np.searchsorted(keys, block.rows["item"]), block, offset=nth, after=-1)
    states["offset"] = NOTHING_INCLUDED
    return ItemStatistics(keys, [names[ItemKey(key)] for key in keys.tolist()], states)


def _signals(life: Life, keys: npt.NDArray[np.int64]) -> Iterator[SignalRows]:
    # What an event says of items depends on the plays just before it: the smallest ring holds those.
    nobody = np.full(len(keys), -1, np.int32)
    history = History(capacity_events=SEGMENT_EVENTS)
    for offset, event in enumerate(life.events[-_LEARNED_EVENTS:]):
        if not (event.item or event.artist):
            continue
        item = event.subject
        position = int(np.searchsorted(keys, item))
        yield observe(
            event,
            history,
            history.plays(nobody, version=0),
            keys,
            position=position,
            artist=stable_key("artist:" + event.artist),
            listener=stable_key(event.user),
            offset=offset,
        ).signals
        history.append(
            item,
            index=position,
            artist=-1,
            at_seconds=int(event.at),
            ms_played=event.ms_played,
            code=EVENT_CODES[event.type],
        )
