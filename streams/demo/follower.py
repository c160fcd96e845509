"""Following `recommendations`: every slate that arrives from now on, in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from streams.demo.slates import ShownSlate, decode_slate
from streams.topic_reader import TopicReader
from streams.topics import RECOMMENDATIONS

POLL_SECONDS: Final = 0.1


class Follower:
    """Gives every slate that is appended after this is made to `receive`, with the moment it came."""

    def __init__(self, brokers: str, receive: Callable[[ShownSlate, float], object]) -> None:
        self._reader = TopicReader(brokers, RECOMMENDATIONS.name, from_beginning=False)
        self._receive = receive
        self._stopping = threading.Event()
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._follow, name="slates", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise what ended the following, if anything did."""
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def _follow(self) -> None:
        try:
            with self._reader:
                while not self._stopping.is_set():
                    for message in self._reader.read(POLL_SECONDS):
                        # The moment is taken slate by slate: unpacking those before it is part of the wait.
                        self._receive(decode_slate(message.value()), time.monotonic())
        except Exception as error:
            # Raised again by `check`, in the thread that can end the demo.
            self._failure = error
