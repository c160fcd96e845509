"""Events a second of one worker: a raw client, idiomatic Faust, Quix Streams and Segue's engine."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks import topics, workload
from benchmarks.checks import Histories, check_outputs, sampled, wrong_users
from benchmarks.machine import describe_machine
from benchmarks.peers.options import PeerOptions
from benchmarks.peers.process import PeerProcess
from benchmarks.peers.raw_client import EVENTS_PER_SECOND

RAW: Final = "raw_client"
PEERS: Final = {"naive_faust": "naive_faust", "quix": "quix", "engine": "engine_app"}
"""The peers that keep state and send outputs, and the modules that run them."""

_EXACT: Final = "engine"
"""The others lose, repeat or reorder events when a rebalance or a retry comes at a bad time. Whatever they
send counts in their favour."""

_EVENTS: Final = 600_000
_RUN_SECONDS: Final = 6.0
_POLL_SECONDS: Final = 0.1


def measure_throughput(
    bootstrap: str, *, repeats: int, progress: Callable[[str], None], events: int = _EVENTS
) -> dict[str, Any]:
    """Run the peers in turn, `repeats` times, and give their median events/s, the ratios and the machine.

    All read one topic of `events` plays. A peer's run begins with the first event that it sees and ends 6 s
    later, or with the last event; an event counts once its output is on the output topic. Raises `PeerFailed`
    where the engine's outputs are not what the plays make of them; of the others that is told, no more.
    """
    run_id = f"bench-{uuid.uuid4().hex[:8]}"
    bench = _Bench(bootstrap, run_id, {}, events, progress)
    rates: dict[str, list[float]] = {name: [] for name in (RAW, *PEERS)}
    topics.create(bootstrap, bench.source, partitions=workload.PARTITIONS)
    try:
        topics.fill(bootstrap, bench.source, sampled(workload.plays(events), bench.histories))
        for repeat in range(repeats):
            for name, runs in rates.items():
                runs.append(bench.read(repeat) if name == RAW else bench.run(name, repeat))
                progress(f"{name}: {runs[-1]:,.0f} events/s")
    finally:
        topics.delete(bootstrap, containing=run_id)
    return summarize(rates)


def summarize(rates: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Give the medians, how many times the peers the engine is, every run, and the machine."""
    medians = {name: median(runs) for name, runs in rates.items()}
    return {
        **{name: round(rate) for name, rate in medians.items()},
        "engine_over_naive_faust": round(medians["engine"] / medians["naive_faust"], 2),
        "engine_over_quix": round(medians["engine"] / medians["quix"], 2),
        "runs": {name: [round(rate) for rate in runs] for name, runs in rates.items()},
        "machine": asdict(describe_machine()),
    }


@dataclass(frozen=True, slots=True)
class _Bench:
    bootstrap: str
    run_id: str
    histories: Histories
    events: int
    progress: Callable[[str], None]

    @property
    def source(self) -> str:
        return f"{self.run_id}-plays"

    def read(self, repeat: int) -> float:
        """Read the plays with a raw client."""
        with TemporaryDirectory() as directory:
            options = self._options(RAW, repeat, directory)
            with PeerProcess(RAW, options) as peer:
                return peer.wait_for(Path(directory) / EVENTS_PER_SECOND)

    def run(self, name: str, repeat: int) -> float:
        """Run one peer on fresh state, and give its rate once its outputs were checked."""
        with TemporaryDirectory() as directory:
            options = self._options(name, repeat, directory)
            topics.create(self.bootstrap, options.output, partitions=workload.PARTITIONS)
            with topics.TopicReader(
                self.bootstrap, options.output, partitions=workload.PARTITIONS
            ) as outputs:
                with PeerProcess(PEERS[name], options) as peer:
                    rate = self._time(peer, options, outputs)
                self._check(name, outputs)
            # What a peer leaves behind, changelogs too, would burden the ones after it.
            topics.delete(self.bootstrap, containing=options.group)
        return rate

    def _check(self, name: str, outputs: topics.TopicReader) -> None:
        if name == _EXACT:
            check_outputs(outputs.values(), self.histories)
        elif wrong := wrong_users(outputs.values(), self.histories):
            self.progress(f"{name}: {len(wrong)} of {len(self.histories)} sampled users have wrong outputs")

    def _time(self, peer: PeerProcess, options: PeerOptions, outputs: topics.TopicReader) -> float:
        began = peer.wait_for(options.first_event)
        while True:
            delivered, elapsed = outputs.count(), time.monotonic() - began
            if delivered >= self.events or elapsed >= _RUN_SECONDS:
                return delivered / elapsed
            peer.check()
            time.sleep(_POLL_SECONDS)

    def _options(self, name: str, repeat: int, directory: str) -> PeerOptions:
        group = f"{self.run_id}-{name.replace('_', '-')}-{repeat}"
        return PeerOptions(
            bootstrap=self.bootstrap,
            group=group,
            source=self.source,
            output=f"{group}-outputs",
            directory=directory,
        )
