"""Every topic, in the order in which data flows: its name, its key, and how Kafka keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from streams import declaration
from streams.settings import Settings

_COMPACTED: Final = {"cleanup.policy": "compact"}
_ANY_SIZE: Final = {"max.message.bytes": str(16 << 20)}
"""Producers may send too much; it must arrive to be refused with a reason."""
_A_WEEK: Final = {"cleanup.policy": "delete", "retention.ms": str(7 * 86_400_000)}


@dataclass(frozen=True, slots=True)
class Topic:
    """A named log; `partitions` is None where the deployment chooses."""

    name: str
    key: str
    partitions: int | None = None
    config: Mapping[str, str] = field(default_factory=dict)


LISTENING_EVENTS: Final = Topic("listening-events", key="user", config=_ANY_SIZE)
CATALOG: Final = Topic("catalog", key="item", config=_COMPACTED | _ANY_SIZE)
PLAYLISTS: Final = Topic("playlists", key="playlist", config=_COMPACTED | _ANY_SIZE)
RECOMMENDATIONS: Final = Topic("recommendations", key="user")
EXPLANATIONS: Final = Topic("explanations", key="user", config=_A_WEEK | _ANY_SIZE)
ITEM_SIGNALS: Final = Topic("item-signals", key="none: the partition owns the items")
ITEM_MODELS: Final = Topic("item-models", key="item", config=_COMPACTED)
EXAMPLES: Final = Topic("examples", key="model", partitions=1)
MODEL_WEIGHTS: Final = Topic("model-weights", key="model", partitions=1, config=_COMPACTED)
OUTCOMES: Final = Topic("outcomes", key="policies", partitions=1)
POLICY_ESTIMATES: Final = Topic("policy-estimates", key="policy", partitions=1, config=_COMPACTED)
DEAD_LETTERS: Final = Topic("dead-letters", key="that of the refused record", config=_ANY_SIZE)

MODELS_KEY: Final = b"models"
"""Key of examples and of the weights that are learned from them."""
POLICIES_KEY: Final = b"policies"
"""Key of outcomes: those of all policies that are judged come together."""

TOPICS: Final = (
    LISTENING_EVENTS,
    CATALOG,
    PLAYLISTS,
    RECOMMENDATIONS,
    EXPLANATIONS,
    ITEM_SIGNALS,
    ITEM_MODELS,
    EXAMPLES,
    MODEL_WEIGHTS,
    OUTCOMES,
    POLICY_ESTIMATES,
    DEAD_LETTERS,
)


def declared_topics(settings: Settings) -> list[declaration.Topic]:
    """All topics as this deployment needs them to exist."""
    return [
        declaration.Topic(
            topic.name,
            partitions=topic.partitions or settings.partitions,
            replication=settings.replication,
            config=topic.config,
        )
        for topic in TOPICS
    ]


_RECORD_SUFFIX: Final = b"\0record"


def record_key(item: str) -> bytes:
    """Key under which an item's catalog record stands in `item-models`, beside its numbers."""
    return item.encode() + _RECORD_SUFFIX


def is_record_key(key: bytes) -> bool:
    """Whether a key of `item-models` names a catalog record rather than numbers."""
    return key.endswith(_RECORD_SUFFIX)
