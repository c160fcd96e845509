"""`segue bench`: what it prints, and what it says where it cannot measure."""

from __future__ import annotations

from dataclasses import asdict
from math import inf

import orjson
import pytest
from typer.testing import CliRunner

from benchmarks import catalogue, latency, other_listeners, pipeline, recovery, throughput
from benchmarks.catalogue import CatalogueFigures
from benchmarks.latency import LatencyFigures
from benchmarks.machine import describe_machine
from benchmarks.peers.process import PeerFailed
from benchmarks.pipeline import PipelineFigures
from benchmarks.request import measure_request
from streams.commands.bench import bench

RATES = {"raw_client": [90_000.0], "naive_faust": [3_000.0], "quix": [20_000.0], "engine": [30_000.0]}
KAFKA = ["--brokers", "127.0.0.1:1"]


@pytest.fixture(autouse=True)
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = LatencyFigures(41.0, 180.5, 260, 18_000, 300.0, 5.0, 0, describe_machine())
    others = other_listeners.summarize([700.0] * 239 + [inf], rate=325.0, core=0)
    recovered = {"keys_per_second": 61_000, "machine": asdict(describe_machine())}
    whole = PipelineFigures(1_234.5, 2, 800.4, 67_748, 1.5)
    monkeypatch.setattr(throughput, "measure_throughput", lambda *_, **__: throughput.summarize(RATES))
    monkeypatch.setattr(pipeline, "measure_pipeline", lambda *_, **__: whole)
    monkeypatch.setattr(latency, "measure_latency", lambda *_, **__: figures)
    monkeypatch.setattr(other_listeners, "measure_other_listeners", lambda *_, **__: others)
    monkeypatch.setattr(recovery, "measure_recovery", lambda *_, **__: recovered)


def test_throughput_is_one_json_object_with_everything_in_one_run() -> None:
    result = CliRunner().invoke(bench, ["throughput", *KAFKA, "--json"])
    figures = orjson.loads(result.stdout)
    assert {name: figures[name] for name in (*RATES, "pipeline")} == {
        "raw_client": 90_000,
        "naive_faust": 3_000,
        "quix": 20_000,
        "engine": 30_000,
        "pipeline": 1_234,
    }
    assert (figures["engine_over_naive_faust"], figures["engine_over_quix"]) == (10.0, 1.5)
    assert figures["runs"]["pipeline"] == [1_234]
    assert figures["listener_state_bytes"] == 67_748
    assert figures["machine"]["cores"] >= 1


def test_latency_and_recovery_are_json_objects() -> None:
    figures = orjson.loads(CliRunner().invoke(bench, ["latency", *KAFKA, "--json"]).stdout)
    assert (figures["p50_ms"], figures["p99_ms"], figures["max_ms"]) == (41.0, 180.5, 260)
    figures = orjson.loads(CliRunner().invoke(bench, ["recovery", *KAFKA, "--json"]).stdout)
    assert figures["keys_per_second"] == 61_000


def test_other_listeners_are_measured_instead_and_one_missed_is_told() -> None:
    command = ["latency", *KAFKA, "--other-listeners"]
    figures = orjson.loads(CliRunner().invoke(bench, [*command, "--json"]).stdout)
    names = ("other_p50_ms", "other_p99_ms", "other_max_ms", "probes", "missed")
    assert [figures[name] for name in names] == [700.0, 700.0, None, 240, 1]
    result = CliRunner().invoke(bench, command)
    assert "at most 3,000" in result.stdout
    assert "inf" in result.stdout
    assert describe_machine().cpu in result.stderr


def test_one_request_is_timed_for_full_rings() -> None:
    figures = measure_request(progress=list[str]().append, listeners=2, events=20)
    assert figures.requests == 20
    assert figures.ring_events * 16 < figures.listener_state_bytes <= 160 * 1024
    assert 0 < figures.median_us <= figures.p99_us
    assert figures.score_300_us > 0


def test_a_large_catalogue_is_one_json_object_with_what_is_asked_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = {"replica_bytes": 1_100, "start_seconds": 9.5, "p99_ms": 2.5, "item_state_bytes": 1_821}
    others = dict.fromkeys(set(CatalogueFigures.__dataclass_fields__) - {*named, "machine"}, 1)
    figures = CatalogueFigures(**named, **others, machine=describe_machine())
    monkeypatch.setattr(catalogue, "measure_catalogue", lambda **_: figures)
    printed = orjson.loads(CliRunner().invoke(bench, ["catalogue", "--json"]).stdout)
    assert {name: printed[name] for name in named} == named
    assert "at most 1,200,000,000" in CliRunner().invoke(bench, ["catalogue"]).stdout


def test_people_see_a_table_with_targets_and_the_machine() -> None:
    result = CliRunner().invoke(bench, ["throughput", *KAFKA])
    assert result.exit_code == 0
    assert "1,234" in result.stdout
    assert "at least 1,500" in result.stdout
    assert describe_machine().cpu in result.stderr


def test_what_went_wrong_is_said_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> LatencyFigures:
        raise PeerFailed("the worker ended with code 70")

    monkeypatch.setattr(latency, "measure_latency", fail)
    result = CliRunner().invoke(bench, ["latency", *KAFKA])
    assert result.exit_code == 1
    assert "ended with code 70" in result.stderr
    assert "Next:" in result.stderr
    assert result.stdout == ""
