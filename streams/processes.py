"""A worker as a process under supervision, gone when its supervisor is."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from streams.guarded import GuardedProcess

STOP_SECONDS: Final = 10.0
LOG_TAIL_LINES: Final = 8
LOG_TAIL_BYTES: Final = 16_000


class WorkerProcess:
    """A `segue worker`; `environment` holds its settings beside those of this process.

    It writes to its own `log`, or, without one, wherever this process does.
    """

    def __init__(self, log: Path | None = None, *, environment: Mapping[str, str]) -> None:
        self.log = log
        self._environment = {**os.environ, **environment}
        self._process: GuardedProcess | None = None

    def start(self) -> None:
        """Start it; it survives Ctrl-C, to be stopped in order, and dies with this process."""
        command = [sys.executable, "-m", "streams.cli", "worker"]
        self._process = GuardedProcess(command, log=self.log, environment=self._environment)

    def exit_code(self) -> int | None:
        """Say how it ended, None while it runs."""
        return self._process.exit_code() if self._process else None

    def stop(self) -> None:
        """Stop in order, or after 10 s at once. Stopping twice is harmless."""
        self.tell_to_stop()
        self.wait(STOP_SECONDS)
        self.reap()

    def tell_to_stop(self) -> None:
        """Let it finish what it has in hand, commit and end."""
        if self._process is not None:
            self._process.tell_to_stop()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, and end it at once when it takes longer."""
        if self._process is not None:
            self._process.wait(seconds)

    def reap(self) -> None:
        """Clear away a worker that has ended or was told to."""
        if self._process is not None:
            self._process.reap()
        self._process = None

    def log_tail(self) -> list[str]:
        """Give the end of its log, and what it names as the cause."""
        if self.log is None:
            return []
        with self.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - LOG_TAIL_BYTES))
            return last_words(log.read().decode(errors="replace").splitlines())


def last_words(log: Sequence[str]) -> list[str]:
    """Give the last lines of a log, after the last error where a traceback has pushed it out of sight."""
    tail = list(log[-LOG_TAIL_LINES:])
    errors = [line for line in log if " CRITICAL " in line or " ERROR " in line]
    return tail if not errors or errors[-1] in tail else [errors[-1], "…", *tail]
