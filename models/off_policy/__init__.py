"""Judging a policy from what another one logged."""

from models.off_policy.estimator import (
    WEIGHT_CAP,
    Estimate,
    PolicyEstimator,
    PolicyValue,
    decode_estimator,
    encode_estimator,
)
from models.off_policy.outcomes import (
    OUTCOME,
    Outcome,
    OutcomeBlock,
    OutcomeRows,
    outcome_rows,
    pack_outcomes,
    unpack_outcomes,
)

__all__ = [
    "OUTCOME",
    "WEIGHT_CAP",
    "Estimate",
    "Outcome",
    "OutcomeBlock",
    "OutcomeRows",
    "PolicyEstimator",
    "PolicyValue",
    "decode_estimator",
    "encode_estimator",
    "outcome_rows",
    "pack_outcomes",
    "unpack_outcomes",
]
