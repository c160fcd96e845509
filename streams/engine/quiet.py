"""A broker that is away is one fact, not tens of thousands of lines."""

import logging
import time
from collections.abc import Callable

NOISY = "aiokafka"


class RateLimit(logging.Filter):
    """Lets each message template through once every ``seconds``, saying how many like it were left out."""

    def __init__(self, *, seconds: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds = seconds
        self._clock = clock
        self._shown_at: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to show the record."""
        template = str(record.msg)
        now = self._clock()
        if now - self._shown_at.get(template, -self._seconds) < self._seconds:
            self._left_out[template] = self._left_out.get(template, 0) + 1
            return False
        self._shown_at[template] = now
        left_out = self._left_out.pop(template, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out} more like it)", None
        return True


def limit_connection_errors() -> None:
    """Rate-limit every logger of aiokafka, since a parent's filter does not see its children's records."""
    limit = RateLimit()
    for name in [NOISY, *logging.root.manager.loggerDict]:
        if name.split(".")[0] == NOISY:
            logging.getLogger(name).addFilter(limit)
