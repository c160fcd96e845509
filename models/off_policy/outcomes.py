"""Outcomes: what two policies thought of a choice that was logged, and what came of it; packed by batch."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState

VERSION: Final = 1
OUTCOME: Final = np.dtype(
    [
        ("offset", "<i8"),  # of the event in its source partition that told the reward
        ("logged", "<f8"),  # propensity of the choice under the policy that made it
        ("target", "<f8"),  # and under the policy that is judged
        ("reward", "<f8"),
        ("predicted", "<f8"),  # of the choice
        ("expected", "<f8"),  # of whatever the judged policy would have chosen
    ]
)
POLICY_BYTES: Final = 64
POLICIES: Final = 64
_HEADER: Final = struct.Struct("<BiB")  # version, source partition, policies
_POLICY: Final = struct.Struct("<BI")  # bytes of the name, which follows, and rows

OutcomeRows = npt.NDArray[np.void]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A logged choice, how it was rewarded, and what a target policy thought of it.

    `logged` and `target` are the propensities of the choice under the policy that made it, in (0, 1], and
    under the policy that is judged, in [0, 1]. `reward` lies in [0, 1]: scale it before. A model that did not
    know the reward yet says the reward of the choice (`predicted`) and the mean reward of the target policy
    in this moment (`expected`), both in [0, 1]; where there is no model they are 0, and DR is IPS.
    """

    logged: float
    target: float
    reward: float
    predicted: float = 0.0
    expected: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeBlock:
    """All outcomes of one batch, for each policy that is judged: rows of dtype `OUTCOME`, by name.

    Offsets never fall; rows of one offset stay together. At most `POLICIES` names of at most `POLICY_BYTES`.
    """

    source_partition: int
    rows: Mapping[str, OutcomeRows]

    def behind(self, offset: int) -> OutcomeBlock:
        """Keep what comes after an offset."""
        kept = {name: rows[rows["offset"] > offset] for name, rows in self.rows.items()}
        return OutcomeBlock(self.source_partition, {name: rows for name, rows in kept.items() if len(rows)})

    def last_offset(self) -> int:
        """The last offset of a row; -1 where there is none."""
        return max((int(rows["offset"][-1]) for rows in self.rows.values() if len(rows)), default=-1)


def outcome_rows(outcomes: Iterable[tuple[int, Outcome]]) -> OutcomeRows:
    """Put outcomes, each behind its offset, into rows of dtype `OUTCOME`.

    >>> outcome_rows([(7, Outcome(logged=0.5, target=0.25, reward=1.0))])["target"].tolist()
    [0.25]
    """
    return np.array(
        [
            (offset, one.logged, one.target, one.reward, one.predicted, one.expected)
            for offset, one in outcomes
        ],
        OUTCOME,
    )


def flaw(rows: OutcomeRows) -> str:
    """Say what is wrong with rows, in words; nothing where they can be learned."""
    if not ((rows["logged"] > 0) & (rows["logged"] <= 1)).all():
        return "a logged propensity that is not in (0, 1]"
    for name in ("target", "reward", "predicted", "expected"):
        if not ((rows[name] >= 0) & (rows[name] <= 1)).all():
            return f"a number of {name} that is not in [0, 1]"
    if (rows["offset"][1:] < rows["offset"][:-1]).any() or (rows["offset"] < 0).any():
        return "offsets that fall, or lie below 0"
    return ""


def pack_outcomes(block: OutcomeBlock) -> bytes:
    """Write a block as bytes, 48 a row.

    Raises:
        ValueError: there are too many policies, a name is empty or too long, or rows have a flaw.
    """
    parts = []
    for name, rows in sorted((name.encode(), rows) for name, rows in block.rows.items()):
        if wrong := flaw(rows):
            raise ValueError(f"outcomes with {wrong}")
        parts += [_POLICY.pack(len(name), len(rows)), name, rows.astype(OUTCOME).tobytes()]
        if not 0 < len(name) <= POLICY_BYTES:
            raise ValueError(f"the name of a policy has {len(name)} bytes, not 1 to {POLICY_BYTES}")
    if len(block.rows) > POLICIES:
        raise ValueError(f"{len(block.rows)} policies, more than {POLICIES}")
    return b"".join((_HEADER.pack(VERSION, block.source_partition, len(block.rows)), *parts))


def unpack_outcomes(data: bytes) -> OutcomeBlock:
    """Read a block of outcomes.

    Raises:
        CorruptState: the version or length is another, names do not ascend or are not UTF-8 of 1 to 64 bytes,
            or rows have a flaw.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"outcome block of {len(data)} bytes")
    version, source, policies = _HEADER.unpack_from(data)
    if version != VERSION or policies > POLICIES:
        raise CorruptState(f"outcome block of version {version} with {policies} policies")
    begin, found = _HEADER.size, list[tuple[bytes, OutcomeRows]]()
    for _ in range(policies):
        name, rows, begin = _read_policy(data, begin)
        if found and name <= found[-1][0]:
            raise CorruptState("outcome block whose policies do not ascend")
        found.append((name, rows))
    if begin != len(data):
        raise CorruptState(f"outcome block of {len(data)} bytes, expected {begin}")
    return OutcomeBlock(source, {_decode(name): rows for name, rows in found})


def _read_policy(data: bytes, begin: int) -> tuple[bytes, OutcomeRows, int]:
    """Read one policy's name and rows, and where the next one begins."""
    first = begin + _POLICY.size
    length, count = _POLICY.unpack_from(data, begin) if first <= len(data) else (0, 0)
    end = first + length + OUTCOME.itemsize * count
    if not 0 < length <= POLICY_BYTES or end > len(data):
        raise CorruptState(f"outcome block of {len(data)} bytes that ends within a policy")
    rows = np.frombuffer(data, OUTCOME, count, first + length)
    if wrong := flaw(rows):
        raise CorruptState(f"outcome block with {wrong}")
    return data[first : first + length], rows, end


def _decode(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise CorruptState("outcome block with a policy whose name is not UTF-8") from None
