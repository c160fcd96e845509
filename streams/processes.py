"""A worker as a process under supervision, gone when its supervisor is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Final

from streams.broker import GUARD

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
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it survives Ctrl-C, to be stopped in order, and dies with this process."""
        with self.log.open("ab") if self.log else nullcontext() as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "worker"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def exit_code(self) -> int | None:
        """Say how it ended, None while it runs."""
        return self._process.poll() if self._process else None

    def stop(self) -> None:
        """Stop in order, or after 10 s at once. Stopping twice is harmless."""
        self.tell_to_stop()
        self.wait(STOP_SECONDS)
        self.reap()

    def tell_to_stop(self) -> None:
        """Let it finish what it has in hand, commit and end."""
        if self._process is not None:
            self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, and end it at once when it takes longer."""
        if self._process is not None:
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def reap(self) -> None:
        """Clear away a worker that has ended or was told to."""
        # The guard goes first: once the worker is reaped its process id may belong to someone else.
        if self._guard is not None:
            self._guard.kill()
            self._guard.wait()
            if self._guard.stdin is not None:
                self._guard.stdin.close()
        if self._process is not None:
            self._process.wait()
        self._process = self._guard = None

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
