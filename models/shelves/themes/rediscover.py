"""Rediscover: what the listener played several times, but not this week."""

from __future__ import annotations

from typing import Final

from models.features import Feature
from models.shelves.kind import ShelfKind
from models.shelves.query import at_least
from models.slate import Because

SEVERAL: Final = 0.2772
"""Three plays, as the feature counts them: log2(1 + 3) x 0.1386."""
A_WHILE: Final = 0.6649
"""A week, as the feature counts it: log2(1 + minutes) x 0.05."""

SHELF: Final = ShelfKind(
    id="rediscover",
    title="Rediscover",
    expected=0.24,
    query=((at_least(Feature.PLAYS, SEVERAL),), (at_least(Feature.AGE, A_WHILE),)),
    because=Because.REDISCOVER,
)
