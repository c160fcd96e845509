"""How fast a worker's state comes back from the changelog, and that a warm restart reads nothing."""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from rocksdict import AccessType, Rdict

from benchmarks import topics, workload
from benchmarks.machine import describe_machine
from benchmarks.peers.options import PeerOptions
from benchmarks.peers.process import PeerFailed, PeerProcess
from benchmarks.peers.recovery_app import APPLIED, RESTORE_SECONDS, RESTORED

_VALUE_BYTES: Final = 292
_WITHIN_SECONDS: Final = 120.0


def measure_recovery(
    bootstrap: str, *, progress: Callable[[str], None], listeners: int = 200_000
) -> dict[str, Any]:
    """Write the state of `listeners` (300 bytes each), lose it, rebuild it, and restart once more.

    `keys_per_second` counts from the first seek in the changelog to the last write in RocksDB;
    `warm_restart_changelog_records` is what a restart with its state reads. Raises `PeerFailed` where a
    listener's state is missing afterwards.
    """
    run_id = f"bench-{uuid.uuid4().hex[:8]}"
    with TemporaryDirectory() as directory:
        options = PeerOptions(bootstrap, f"{run_id}-worker", f"{run_id}-states", "", directory)
        try:
            topics.create(bootstrap, options.source, partitions=workload.PARTITIONS)
            topics.fill(bootstrap, options.source, _states(listeners))
            _write(options, listeners)
            progress(f"the state of {listeners:,} listeners is written")
            shutil.rmtree(options.state)
            cold = _restart(options)
            progress(f"rebuilt: {cold.records:,} changelog records in {cold.seconds:.1f} s")
            _check(options.state, listeners)
            warm = _restart(options)
            progress(f"restarted: {warm.records:,} changelog records read")
        finally:
            topics.delete(bootstrap, containing=run_id)
    return {
        "keys": listeners,
        "seconds": round(cold.seconds, 2),
        "keys_per_second": round(listeners / cold.seconds),
        "warm_restart_changelog_records": warm.records,
        "machine": asdict(describe_machine()),
    }


@dataclass(frozen=True, slots=True)
class _Restart:
    records: int
    seconds: float


def _states(listeners: int) -> Iterator[tuple[str, int, bytes]]:
    draws = random.Random(1)
    for nth in range(listeners):
        yield f"u{nth:06d}", nth % workload.PARTITIONS, draws.randbytes(_VALUE_BYTES)


def _write(options: PeerOptions, listeners: int) -> None:
    with PeerProcess("recovery_app", options) as worker:
        worker.wait_until(Path(options.directory) / APPLIED, listeners, within_seconds=_WITHIN_SECONDS)


def _restart(options: PeerOptions) -> _Restart:
    restored = Path(options.directory) / RESTORED
    restored.unlink(missing_ok=True)
    with PeerProcess("recovery_app", options) as worker:
        records = int(worker.wait_for(restored, within_seconds=_WITHIN_SECONDS))
        return _Restart(records, float((Path(options.directory) / RESTORE_SECONDS).read_text()))


def _check(state: Path, listeners: int) -> None:
    """Look into the databases: every listener is there with all bytes."""
    found = 0
    for path in state.glob("**/*.db"):
        database = Rdict(str(path), access_type=AccessType.read_only())
        found += sum(_is_listener(key, value) for key, value in database.items())
        database.close()
    if found != listeners:
        raise PeerFailed(f"{found} of {listeners} listeners came back")


def _is_listener(key: object, value: object) -> bool:
    return (
        isinstance(key, bytes)
        and key.startswith(b"u")
        and isinstance(value, bytes)
        and len(value) == 8 + _VALUE_BYTES
    )
