"""Arms as versioned bytes: their ids, the prior that they share, and the evidence of each."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from models.arm_pooling import ArmPrior, Evidence, Floats, pairs
from models.arms import PooledArms
from models.errors import CorruptState
from models.learned_bytes import LearnedBytes

_IDS: Final = struct.Struct("<II")  # how many, and how many bytes they take
_END: Final = b"\0"


def encode_arms(arms: PooledArms) -> bytes:
    """Write what arms have learned; hyper-parameters are settings, not state."""
    ids = b"".join(arm.encode() + _END for arm in arms.ids)
    prior, evidence = arms.learned
    # Sums of x xᵀ and covariances are symmetric: half of them says all.
    half = pairs(arms.dimensions)
    parts = (prior.mean, prior.covariance[half], evidence.precision[:, *half], evidence.response)
    numbers = np.concatenate([part.ravel() for part in parts])
    return _IDS.pack(len(arms.ids), len(ids)) + ids + _layout(arms.dimensions).encode(0, numbers)


def decode_arms(data: bytes, arms: PooledArms) -> PooledArms:
    """Make arms with the hyper-parameters of `arms` and the ids and evidence of the bytes.

    Raises:
        CorruptState: the version, the dimensions or the length is another, or a number is not finite.
    """
    ids, rest = _read_ids(data)
    d, k = arms.dimensions, len(ids)
    half = d * (d + 1) // 2
    _, numbers = _layout(d).decode(rest, count=d + half + k * (half + d))
    mean, covariance, precision, response = np.split(numbers, np.cumsum((d, half, k * half)))
    restored = PooledArms(ids, dimensions=d, noise=arms.noise, spread=arms.spread, strength=arms.strength)
    restored.restore(
        ArmPrior(mean, _whole(covariance.reshape(1, half), d)[0]),
        Evidence(_whole(precision.reshape(k, half), d), response.reshape(k, d)),
    )
    return restored


def _layout(dimensions: int) -> LearnedBytes[np.float64]:
    return LearnedBytes("arms", version=1, layout=dimensions, number=np.float64)


def _read_ids(data: bytes) -> tuple[tuple[str, ...], bytes]:
    if len(data) < _IDS.size:
        raise CorruptState(f"arms of {len(data)} bytes")
    count, length = _IDS.unpack_from(data)
    rest = data[_IDS.size :]
    *ids, end = rest[:length].split(_END)
    if len(rest) < length or end or len(ids) != count or len(set(ids)) != count:
        raise CorruptState(f"arms whose {count} ids are not {length} bytes")
    try:
        return tuple(arm.decode() for arm in ids), rest[length:]
    except UnicodeDecodeError as error:
        raise CorruptState("arms with an id that is no text") from error


def _whole(halves: Floats, dimensions: int) -> Floats:
    """Symmetric matrices from their lower halves (float64, k x d (d + 1) / 2)."""
    rows, columns = pairs(dimensions)
    whole = np.zeros((len(halves), dimensions, dimensions))
    whole[:, rows, columns] = whole[:, columns, rows] = halves
    return whole
