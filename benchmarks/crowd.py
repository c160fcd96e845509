"""A crowd: who has heard what, drawn by lot, and what it says of each item, in the signals of a worker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from models.co_listening import HEARD_BEFORE
from models.events import stable_key
from models.item_learning import apply_signals
from models.items import StateRows, empty_states, item_models
from models.observation import FOLLOW_WINDOW, TOGETHER_WINDOW
from models.signals import SIGNAL, SignalBlock, SignalKind, SignalRows

HEARD: Final = 18.0
"""Different items of a listener, on average, as in `lastfm_sets`; how many is spread as a lognormal."""
SPREAD: Final = 0.8
GENRES: Final = 500
AT_HOME: Final = (0.6, 0.85, 0.95)
"""A listener plays from three genres in these shares (cumulated), and else from all."""
UNEVEN: Final = 1.5
"""Genres are drawn by numbers to this power: the first item of the first is heard by one in forty."""
_NOW: Final = 1_700_000_000
_YEAR: Final = 365 * 86_400

Int64s = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Update:
    """An item model as the item agent publishes it."""

    item: int
    model: bytes


class Crowd:
    """Listeners with a list of different items each, in the order in which they heard them first.

    In every genre the n-th item is heard 1/n as often as the first (Zipf). `to_come` plays, drawn among those
    who close a list, were not yet when the catalogue was made.
    """

    def __init__(self, *, listeners: int, items: int, to_come: int, seed: int) -> None:
        self.items = items
        chance = np.random.default_rng(seed)
        genres = min(GENRES, items)
        sizes = np.rint(chance.lognormal(np.log(1.15 * HEARD) - SPREAD**2 / 2, SPREAD, listeners)).astype(int)
        who = np.repeat(np.arange(listeners), sizes)
        homes = (genres * chance.random((listeners, len(AT_HOME))) ** UNEVEN).astype(int)
        kind = np.searchsorted(AT_HOME, chance.random(len(who)))
        anywhere = (genres * chance.random(len(who)) ** UNEVEN).astype(int)
        genre = np.where(kind < len(AT_HOME), homes[who, np.minimum(kind, len(AT_HOME) - 1)], anywhere)
        rank = np.exp(chance.random(len(who)) * np.log(items // genres + 1)).astype(np.int64) - 1
        heard = rank * genres + genre
        first = np.sort(np.unique(who * items + heard, return_index=True)[1])
        self.listener: Int64s = who[first]
        self.heard: Int64s = heard[first]
        self.at = _NOW - chance.integers(0, _YEAR, len(first))
        starts = np.searchsorted(self.listener, np.arange(listeners))
        self._place = np.arange(len(first)) - starts[self.listener]
        self._left = np.append(starts[1:], len(first))[self.listener] - np.arange(len(first)) - 1
        last = np.flatnonzero(self._left == 0)
        self.to_come = np.zeros(len(first), np.bool_)
        self.to_come[chance.permutation(last)[:to_come]] = True
        self._by_item = np.argsort(self.heard, kind="stable")
        self._bounds = np.searchsorted(self.heard[self._by_item], np.arange(items + 1))

    @cached_property
    def keys(self) -> Int64s:
        """The keys of the items."""
        return np.array([stable_key(item_id(item)) for item in range(self.items)], np.int64)

    def plays(self, first: int, last: int) -> Int64s:
        """The plays of the items `first` to `last` (exclusive), by item: indices of `heard`."""
        return self._by_item[self._bounds[first] : self._bounds[last]]

    def signals(self, plays: Int64s) -> SignalRows:
        """What plays say of their own items, as a worker tells it."""
        before = np.minimum(self._place[plays], HEARD_BEFORE)
        weight = 1 / np.sqrt(self._place[plays] + 1.0)
        ones = np.ones(len(plays), np.int64)
        rows = [
            self._tell(plays, SignalKind.PLAYED, ones, 0 * ones, ones),
            self._tell(plays, SignalKind.DISCOVERED, ones, 0 * ones, weight),
            self._tell(plays, SignalKind.NEIGHBOUR, before, -1 * ones, weight),
        ]
        after = np.minimum(self._left[plays], FOLLOW_WINDOW)
        rows.append(self._tell(plays, SignalKind.FOLLOWED_BY, after, ones, 1 / (1.0 + ones)))
        for counts, step in ((before, -1), (after, 1)):
            near = np.minimum(counts, TOGETHER_WINDOW)
            rows.append(self._tell(plays, SignalKind.TOGETHER, near, step * ones, ones))
        return np.concatenate(rows)

    def _tell(
        self, plays: Int64s, kind: SignalKind, counts: Int64s, step: Int64s, weight: npt.NDArray[np.generic]
    ) -> SignalRows:
        """For each play as many rows as it counts, of the items a step, two steps … before or after it."""
        rows = np.zeros(int(counts.sum()), SIGNAL)
        each = np.repeat(np.arange(len(plays)), counts)
        nth = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
        rows["item"] = self.heard[plays][each]
        rows["other"] = self.keys[self.heard[plays[each] + nth * step[each]]]
        rows["kind"], rows["weight"], rows["at"] = kind, weight[each], self.at[plays][each]
        return rows

    def states(self, first: int, last: int) -> tuple[StateRows, list[Update]]:
        """What the item agent knows of the items `first` to `last` (exclusive), and what it tells after it.

        Each play that is yet to come makes two updates: it is a discovery, then it is played again.
        """
        states, plays = empty_states(last - first), self.plays(first, last)
        known = ~self.to_come[plays]
        _learn(states, self.signals(plays[known]), first=first)
        updates = []
        later = states.copy()
        for play in plays[~known]:
            item = int(self.heard[play])
            discovery = self.signals(np.array([play]))
            for rows in (discovery, discovery[discovery["kind"] == SignalKind.PLAYED]):
                _learn(later, rows, first=first)
                updates.append(Update(item, item_models(later[item - first : item - first + 1]).tobytes()))
        return states, updates


def _learn(states: StateRows, rows: SignalRows, *, first: int) -> None:
    """Learn rows whose items are counted from `first`, as the item agent does."""
    offset = int(states["offset"].max()) + 1
    rows["offset"] = offset
    apply_signals(states, rows["item"] - first, SignalBlock(0, (), rows), offset=offset, after=-1)


def item_id(item: int) -> str:
    """Name an item as long as those of a large service are named.

    >>> item_id(7)
    't:0000000000000000000007'
    """
    return f"t:{item:022d}"
