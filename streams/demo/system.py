"""Everything a demo starts, and its end: a broker, a worker, and where they keep their data."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from streams.broker import LocalBroker
from streams.cores import ANY, spare_core
from streams.processes import WorkerProcess


@dataclass(frozen=True, slots=True)
class System:
    """A worker that is starting, and the Kafka at `brokers`: one that runs already, or one being started."""

    brokers: str
    worker: WorkerProcess
    local: Future[LocalBroker] | None

    def wait_for_broker(self) -> None:
        """Return once Kafka can be asked; raises `BrokerFailed` where the local one does not start."""
        if self.local is not None:
            self.local.result()


@contextmanager
def running_system(brokers: str) -> Iterator[System]:
    """Start a worker and, unless `brokers` names a cluster, a local Kafka at the same time; stop both.

    Data lives in a temporary directory that goes when they are gone. The worker takes longest, mostly to
    load what it needs; it is started first, and waits for Kafka.
    """
    with tempfile.TemporaryDirectory(prefix="segue-demo-") as directory:
        home = Path(directory)
        port = _free_port()
        address = brokers or f"127.0.0.1:{port}"
        core = ANY if brokers else spare_core()
        environment = {
            "SEGUE_BROKERS": address,
            "SEGUE_DATA_DIR": str(home / "worker"),
            "SEGUE_CORE": str(core),
        }
        worker = WorkerProcess(home / "worker.log", environment=environment)
        with ThreadPoolExecutor(max_workers=1) as starting:
            local = None
            if not brokers:
                local = starting.submit(LocalBroker.start, home / "kafka", port=port, off=core)
            try:
                worker.start()
                yield System(brokers=address, worker=worker, local=local)
            finally:
                worker.stop()
                if local is not None and local.exception() is None:
                    local.result().stop()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
