"""Whether a peer's outputs are what the plays make of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


def check_outputs(outputs: Iterable[bytes], histories: Histories) -> None:
    """Raise `PeerFailed` unless sampled users have their outputs, each once, in order, folded right."""
    for complaint in wrong_users(outputs, histories).values():
        raise PeerFailed(complaint)


def wrong_users(outputs: Iterable[bytes], histories: Histories) -> dict[str, str]:
    """Give the sampled users with an output that is not the one that was due, and the first such output.

    Raises `PeerFailed` where no sampled user has any output.
    """
    due = {user: _due(user, history) for user, history in histories.items()}
    wrong: dict[str, str] = {}
    found = 0
    for value in outputs:
        output = orjson.loads(value)
        user = output["user"]
        if user not in histories or user in wrong:
            continue
        found += 1
        expected = next(due[user], None)
        if expected is None:
            wrong[user] = f"an output is {output}, and {user} has no more plays"
        elif output["id"] != expected["id"] or abs(output["score"] - expected["score"]) > _TOLERANCE:
            wrong[user] = f"an output is {output}, and {expected} was due"
    if not found:
        raise PeerFailed("no sampled user has an output")
    return wrong


def _due(user: str, history: Iterable[tuple[str, str]]) -> Iterator[dict[str, Any]]:
    taste = workload.ZERO
    for event, item in history:
        taste = workload.fold(taste, item)
        yield workload.output(user, event, taste)
