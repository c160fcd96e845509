"""What a demo was asked to do, and how it fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from streams.sources.log import Format


class DemoFailed(Exception):
    """The demo cannot go on; `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The options of `segue demo`; it `started` at a monotonic moment."""

    history: Path | None
    format: Format
    user: str
    listeners: int
    rate: float
    port: int | None
    """Of the page, None without one."""
    started: float
    lasts_seconds: float
    """Once the past is learned: how long that takes is the affair of the machine and of the history."""

    def seconds(self) -> float:
        """How long the demo has been running."""
        return time.monotonic() - self.started
