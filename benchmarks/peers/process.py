"""A peer as a process of its own: started on a fresh group and an empty directory, stopped in order."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Final

from benchmarks.peers.options import PeerOptions
from streams.guarded import GuardedProcess

START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 15.0
_POLL_SECONDS: Final = 0.01
_LOG_TAIL: Final = 2_000


class PeerFailed(RuntimeError):
    """A peer ended, never began, or computed something else; its figure would mean nothing."""


class PeerProcess:
    """Runs the module `benchmarks.peers.<name>`; as a context manager it is stopped on leaving."""

    def __init__(self, name: str, options: PeerOptions) -> None:
        self._name = name
        self._options = options
        self._log = Path(options.directory) / "log"

    def __enter__(self) -> PeerProcess:
        command = [sys.executable, "-m", f"benchmarks.peers.{self._name}", self._options.to_argument()]
        self._process = GuardedProcess(command, log=self._log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.tell_to_stop()
        self._process.wait(_STOP_SECONDS)
        self._process.reap()

    def check(self) -> None:
        """Raise `PeerFailed` where the process has ended."""
        if (code := self._process.exit_code()) is not None:
            raise self._failed(f"ended with code {code}")

    def wait_for(self, path: Path, *, within_seconds: float = START_SECONDS) -> float:
        """Wait until the peer notes a number in a file, and give it; raises `PeerFailed`."""
        deadline = time.monotonic() + within_seconds
        while not path.exists():
            self.check()
            if time.monotonic() > deadline:
                raise self._failed(f"did not write {path.name} within {within_seconds:.0f} s")
            time.sleep(_POLL_SECONDS)
        return float(path.read_text())

    def wait_until(self, path: Path, at_least: float, *, within_seconds: float) -> None:
        """Wait until the number in a file is big enough; raises `PeerFailed`."""
        deadline = time.monotonic() + within_seconds
        while self.wait_for(path) < at_least:
            self.check()
            if time.monotonic() > deadline:
                raise self._failed(f"did not reach {at_least:.0f} in {path.name} in {within_seconds:.0f} s")
            time.sleep(_POLL_SECONDS)

    def _failed(self, what: str) -> PeerFailed:
        tail = self._log.read_bytes()[-_LOG_TAIL:].decode(errors="replace")
        return PeerFailed(f"{self._name} {what}; the end of its log:\n{tail}")
