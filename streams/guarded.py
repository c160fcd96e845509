"""A process that is stopped in order by whoever started it, and never outlives it."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

# Read returns when the last writer of the pipe is gone, however the owner ended.
# PR_SET_PDEATHSIG would be bound to the thread that started the process, and exists on Linux only.
_GUARD = 'read -r _; kill -9 "$1" 2>/dev/null'


class GuardedProcess:
    """A running process, with a guard that kills it when this one is gone.

    It survives Ctrl-C in the terminal, so that its owner stops it in order. It writes to the end of `log`,
    or, without one, wherever this process does; `environment` replaces that of this process.
    """

    def __init__(
        self, command: Sequence[str], *, log: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        with log.open("ab") if log else nullcontext() as output:
            self._process = subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._guard = subprocess.Popen(
            ["/bin/sh", "-c", _GUARD, "guard", str(self._process.pid)],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def exit_code(self) -> int | None:
        """Say how it ended, None while it runs."""
        return self._process.poll()

    def tell_to_stop(self) -> None:
        """Send SIGTERM."""
        self._process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, and end it at once when it takes longer."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        self._process.kill()

    def reap(self) -> None:
        """Clear away what has ended or was told to."""
        # The guard goes first: once the process is reaped its id may belong to someone else.
        self._guard.kill()
        self._guard.wait()
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        self._process.wait()
