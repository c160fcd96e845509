"""The state comes back from the changelog, wherever that ends, and from damage, without a human."""

import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer, TopicPartition
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, ResourceType

from streams.engine import EXIT_FAILED

Damage = Callable[[Path], None]


@pytest.fixture
def stopped(counting: Any) -> Any:
    """A harness whose worker has handled 600 records and is stopped."""
    run_to_the_end(counting, 600)
    assert counting.local_state() == counting.expected()
    return counting


def run_to_the_end(counting: Any, count: int) -> None:
    if count:
        counting.send(count)
    worker = counting.start()
    counting.wait_until_committed()
    counting.stop(worker)


def restored(counting: Any) -> int:
    """Return how many changelog records the last worker read."""
    (line,) = [line for line in counting.log.read_text().splitlines() if "Restored" in line]
    return int(line.split(", ")[1].split()[0])


def test_a_warm_restart_reads_nothing_and_a_wiped_one_restores_everything(stopped: Any) -> None:
    run_to_the_end(stopped, 0)
    assert restored(stopped) == 0
    before = stopped.local_state()
    shutil.rmtree(stopped.home / "v1")
    run_to_the_end(stopped, 0)
    assert restored(stopped) > len(before)
    assert stopped.local_state() == before
    run_to_the_end(stopped, 300)
    assert stopped.local_state() == stopped.expected()


def test_a_changelog_cut_in_the_middle_of_a_commit_is_harmless(stopped: Any) -> None:
    run_to_the_end(stopped, 600)
    expected = stopped.expected()
    cut = cut_changelog(stopped, keep_of_last_commit=10)
    shutil.rmtree(stopped.home / "v1")
    (stopped.home / "batches").unlink()
    stopped.name = cut
    run_to_the_end(stopped, 0)
    assert min(first for _, first, _ in stopped.batches()) > 0
    assert stopped.local_state() == expected
    assert stopped.changelog_state() == expected


def cut_changelog(stopped: Any, *, keep_of_last_commit: int) -> str:
    """Copy the changelog for another application id, without the end of each partition's last commit."""
    other = f"c{uuid.uuid4().hex[:8]}"
    records = {partition: stopped.changelog_records(partition) for partition in (0, 1)}
    stopped.declare_changelog(other)
    producer = Producer({"bootstrap.servers": stopped.brokers, "log_level": 0})
    for partition, all_of_it in records.items():
        marks = [index for index, (key, _) in enumerate(all_of_it) if key.startswith(b"\x00segue\x00")]
        assert len(marks) > 1
        assert marks[-1] - marks[-2] > keep_of_last_commit
        for key, value in all_of_it[: marks[-2] + 1 + keep_of_last_commit]:
            producer.produce(f"{other}-counts-changelog", key=key, value=value, partition=partition)
    assert producer.flush(30) == 0
    return other


def garbage_current(database: Path) -> None:
    (database / "CURRENT").write_bytes(b"\xff\xfe")


def missing_current(database: Path) -> None:
    (database / "CURRENT").unlink()


def short_manifest(database: Path) -> None:
    (manifest,) = database.glob("MANIFEST-*")
    manifest.write_bytes(manifest.read_bytes()[: manifest.stat().st_size // 2])


def missing_manifest(database: Path) -> None:
    next(database.glob("MANIFEST-*")).unlink()


@pytest.mark.parametrize(
    ("first", "second"), [(garbage_current, short_manifest), (missing_current, missing_manifest)]
)
def test_a_damaged_database_is_rebuilt_at_start(stopped: Any, first: Damage, second: Damage) -> None:
    first(stopped.database(0))
    second(stopped.database(1))
    everything = len(stopped.changelog_records(0)) + len(stopped.changelog_records(1))
    run_to_the_end(stopped, 0)
    assert stopped.local_state() == stopped.expected()
    assert restored(stopped) == everything


def test_damage_found_while_reading_ends_the_process_and_the_restart_rebuilds(counting: Any) -> None:
    counting.send(4_000, keys=2_000)
    run_to_the_end(counting, 0)
    (table,) = counting.database(0).glob("*.sst")
    damaged = bytearray(table.read_bytes())
    middle = slice(len(damaged) // 3, len(damaged) * 2 // 3)
    damaged[middle] = b"\xaa" * len(damaged[middle])
    table.write_bytes(damaged)
    counting.send(500, keys=2_000)
    worker = counting.start(ready=False)
    assert worker.wait(20) == EXIT_FAILED
    assert "Corruption" in counting.log.read_text()
    run_to_the_end(counting, 0)
    assert counting.local_state() == counting.expected()


def test_a_changelog_that_was_made_again_is_filled_from_the_source(stopped: Any) -> None:
    admin = AdminClient({"bootstrap.servers": stopped.brokers, "log_level": 0})
    admin.delete_topics([stopped.changelog])[stopped.changelog].result(10)
    stopped.declare_changelog(stopped.name)
    worker = stopped.start()
    stopped.wait_for(lambda: stopped.changelog_state() == stopped.expected(), "the changelog to be complete")
    stopped.stop(worker)
    assert stopped.local_state() == stopped.expected()


def test_recovery_ends_when_the_last_offset_holds_no_record(stopped: Any) -> None:
    producer = Producer(
        {"bootstrap.servers": stopped.brokers, "transactional.id": stopped.name, "log_level": 0}
    )
    producer.init_transactions(10)
    producer.begin_transaction()
    producer.produce(stopped.changelog, key=b"nobody", value=None, partition=0)
    producer.commit_transaction(10)
    shutil.rmtree(stopped.home / "v1")
    run_to_the_end(stopped, 0)
    assert stopped.local_state() == stopped.expected()


def test_recovery_ends_when_the_changelog_was_emptied(stopped: Any) -> None:
    admin = AdminClient({"bootstrap.servers": stopped.brokers, "log_level": 0})
    deletable = ConfigEntry("cleanup.policy", "compact,delete", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, stopped.changelog, incremental_configs=[deletable])
    admin.incremental_alter_configs([resource])[resource].result(10)
    everything = [TopicPartition(stopped.changelog, partition, -1) for partition in (0, 1)]
    for deleted in admin.delete_records(everything).values():
        deleted.result(10)
    run_to_the_end(stopped, 100)
    assert stopped.local_state() == stopped.expected()
