"""Sample ratio mismatch: whether the listeners who came can have been assigned by the shares."""

from __future__ import annotations

from collections.abc import Mapping
from math import lgamma, log
from typing import Final

from models.experiments.assignment import Experiment

CONCENTRATION: Final = 1_000.0
"""Of the Dirichlet prior around the shares: a share that is 1.5 points off is what is looked for."""
MISMATCH_ALPHA: Final = 0.001
"""How often a sound experiment may ever be called broken."""


def is_mismatched(experiment: Experiment, listeners: Mapping[str, int]) -> bool:
    """Whether the counts of listeners by variant say that assignment is broken; may be asked at every look.

    A variant that loses listeners, or logs them twice, makes every other figure worthless.

    Source: Lindon and Malek 2022, "Anytime-valid inference for multinomial count data".

    >>> from models.experiments.assignment import Variant
    >>> halves = Experiment("home", (Variant("control", 0.5), Variant("discovery", 0.5)))
    >>> is_mismatched(halves, {"control": 5_080, "discovery": 4_920})
    False
    >>> is_mismatched(halves, {"control": 5_300, "discovery": 4_700})
    True
    """
    counts = [listeners.get(variant.name, 0) for variant in experiment.variants]
    evidence = lgamma(CONCENTRATION) - lgamma(CONCENTRATION + sum(counts))
    for variant, count in zip(experiment.variants, counts, strict=True):
        prior = CONCENTRATION * variant.share
        evidence += lgamma(prior + count) - lgamma(prior) - count * log(variant.share)
    return evidence >= -log(MISMATCH_ALPHA)
