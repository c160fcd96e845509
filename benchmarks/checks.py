"""Whether a peer's outputs are what the plays make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

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


def check_outputs(outputs: Iterable[bytes], histories: Histories) -> int:
    """Check that sampled users have their outputs in order, each once, folded right; give how many are lost.

    An event is lost where it has neither an output nor a part in the outputs after it. What was still to
    come when the peer was stopped is not lost. Raises `PeerFailed`.
    """
    tastes = dict.fromkeys(histories, workload.ZERO)
    left = {user: iter(history) for user, history in histories.items()}
    found = lost = 0
    for value in outputs:
        output = orjson.loads(value)
        user = output["user"]
        if user not in histories:
            continue
        found += 1
        item, passed_over = _find(output, left[user])
        lost += passed_over
        tastes[user] = workload.fold(tastes[user], item)
        if abs(output["score"] - float(tastes[user][0])) > _TOLERANCE:
            raise PeerFailed(f"an output is {output}, and a score of {tastes[user][0]:.6f} was due")
    if not found:
        raise PeerFailed("no sampled user has an output")
    return lost


def _find(output: Mapping[str, Any], left: Iterator[tuple[str, str]]) -> tuple[str, int]:
    """The item of the play that an output is of, and how many plays before it have no output."""
    for passed_over, (event, item) in enumerate(left):
        if event == output["id"]:
            return item, passed_over
    raise PeerFailed(f"an output is {output}, and its user has no such play, or no more")
