"""Partition batches on Faust: state that includes every record exactly once, whatever is killed."""

from streams.declaration import Topic, TopicMismatch, declare
from streams.engine.agent import partition_agent
from streams.engine.app import EngineApp, EngineOptions, create_app
from streams.engine.failure import EXIT_FAILED, DeliveryFailed, SourceRewound
from streams.engine.records import Batch, Commit, DeadLetter, Handler, Output, Record, StateReader
from streams.engine.table import StateTable
from streams.engine.watchdog import Watchdog
from streams.engine.worker import run_worker

__all__ = [
    "EXIT_FAILED",
    "Batch",
    "Commit",
    "DeadLetter",
    "DeliveryFailed",
    "EngineApp",
    "EngineOptions",
    "Handler",
    "Output",
    "Record",
    "SourceRewound",
    "StateReader",
    "StateTable",
    "Topic",
    "TopicMismatch",
    "Watchdog",
    "create_app",
    "declare",
    "partition_agent",
    "run_worker",
]
