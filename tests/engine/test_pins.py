"""The engine overrides private methods: an upgrade has to read what changed before it may pass."""

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import pytest
from faust.app.base import App
from faust.stores.rocksdb import Store
from faust.streams import Stream
from faust.tables.base import Collection
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.tables.table import Table
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.transport.drivers.aiokafka import Consumer as DriverConsumer
from mode import Service

from streams.engine.app import EngineApp
from streams.engine.recovery import BatchRecovery, BatchTableManager
from streams.engine.store import PartitionStore
from streams.engine.table import StateTable
from streams.engine.transport import BatchConsumer

VERSIONS = {
    "faust-streaming": "0.15.3",
    "mode-streaming": "0.7.1",
    "aiokafka": "0.14.0",
    "rocksdict": "0.3.29",
}

# What the engine replaces, and what it relies on to call or to be called by.
PINS: dict[tuple[Any, str], str] = {
    (Consumer, "getmany"): "4b168d84882a",
    (Consumer, "perform_seek"): "0e8c130ff4b0",
    (Consumer, "on_partitions_revoked"): "d04b7ae72c6f",
    (Consumer, "_filter_tps_with_pending_acks"): "f6f923977423",
    (Consumer, "_new_offset"): "1d2c7ea89a7a",
    (Consumer, "_add_gap"): "4df2573ded7c",
    (Consumer, "_wait_next_records"): "6218e1969a63",
    (Consumer, "_commit_tps"): "a20e230b05ae",
    (Consumer, "_commit_offsets"): "1a6979904118",
    (Consumer, "_filter_committable_offsets"): "dc5e9baf5d99",
    (Consumer, "ack"): "5fcf41cf4515",
    (Consumer, "wait_empty"): "e4662fe24f09",
    (Consumer, "_drain_messages"): "44a2500309e8",
    (Consumer, "stop_flow"): "cf7e875a2b0d",
    (Consumer, "resume_flow"): "db59630f25b5",
    (DriverConsumer, "_new_consumer_thread"): "0870ec53dea7",
    (DriverConsumer, "_to_message"): "7c24f6511b2f",
    (AIOKafkaConsumerThread, "_create_worker_consumer"): "c2701bfc3e6f",
    (AIOKafkaConsumerThread, "_seek_wait"): "9d221e816d94",
    (AIOKafkaConsumerThread, "_commit"): "932852ce7a23",
    (Recovery, "_restart_recovery"): "6bd8a8558a2d",
    (Recovery, "_slurp_changelogs"): "7825c7e50f76",
    (Recovery, "_publish_stats"): "48939a846a9a",
    (Recovery, "on_partitions_revoked"): "161b5e997f7c",
    (Recovery, "on_stop"): "766b9af50a72",
    (Recovery, "on_rebalance"): "aa4d997a1795",
    (Recovery, "on_recovery_completed"): "6ef567acf072",
    (Recovery, "_set_recovery_started"): "bcfebf81ae13",
    (Recovery, "_wait"): "ec7429b70176",
    (TableManager, "on_start"): "365dd25fbc0e",
    (TableManager, "recovery"): "f0bf5de78b4c",
    (TableManager, "_update_channels"): "88e3941facc9",
    (Store, "persisted_offset"): "6f2e502fb860",
    (Store, "revoke_partitions"): "3f85447a24fc",
    (Store, "stop"): "2e98db0eb7c7",
    (Store, "_open_for_partition"): "1dc4e0113d67",
    (Store, "_db_for_partition"): "cb7e67d5f9ef",
    (Store, "partition_path"): "0cc4eae7dc33",
    (Table, "on_key_set"): "a370e35ca55c",
    (Table, "on_key_del"): "4f2900b2f9d2",
    (Collection, "_new_store"): "914a2bda605d",
    (Collection, "_verify_source_topic_partitions"): "6814da56b0d8",
    (App, "on_start"): "480d70c6c72d",
    (App, "on_stop"): "bfe5a933defb",
    (App, "_stop_consumer"): "55854a5de12c",
    (App, "_new_transport"): "42db531312dd",
    (App, "_on_partitions_revoked"): "d5c895bbe57d",
    (App, "_on_partitions_assigned"): "de932b7927db",
    (Service, "_crash"): "7bc0c709a151",
    (Service, "crash"): "14980000465d",
    (Stream, "events"): "c62f4dd3a73f",
    (Stream, "ack"): "32d7171a89b0",
    (Stream, "_c_aiter"): "fa44582a5882",
    (Stream, "_py_aiter"): "3a48ee257a65",
}
OVERRIDING = (BatchConsumer, BatchRecovery, BatchTableManager, PartitionStore, StateTable, EngineApp)


def source_hash(owner: Any, name: str) -> str:
    found = inspect.getattr_static(owner, name)
    function = found.fget if isinstance(found, property) else getattr(found, "fun", found)
    return hashlib.sha256(inspect.getsource(function).encode()).hexdigest()[:12]


def test_versions_are_the_pinned_ones() -> None:
    assert {name: version(name) for name in VERSIONS} == VERSIONS


@pytest.mark.parametrize(("owner", "name"), PINS, ids=lambda part: getattr(part, "__name__", part))
def test_the_method_is_the_one_that_was_read(owner: Any, name: str) -> None:
    assert source_hash(owner, name) == PINS[owner, name], inspect.getsource(owner)


def test_every_overridden_method_is_pinned() -> None:
    pinned = {name for _, name in PINS}
    for overriding in OVERRIDING:
        base = overriding.__mro__[1]
        overridden = {name for name in vars(overriding) if not name.startswith("__") and hasattr(base, name)}
        assert overridden - FREE <= pinned, overriding


# Attributes that mode or typing sets on every class, and plain data.
FREE = {"_abc_impl", "abstract", "logger", "log", "app", "_standby"}
