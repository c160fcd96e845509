"""Named arrays of plain numbers, as a snapshot holds them: how texts become some, and how all are checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from models.errors import CorruptState
from models.names import Names

Array = npt.NDArray[np.generic]
Number = TypeVar("Number", bound=np.generic)
Read = Callable[[str], Array]
"""Gives the array of a name; raises `CorruptState` where there is none."""


def save_names(kind: str, names: Names, count: int) -> dict[str, Array]:
    """Write the first `count` names of a kind as three arrays."""
    block, starts, sizes = names.saved(count)
    return {f"{kind}.bytes": block, f"{kind}.starts": starts, f"{kind}.sizes": sizes}


def read_names(read: Read, kind: str, count: int) -> Names:
    """Read as many names of a kind. Raises `CorruptState` for what is none."""
    return Names.restored(
        read_array(read, f"{kind}.bytes", np.uint8, (-1,)),
        read_array(read, f"{kind}.starts", np.int64, (count,)),
        read_array(read, f"{kind}.sizes", np.uint16, (count,)),
    )


def read_array(
    read: Read, name: str, kind: type[Number], shape: tuple[int, ...], *, below: int | None = None
) -> npt.NDArray[Number]:
    """Read an array of that type and shape (-1: any length), of finite numbers; of positions, all `below`.

    Raises:
        CorruptState: it is another.
    """
    array = read(name)
    if array.dtype != np.dtype(kind) or not _fits(array.shape, shape):
        raise CorruptState(f"{name}: {array.dtype} {array.shape}, expected {np.dtype(kind)} {shape}")
    numbers = array.astype(kind, copy=False)
    if numbers.dtype.kind == "f" and not np.isfinite(numbers).all():
        raise CorruptState(f"{name} with a number that is not finite")
    if below is not None and numbers.size and (int(numbers.min()) < -1 or int(numbers.max()) >= below):
        raise CorruptState(f"{name} with a position that is none")
    return numbers


def _fits(found: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return len(found) == len(wanted) and all(n in (-1, m) for m, n in zip(found, wanted, strict=True))
