"""One decorator for the compiled passes, so that they stay typed and their machine code is cached on disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a numeric function with numba at its first call and keep the result beside the source.

    `fastmath` stays off: sums keep their order, so the same log gives the same bytes on every machine
    of a kind.
    """
    return cast(Callable[P, R], numba.njit(cache=True)(function))


def unlocked(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `compiled` does, and let other threads run Python meanwhile: for what takes long."""
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True)(function))
