"""Running a worker in this process."""

import asyncio
import logging
from pathlib import Path

import faust

from streams.engine.app import EngineApp
from streams.engine.failure import EXIT_FAILED
from streams.engine.quiet import limit_connection_errors

logger = logging.getLogger(__name__)


def run_worker(app: EngineApp) -> int:
    """Run until SIGTERM or SIGINT, and return the exit code: 0 after an orderly stop.

    Logging stays as the caller has set it up. Raises `TopicMismatch` before anything is started. A failure
    of a batch ends the process with `EXIT_FAILED` and does not return.
    """
    limit_connection_errors()
    app.declare_topics()
    Path(app.conf.datadir).mkdir(parents=True, exist_ok=True)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    worker = faust.Worker(app, loop=loop, override_logging=False, redirect_stdouts=False, quiet=True)
    # It writes cursor movements to the terminal even when quiet.
    worker.spinner = None
    try:
        worker.execute_from_commandline()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else EXIT_FAILED
    except Exception as error:
        logger.critical("the worker crashed", exc_info=error)
        return EXIT_FAILED
