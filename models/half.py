"""float16 in compiled passes, which numba cannot convert: numbers as they are sent and kept."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled

_LARGEST: Final = np.float32(65_504)
_SMALLEST_NORMAL: Final = np.float32(2.0**-14)
_STEPS: Final = np.float32(2.0**24)
"""Below the smallest normal number, float16 goes in equal steps: as many of them as 1.0 has."""
_INFINITE: Final = 0x7C00
_NOT_A_NUMBER: Final = 0x7E00

Float32s = npt.NDArray[np.float32]
Uint16s = npt.NDArray[np.uint16]


@compiled
def round_to_half(values: Float32s) -> Float32s:
    """Round n numbers (float32, contiguous) to the nearest that float16 has, ties to even, as numpy does.

    What is too large becomes infinite, so that whoever checks for numbers that are not finite finds it.

    >>> round_to_half(np.array([0.1, 1e6], np.float32)).tolist()
    [0.0999755859375, inf]
    """
    rounded = values.copy()
    bits = rounded.view(np.uint32)
    for place in range(len(rounded)):
        size = abs(rounded[place])
        if size >= _SMALLEST_NORMAL:
            bits[place] = (bits[place] + 0xFFF + (bits[place] >> 13 & 1)) & 0xFFFFE000
            if abs(rounded[place]) > _LARGEST:
                rounded[place] = np.copysign(np.float32(np.inf), rounded[place])
        else:
            rounded[place] = np.rint(rounded[place] * _STEPS) / _STEPS
    return rounded


@compiled
def to_half(values: Float32s) -> Uint16s:
    """Round numbers (float32, contiguous) and give the bits of a float16 of each; of NaN those of NaN.

    >>> to_half(np.array([-1.5], np.float32)).view(np.float16).tolist()
    [-1.5]
    """
    rounded = round_to_half(values)
    bits, halves = rounded.view(np.uint32), np.empty(len(values), np.uint16)
    for place in range(len(values)):
        size = abs(rounded[place])
        sign = bits[place] >> 16 & 0x8000
        if size > _LARGEST:
            halves[place] = sign | _INFINITE
        elif size >= _SMALLEST_NORMAL:
            halves[place] = sign | (bits[place] >> 13) - 0x1C000 & 0x7FFF
        elif size < _SMALLEST_NORMAL:
            halves[place] = sign | int(size * _STEPS)
        else:
            halves[place] = _NOT_A_NUMBER
    return halves
