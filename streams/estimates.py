"""Estimates as they leave: the JSON of the topic `policy-estimates`.

One record a policy, under its name, the newest of which Kafka keeps::

    {"policy": "plackett-luce/3",    # the policy that is judged, which is the key, too
     "count": 41210,                 # outcomes learned
     "capped": 0,                    # of them, those whose importance weight exceeded the cap
     "cap": 20.0,
     "effective_sample_size": 30211.5,
     "mean_weight": 1.003,           # near 1 where propensities are right
     "ips": {"value": 0.412, "low": 0.371, "high": 0.455},
     "snips": {"value": …, "low": …, "high": …},
     "dr": {"value": …, "low": …, "high": …}}

Values are mean rewards, in [0, 1]; each interval holds the true one with a chance of 95 % at all times at
once, so that anybody may look after every record. A later record of a policy includes the ones before.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import orjson

from models.off_policy import Estimate, PolicyEstimator, PolicyValue
from streams.topic_reader import TopicReader
from streams.topics import POLICY_ESTIMATES

ESTIMATORS = ("ips", "snips", "dr")


class UnreadableEstimate(ValueError):
    """A record of `policy-estimates` is not one."""


def as_document(estimate: Estimate) -> dict[str, Any]:
    """Make an estimate a JSON object."""
    return asdict(estimate)


def encode_estimate(policy: str, estimator: PolicyEstimator) -> bytes:
    """Write what an estimator says of a policy."""
    return orjson.dumps({"policy": policy, "cap": estimator.cap, **as_document(estimator.estimate())})


def decode_estimate(value: bytes | None) -> tuple[str, Estimate]:
    """Read a policy's name and its estimate; unknown fields are ignored.

    Raises:
        UnreadableEstimate: it is no JSON object, or a field is missing.
    """
    try:
        found = orjson.loads(value or b"")
        values = {name: PolicyValue(**found[name]) for name in ESTIMATORS}
        return found["policy"], Estimate(
            count=found["count"],
            capped=found["capped"],
            effective_sample_size=found["effective_sample_size"],
            mean_weight=found["mean_weight"],
            **values,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableEstimate(f"a record of {POLICY_ESTIMATES.name} cannot be read: {error}") from None


def read_estimates(brokers: str) -> dict[str, Estimate]:
    """Read the newest estimate of each policy, by name.

    Raises:
        Unreachable: Kafka does not answer, or the topic is missing.
        UnreadableEstimate: a record is not one.
    """
    with TopicReader(brokers, POLICY_ESTIMATES.name, from_beginning=True) as reader:
        newest = dict(decode_estimate(message.value()) for message in reader.read_to_end())
    return dict(sorted(newest.items()))
