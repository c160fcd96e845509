"""Looking after the worker: when it dies, say so and start it again; nothing is lost."""

from __future__ import annotations

from typing import Final

from streams.demo.board import Board
from streams.demo.screen import Screen
from streams.processes import WorkerProcess

ATTEMPTS: Final = 5
"""Deaths in a row, without a slate between them, after which starting again will not help."""


class WorkerKeepsDying(RuntimeError):
    """The worker ends again and again; the message holds the end of its log."""


class Supervisor:
    """Starts the worker again whenever it ends."""

    def __init__(self, worker: WorkerProcess, *, board: Board, screen: Screen) -> None:
        self._worker = worker
        self._board = board
        self._screen = screen
        self._deaths = 0
        self._slates = 0

    def check(self, seconds: float) -> None:
        """Look at the worker, `seconds` after the demo began. Raises `WorkerKeepsDying`."""
        if self._board.slates > self._slates:
            self._slates, self._deaths = self._board.slates, 0
        code = self._worker.exit_code()
        if code is None:
            return
        self._deaths += 1
        tail = self.log_tail()
        if self._deaths == ATTEMPTS:
            lines = "\n".join(tail)
            raise WorkerKeepsDying(f"the worker ended {ATTEMPTS} times running, last with {code}:\n{lines}")
        self._board.worker_ended()
        self._worker.reap()
        self._worker.start()
        self._screen.alarm(
            seconds,
            [
                f"The worker ended ({code}) and is started again; its last words:",
                *tail,
                "Nothing is lost: it goes on after the last event that it committed. "
                f"If this comes back, read {self._worker.log}, or run `segue doctor`.",
            ],
        )

    def log_tail(self) -> list[str]:
        """Give the end of the worker's log."""
        return self._worker.log_tail()
