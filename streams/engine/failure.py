"""The one way in which a worker fails: it says why and ends, before it acknowledges anything."""

import logging
import os
import sys
import threading
from typing import NoReturn

EXIT_FAILED = 70
FLUSH_SECONDS = 5.0

logger = logging.getLogger(__name__)


class DeliveryFailed(RuntimeError):
    """Kafka did not acknowledge records in time, or refused them; the state was not changed."""


class SourceRewound(RuntimeError):
    """A source topic ends before the offsets that the state includes: it was deleted and made again."""


def exit_now(cause: str, error: BaseException | None = None) -> NoReturn:
    """Log ``cause`` as critical and end the process with `EXIT_FAILED`, running no clean-up."""
    # Logging may wait for a lock that a stuck thread holds; the process ends nevertheless.
    timer = threading.Timer(FLUSH_SECONDS, os._exit, (EXIT_FAILED,))
    timer.daemon = True
    timer.start()
    logger.critical("%s", cause, exc_info=error)
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(EXIT_FAILED)
