"""Progress of what takes a while, a few lines at most."""

from __future__ import annotations

from collections.abc import Callable


class Tenths:
    """Tells each tenth of `total` slates once, when it is reached."""

    def __init__(self, name: str, total: int, tell: Callable[[str], None]) -> None:
        self._name = name
        self._total = total
        self._tell = tell
        self._told = 0

    def __call__(self, done: int) -> None:
        """Note how many are done."""
        tenth = 10 * done // self._total
        if tenth > self._told:
            self._told = tenth
            self._tell(f"{self._name}: {done:,} of {self._total:,} slates")
