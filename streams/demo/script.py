"""What a demo was asked to do, and how it fails."""

from __future__ import annotations

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
    """The options of `segue demo`; `started` and `until` are monotonic moments."""

    history: Path | None
    format: Format
    user: str
    listeners: int
    rate: float
    port: int | None
    """Of the page, None without one."""
    started: float
    until: float
