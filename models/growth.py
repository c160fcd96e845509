"""Growth: arrays that get longer; what nobody has written to yet takes no memory."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Number = TypeVar("Number", bound=np.generic)


def longer(array: npt.NDArray[Number], room: int, *, axis: int = 0, blank: float = 0) -> npt.NDArray[Number]:
    """Copy an array into one of as much room along an axis, behind it blank.

    >>> longer(np.array([3, 4]), 4, blank=-1).tolist()
    [3, 4, -1, -1]
    """
    shape = list(array.shape)
    known, shape[axis] = shape[axis], room
    grown = np.zeros(shape, array.dtype)
    before = (slice(None),) * axis
    grown[*before, :known] = array
    if blank:
        grown[*before, known:] = blank
    return grown
