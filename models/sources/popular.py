"""Popular: what everyone plays most these weeks; it speaks where nothing else is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.sources.scan import Float32s, Int32s


@compiled
def recall_popularity(items: Int32s, popularity: npt.NDArray[np.float64], top: Int32s) -> Float32s:
    """Everyone's plays of each item (catalogue positions), as a share of the most played one's, 0 to 1.

    `popularity` holds log2(plays, each counting half after a week) + time in half-lives by position, and
    `top` the positions of the most played items, -1 where free. A share needs no clock, so that a listener
    whose last event lies years back, in a replay say, is told the same.
    """
    most = -np.inf
    for item in top:
        if item >= 0:
            most = max(most, popularity[item])
    shares = np.zeros(len(items), np.float32)
    if most > -np.inf:
        for number in range(len(items)):
            shares[number] = max(min(popularity[items[number]] - most, 0.0), -60.0)
        for number in range(len(items)):
            shares[number] = _exp2(shares[number])
    return shares


@compiled
def _exp2(x: np.float32) -> np.float32:
    """2^x for a float32 x from -60 to 0 within 2e-4 of it, exact for whole numbers.

    A cubic in the fraction under the exponent of a float32, which compilers vectorise.

    >>> [float(_exp2(np.float32(x))) for x in (0, -1, -3)]
    [1.0, 0.5, 0.125]
    """
    whole = np.float32(np.floor(x))
    rest = x - whole
    bend = np.float32(0.69583357) + rest * (np.float32(0.22606716) + rest * np.float32(0.07809927))
    power = np.int32((np.int32(whole) + np.int32(127)) << np.int32(23)).view(np.float32)
    return np.float32(power * (np.float32(1) + rest * bend))
