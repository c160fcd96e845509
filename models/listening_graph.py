"""Who played what, as a graph: listeners on one side, items on the other, an edge for each pair that met."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.events import Event
from models.segments import SEGMENT_EVENTS, segments_of

NodeArray = npt.NDArray[np.int64]
NodeMask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class ListeningGraph:
    """Listeners and items, each in the order of their ids; a node is a number, listeners come first.

    `edges` (int64, pairs x 2, in order) holds the nodes of a listener and of an item that they played for 30
    seconds or more, each pair once.
    """

    listeners: tuple[str, ...]
    items: tuple[str, ...]
    edges: NodeArray

    def __len__(self) -> int:
        return len(self.listeners) + len(self.items)

    def degrees(self) -> NodeArray:
        """How many edges each node has, int64."""
        return np.bincount(self.edges.ravel(), minlength=len(self))

    def part(self, kept: NodeMask) -> ListeningGraph:
        """The nodes that are `kept` (bool, one a node) and the edges among them.

        >>> graph = listening_graph({"ann": {"x", "y"}, "bob": {"y"}})
        >>> part = graph.part(np.array([True, False, True, True]))
        >>> part.listeners, part.items, part.edges.tolist()
        (('ann',), ('x', 'y'), [[0, 1], [0, 2]])
        """
        whole, first = np.flatnonzero(kept).tolist(), len(self.listeners)
        new = np.cumsum(kept) - 1
        return ListeningGraph(
            tuple(self.listeners[node] for node in whole if node < first),
            tuple(self.items[node - first] for node in whole if node >= first),
            new[self.edges[kept[self.edges].all(axis=1)]],
        )


def listening_graph(played: Mapping[str, AbstractSet[str]]) -> ListeningGraph:
    """Make the graph of the items that each listener played; who played nothing is no node of it."""
    listeners = tuple(sorted(user for user, items in played.items() if items))
    items = tuple(sorted(frozenset[str]().union(*played.values())))
    node_of = {item: node for node, item in enumerate(items, start=len(listeners))}
    pairs = [
        (node, other)
        for node, user in enumerate(listeners)
        for other in sorted(node_of[item] for item in played[user])
    ]
    return ListeningGraph(listeners, items, np.array(pairs, np.int64).reshape(-1, 2))


def items_played(events: Sequence[Event], *, ring_events: int) -> dict[str, set[str]]:
    """The items that listeners played for 30 seconds or more, as far as their rings would remember.

    `events` are a log in its order; `ring_events` is the capacity of a ring, a multiple of 64.

    >>> from models.events import EventType
    >>> log = [Event(str(n), EventType.PLAY, "ann", 9.0, item=f"t:{n}", ms_played=30_000) for n in range(130)]
    >>> len(items_played(log, ring_events=64)["ann"]), len(items_played(log, ring_events=128)["ann"])
    (66, 130)
    """
    remembered = [event for event in events if event.item or event.artist]
    forgotten = {
        user: SEGMENT_EVENTS * segments_of(count, capacity_events=ring_events).start
        for user, count in Counter(event.user for event in remembered).items()
    }
    played: defaultdict[str, set[str]] = defaultdict(set)
    for event in remembered:
        forgotten[event.user] -= 1
        if forgotten[event.user] < 0 and event.is_play:
            played[event.user].add(event.item)
    return dict(played)
