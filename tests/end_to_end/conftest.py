"""A Kafka of its own for each module: topics have fixed names, and tests must not meet."""

from collections.abc import Iterator

import pytest

from streams.broker import LocalBroker


@pytest.fixture(scope="module")
def module_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Kafka that only this module uses."""
    with LocalBroker.start(tmp_path_factory.mktemp("kafka")) as running:
        yield running.bootstrap


@pytest.fixture(scope="module")
def faults_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalBroker]:
    """A Kafka that only this module uses, and may restart."""
    with LocalBroker.start(tmp_path_factory.mktemp("kafka")) as running:
        yield running
