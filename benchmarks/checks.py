"""Whether a peer's outputs are what the plays make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import orjson

from benchmarks import workload
from benchmarks.peers.process import PeerFailed

_EVERY_NTH_USER: Final = 20
_TOLERANCE: Final = 1e-4

Record = tuple[str, int, bytes]
Histories = dict[str, list[tuple[str, str]]]


def sampled(plays: Iterable[Record], histories: Histories) -> Iterator[Record]:
    """Pass plays on, and add those of one user in twenty (event id, item) to `histories`."""
    for user, partition, value in plays:
        if int(user[1:]) % _EVERY_NTH_USER == 0:
            play = orjson.loads(value)
            histories.setdefault(user, []).append((play["id"], play["item"]))
        yield user, partition, value


def check_outputs(outputs: Iterable[bytes], histories: Histories) -> None:
    """Raise `PeerFailed` unless sampled users have their outputs, each once, in order, folded right."""
    tastes = dict.fromkeys(histories, workload.ZERO)
    seen = dict.fromkeys(histories, 0)
    for value in outputs:
        found = orjson.loads(value)
        user = found["user"]
        if user not in histories:
            continue
        if seen[user] == len(histories[user]):
            raise PeerFailed(f"an output is {found}, and {user} has no more plays")
        event, item = histories[user][seen[user]]
        tastes[user] = workload.fold(tastes[user], item)
        seen[user] += 1
        expected = workload.output(user, event, tastes[user])
        if found["id"] != event or abs(found["score"] - float(tastes[user][0])) > _TOLERANCE:
            raise PeerFailed(f"an output is {found}, and {expected} was due")
    if not any(seen.values()):
        raise PeerFailed("no sampled user has an output")
