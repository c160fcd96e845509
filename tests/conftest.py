"""Fixtures of every suite: a real Kafka, shared by a session or private to a test."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from streams.broker import LocalBroker
from tests.warming import Warming

# Machines are noisy and the first call of a compiled pass compiles it: time is measured in benchmarks/.
settings.register_profile("segue", deadline=None, derandomize=True)
settings.load_profile("segue")


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the session's Kafka: ``SEGUE_BROKERS`` when set, else one of its own.

    A Kafka that does not start fails the test; nothing is skipped for want of one.
    """
    given = os.environ.get("SEGUE_BROKERS")
    if given:
        yield given
        return
    with LocalBroker.start(tmp_path_factory.mktemp("kafka")) as running:
        yield running.bootstrap


@pytest.fixture(scope="session")
def warming(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warming]:
    """A process that compiles every pass."""
    process = Warming(tmp_path_factory.mktemp("compiled"))
    yield process
    process.stop()


@pytest.fixture(scope="session", autouse=True)
def _begin_warming(request: pytest.FixtureRequest) -> None:
    """Let the process that compiles run beside the first tests, where any test waits for it."""
    if any("warming" in getattr(item, "fixturenames", ()) for item in request.session.items):
        request.getfixturevalue("warming")


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[LocalBroker]:
    """A Kafka for one test, which may stop, kill and restart it."""
    with LocalBroker.start(tmp_path / "kafka") as running:
        yield running
