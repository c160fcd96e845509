"""A worker's copy of the models: what cannot be read is refused, and the last good one kept."""

import logging
import time
from dataclasses import replace

import numpy as np
import pytest
from confluent_kafka import Producer

from models.catalogue import Catalogue
from models.ranker import RankerWeights
from models.trainer import Trainer, encode_model_weights
from streams.declaration import declare
from streams.replica import Replica
from streams.settings import Settings
from streams.topics import MODEL_WEIGHTS, MODELS_KEY, declared_topics

GOOD = Trainer().weights()


def numbered(version):
    return replace(GOOD, ranker=RankerWeights(version, GOOD.ranker.numbers))


def spoilt():
    """Weights that no worker may score with, and what is said of each."""
    numbers = GOOD.ranker.numbers.copy()
    numbers[7] = np.nan
    data = encode_model_weights(GOOD)
    return {
        "not finite": encode_model_weights(replace(GOOD, ranker=RankerWeights(8, numbers))),
        "bytes, expected": data[:-8],
        "of version 1": data[:4] + b"\x01" + data[5:],
        "models of 0 bytes": b"",
    }


@pytest.fixture
def replica(module_broker):
    declare(module_broker, declared_topics(Settings()))
    send(module_broker, encode_model_weights(numbered(7)))
    failures = []
    following = Replica(module_broker, on_failure=failures.append)
    following.load()
    yield following
    following.stop()
    assert failures == []


def send(brokers, *values):
    producer = Producer({"bootstrap.servers": brokers})
    for value in values:
        producer.produce(MODEL_WEIGHTS.name, value, MODELS_KEY, partition=0)
    assert producer.flush(30) == 0


def wait_until(replica, offset):
    deadline = time.monotonic() + 30
    while replica.position(MODEL_WEIGHTS.name, 0) < offset:
        assert time.monotonic() < deadline, "the weights did not arrive"
        time.sleep(0.02)


def test_spoilt_weights_are_refused_and_the_last_good_ones_kept(module_broker, replica, caplog):
    catalogue = Catalogue()
    assert replica.apply(catalogue).ranker.version == 7
    with caplog.at_level(logging.ERROR):
        send(module_broker, *spoilt().values())
        wait_until(replica, 1 + len(spoilt()))
    assert replica.apply(catalogue) is None
    for nth, (reason, line) in enumerate(zip(spoilt(), caplog.messages, strict=True)):
        assert reason in line
        assert f"{MODEL_WEIGHTS.name}-0, offset {1 + nth}:" in line
        assert "the last good one is kept" in line
    send(module_broker, encode_model_weights(numbered(9)))
    wait_until(replica, 2 + len(spoilt()))
    assert replica.apply(catalogue).ranker.version == 9
