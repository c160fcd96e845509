"""The watchdog: a worker that stands still ends, so that another one can take over."""

import sys
import threading
import time
import traceback
from collections.abc import Callable

from streams.engine.failure import exit_now

TICK_SECONDS = 0.5


class Watchdog:
    """Watches the event loop and the commits from a thread of its own.

    The event loop calls `beat`; the thread calls `check`. ``stall_seconds`` is how long commits may stand
    still while records wait, and how long the event loop may; ``freeze_seconds`` how long the whole process
    may, before Kafka has given its partitions away (the session timeout).
    """

    def __init__(
        self,
        *,
        stall_seconds: float,
        freeze_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        fail: Callable[[str], object] = exit_now,
    ) -> None:
        self._stall_seconds = stall_seconds
        self._freeze_seconds = freeze_seconds
        self._clock = clock
        self._fail = fail
        self._stopped = threading.Event()
        self._committed = -1
        self._progress_at = self._beat_at = self._tick_at = clock()

    def start(self) -> None:
        """Start watching."""
        self._progress_at = self._beat_at = self._tick_at = self._clock()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()

    def beat(self, *, working: bool, lag: int, committed: int) -> None:
        """Tell from the event loop: whether batches can be handled, records waiting, offsets committed."""
        self._beat_at = self._clock()
        if not working or lag == 0 or committed != self._committed:
            self._progress_at = self._beat_at
        self._committed = committed

    def check(self) -> None:
        """End the process when something stands still for too long."""
        now = self._clock()
        frozen, self._tick_at = now - self._tick_at, now
        if frozen > self._freeze_seconds:
            self._fail(
                f"the process was frozen for {frozen:.0f} s: its partitions may belong to another worker"
            )
        elif now - self._beat_at > self._stall_seconds:
            self._fail(
                f"the event loop stands still for {now - self._beat_at:.0f} s:\n{_main_thread_stack()}"
            )
        elif now - self._progress_at > self._stall_seconds:
            self._fail(f"records wait, and nothing was committed for {now - self._progress_at:.0f} s")

    def _run(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            self.check()


def _main_thread_stack() -> str:
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    return "".join(traceback.format_stack(frame))
