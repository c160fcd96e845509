"""What surrounds the measurements: the work, the check of outputs, the summary, the machine, the process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import orjson
import pytest

from benchmarks import workload
from benchmarks.checks import Histories, check_outputs, sampled, wrong_users
from benchmarks.machine import describe_machine
from benchmarks.peers.options import PeerOptions, Stopwatch
from benchmarks.peers.process import PeerFailed, PeerProcess
from benchmarks.throughput import summarize


def histories_and_outputs() -> tuple[Histories, list[bytes]]:
    histories: Histories = {}
    tastes: dict[str, workload.Vector] = {}
    outputs = []
    for user, _, value in sampled(workload.plays(5_000), histories):
        play = orjson.loads(value)
        tastes[user] = workload.fold(tastes.get(user, workload.ZERO), play["item"])
        outputs.append(orjson.dumps(workload.output(user, play["id"], tastes[user])))
    return histories, outputs


def test_plays_are_the_same_each_time_uniform_and_of_the_stated_size() -> None:
    plays = list(workload.plays(4_000))
    assert plays == list(workload.plays(4_000))
    assert 200 <= np.mean([len(value) for _, _, value in plays]) <= 240
    assert len({user for user, _, _ in plays}) > 3_000
    assert set(np.bincount([partition for _, partition, _ in plays]) // 100) <= {9, 10}
    assert all(partition == int(user[1:]) % 4 for user, partition, _ in plays)


def test_a_fold_makes_a_new_taste_of_64_float32() -> None:
    taste = workload.fold(workload.ZERO, "t:000001")
    assert taste.dtype == np.float32
    assert (taste.shape, taste.nbytes) == ((64,), 256)
    assert not workload.ZERO.any()
    towards = workload.fold(workload.ZERO, "t:000002")
    np.testing.assert_allclose(workload.fold(taste, "t:000002"), 0.98 * taste + towards, rtol=1e-5)
    assert (towards != taste).any()


def test_right_outputs_pass_even_when_a_peer_was_stopped_in_between() -> None:
    histories, outputs = histories_and_outputs()
    check_outputs(outputs, histories)
    check_outputs(outputs[:2_000], histories)


def sampled_positions(outputs: list[bytes], histories: Histories) -> list[int]:
    return [nth for nth, value in enumerate(outputs) if orjson.loads(value)["user"] in histories]


def once(value: bytes, histories: Histories) -> bool:
    return len(histories[orjson.loads(value)["user"]]) == 1


def test_a_repeated_output_is_refused() -> None:
    histories, outputs = histories_and_outputs()
    first = next(n for n in sampled_positions(outputs, histories) if once(outputs[n], histories))
    with pytest.raises(PeerFailed, match="no more plays"):
        check_outputs([*outputs[: first + 1], *outputs[first:]], histories)


def test_a_missing_output_is_refused() -> None:
    histories, outputs = histories_and_outputs()
    user = max(histories, key=lambda name: len(histories[name]))
    first = next(nth for nth, value in enumerate(outputs) if orjson.loads(value)["user"] == user)
    missing = [*outputs[:first], *outputs[first + 1 :]]
    assert wrong_users(missing, histories).keys() == {user}
    with pytest.raises(PeerFailed, match="was due"):
        check_outputs(missing, histories)


def test_a_wrong_state_is_refused() -> None:
    histories, outputs = histories_and_outputs()
    last = sampled_positions(outputs, histories)[-1]
    wrong = orjson.loads(outputs[last])
    wrong["score"] += 0.01
    with pytest.raises(PeerFailed, match="was due"):
        check_outputs([*outputs[:last], orjson.dumps(wrong)], histories)


def test_no_output_is_refused() -> None:
    histories, _ = histories_and_outputs()
    with pytest.raises(PeerFailed, match="no sampled user"):
        check_outputs([], histories)


def test_a_summary_holds_medians_and_ratios_of_medians() -> None:
    rates = {
        "raw_client": [9.0, 7.0, 8.0],
        "naive_faust": [10.0, 30.0, 20.0],
        "quix": [100.0, 90.0, 80.0],
        "engine": [300.0, 100.0, 200.0],
    }
    summary = summarize(rates)
    assert [summary[name] for name in rates] == [8, 20, 90, 200]
    assert summary["engine_over_naive_faust"] == 10.0
    assert summary["engine_over_quix"] == 2.22
    assert orjson.loads(orjson.dumps(summary)) == summary


def test_the_machine_is_described() -> None:
    machine = describe_machine()
    assert machine.cores >= 1
    assert machine.memory_gib > 0.1
    assert machine.cpu
    assert machine.packages["faust-streaming"] == "0.15.3"
    assert f"{machine.cores} cores of {machine.cpu}" in str(machine)


def options(directory: Path) -> PeerOptions:
    return PeerOptions("127.0.0.1:1", "group", "plays", "outputs", str(directory))


def test_a_stopwatch_notes_the_first_event_only(tmp_path: Path) -> None:
    stopwatch = Stopwatch(options(tmp_path))
    assert not options(tmp_path).first_event.exists()
    stopwatch.start()
    first = options(tmp_path).first_event.read_text()
    stopwatch.start()
    assert options(tmp_path).first_event.read_text() == first


def test_a_peer_that_ends_is_reported_with_its_log(tmp_path: Path) -> None:
    with (
        PeerProcess("no_such_peer", options(tmp_path)) as peer,
        pytest.raises(PeerFailed, match=r"(?s)ended with code 1.*no_such_peer"),
    ):
        peer.wait_for(tmp_path / "never")
