"""`segue bench`: throughput, latency, recovery and one request, measured here, beside the alternatives."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Final

import orjson
import typer
from confluent_kafka import KafkaException
from rich.console import Console
from rich.table import Table

from streams.broker import BrokerFailed, LocalBroker
from streams.commands.console import fail, say
from streams.commands.logs import read_log
from streams.cores import ANY, spare_core
from streams.settings import Settings
from streams.sources import Format

THROUGHPUT_TARGETS: Final = {
    "engine_over_naive_faust": "at least 8",
    "engine_over_quix": "at least 1.3",
    "pipeline": "at least 1,500",
}
LATENCY_TARGETS: Final = {"p50_ms": "at most 60", "p99_ms": "at most 300"}
OTHERS_TARGETS: Final = {"other_p99_ms": "at most 3,000", "probes": "at least 200", "missed": "0"}
REQUEST_TARGETS: Final = {
    "median_us": "at most 1,000",
    "p99_us": "at most 2,500",
    "score_300_us": "at most 50",
}
CATALOGUE_TARGETS: Final = {
    "replica_bytes": "at most 1,200,000,000",
    "start_seconds": "at most 20",
    "p99_ms": "at most 3",
    "item_state_bytes": "at most 2,048",
}
RECOVERY_TARGETS: Final = {"keys_per_second": "at least 40,000", "warm_restart_changelog_records": "0"}

Brokers = Annotated[
    str, typer.Option(envvar="SEGUE_BROKERS", help="Kafka, as HOST:PORT; without, one is started.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]

bench = typer.Typer(no_args_is_help=True, help="Measure throughput, latency, recovery and one request here.")


@bench.callback()
def stop_in_order() -> None:
    """Let SIGTERM and a closed terminal do what Ctrl-C does: everything that was started is stopped."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


@bench.command()
def throughput(
    repeats: Annotated[int, typer.Option(min=1, max=20, help="Runs of each peer; medians count.")] = 3,
    brokers: Brokers = "",
    as_json: AsJson = False,
) -> None:
    """Events a second: a raw client, naive Faust, Quix Streams, the engine, and the whole pipeline."""
    if find_spec("quixstreams") is None:
        fail("Quix Streams, which is measured beside the engine, is not installed.", "Run `make env`.")
    from benchmarks.pipeline import measure_pipeline
    from benchmarks.throughput import measure_throughput

    with _measuring(brokers) as kafka:
        figures = measure_throughput(kafka, repeats=repeats, progress=say)
        whole = measure_pipeline(kafka, progress=say)
    pipeline = {
        **asdict(whole),
        "pipeline": round(whole.pipeline),
        "one_process": round(whole.one_process),
    }
    figures["runs"]["pipeline"] = [pipeline["pipeline"]]
    _print({**figures, **pipeline}, THROUGHPUT_TARGETS, as_json=as_json)


@bench.command()
def latency(
    rate: Annotated[float, typer.Option(min=1.0, max=10_000.0, help="Events a second.")] = 300.0,
    seconds: Annotated[float, typer.Option(min=1.0, max=3_600.0, help="For how long.")] = 60.0,
    other_listeners: Annotated[
        bool, typer.Option("--other-listeners", help="Until a slate of another listener shows it, instead.")
    ] = False,
    brokers: Brokers = "",
    as_json: AsJson = False,
) -> None:
    """Milliseconds from an event appended to its slate appended, at a steady rate; a warm-up is left out.

    With a Kafka of its own, the worker's computing thread keeps to one core, and Kafka to the others.
    """
    from benchmarks.latency import measure_latency
    from benchmarks.other_listeners import measure_other_listeners

    core = ANY if brokers else spare_core()
    measure, targets = (
        (measure_other_listeners, OTHERS_TARGETS) if other_listeners else (measure_latency, LATENCY_TARGETS)
    )
    with _measuring(brokers, off=core) as kafka:
        figures = measure(kafka, rate=rate, seconds=seconds, core=core, progress=say)
    _print(asdict(figures), targets, as_json=as_json)


@bench.command()
def recovery(brokers: Brokers = "", as_json: AsJson = False) -> None:
    """Keys a second at which lost state comes back from its changelog, and what a warm restart reads."""
    from benchmarks.recovery import measure_recovery

    with _measuring(brokers) as kafka:
        figures = measure_recovery(kafka, progress=say)
    _print(figures, RECOVERY_TARGETS, as_json=as_json)


@bench.command()
def request(as_json: AsJson = False) -> None:
    """Microseconds of one request, in one process: candidates, features, scores and slate; full rings."""
    from benchmarks.request import measure_request

    _print(asdict(measure_request(progress=say)), REQUEST_TARGETS, as_json=as_json)


@bench.command()
def catalogue(as_json: AsJson = False) -> None:
    """Memory, start and nearest neighbours of 1,000,000 items; takes 10 minutes, 3 GB and 1.5 GB of disk.

    What 200,000 simulated listeners heard is learned, published and applied as in a worker, without Kafka; a
    process of its own then starts from the snapshot, and is asked while 2,000 updates arrive a second.
    """
    from benchmarks.catalogue import measure_catalogue

    _print(asdict(measure_catalogue(progress=say)), CATALOGUE_TARGETS, as_json=as_json)


@bench.command()
def ablation(
    paths: Annotated[list[Path], typer.Argument(help="Listening logs, merged by time.")],
    format: Annotated[Format, typer.Option(help="What wrote the logs.")] = Format.CSV,
    as_json: AsJson = False,
) -> None:
    """What each source of evidence brings on real logs: the backtest without each in turn; takes long."""
    from benchmarks.ablation import measure_ablations

    records, events = read_log(paths, format, "me")
    ablations = measure_ablations(records, events, ring_events=Settings().ring_events, progress=say)
    rows = [{"without": one.without, **asdict(one.figures)} for one in ablations]
    if as_json:
        typer.echo(orjson.dumps(rows))
        return
    table = Table(*rows[0])
    for row in rows:
        table.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
    Console().print(table)


@contextmanager
def _measuring(brokers: str, *, off: int = ANY) -> Iterator[str]:
    """Give the address of a Kafka; say what went wrong if it does.

    It is a local one, which keeps off a core, unless `brokers` names one.
    """
    from benchmarks.peers.process import PeerFailed
    from benchmarks.topics import KafkaInUse

    try:
        with _kafka(brokers, off) as address:
            yield address
    except KafkaInUse as error:
        fail(str(error), "Unset SEGUE_BROKERS to measure on a local Kafka, or name one of its own.")
    except PeerFailed as error:
        fail(str(error), "Try again with nothing else running; `segue doctor` checks the rest.")
    except KafkaException as error:
        fail(f"Kafka failed: {error.args[0].str()}", "Is it up? `segue doctor` checks that.")
    except (BrokerFailed, OSError) as error:
        fail(str(error), "Is there memory and disk space left? `segue doctor` checks the rest.")


@contextmanager
def _kafka(brokers: str, off: int) -> Iterator[str]:
    if brokers:
        yield brokers
        return
    with (
        TemporaryDirectory(prefix="segue-bench-") as home,
        LocalBroker.start(Path(home), off=off) as running,
    ):
        say(f"Kafka is up at {running.bootstrap}, for this measurement only.")
        yield running.bootstrap


def _print(figures: Mapping[str, Any], targets: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(orjson.dumps(figures))
        return
    table = Table("figure", "measured", "target")
    for name, value in figures.items():
        if isinstance(value, int | float):
            table.add_row(name, f"{value:,}", targets.get(name, ""))
    Console().print(table)
    from benchmarks.machine import Machine

    say(str(Machine(**figures["machine"])))
