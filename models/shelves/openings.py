"""Openings: which shelves have something to be about, and which candidates may stand on each."""

from __future__ import annotations

from models.compiled import compiled
from models.features import Float32s
from models.shelves.anchors import About, Bools, Int64s, Pool, find_anchors
from models.shelves.query import Conditions, find_eligible, state_facts


@compiled
def find_open(
    features: Float32s,
    pool: Pool,
    about: About,
    order: Int64s,
    anchored: Int64s,
    conditions: Conditions,
) -> tuple[Int64s, Bools]:
    """What shelves are about (int64, ANCHORS) and which candidates may stand on each (bool, shelves x n)."""
    anchors = find_anchors(features, pool, order, about)
    facts = state_facts(features, pool, anchors, about)
    eligible = find_eligible(features, facts, conditions, len(anchored))
    for shelf in range(len(anchored)):
        if anchors[anchored[shelf]] < 0:
            eligible[shelf] = False
    for key in about.banned:
        for item in range(features.shape[1]):
            if pool.keys[item] == key:
                eligible[:, item] = False
    return anchors, eligible
