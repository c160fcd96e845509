"""What each source of evidence brings on a real log, and what it costs on a full ring."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from models.evaluation import RankingFigures, progressive_validation
from models.events import CatalogRecord, Event
from models.features import Feature
from models.shelves import NEXT_UP
from models.standalone import NextUp, Standalone

GROUPS: Final[Mapping[str, Sequence[Feature]]] = {
    "orders 2 and 3": (Feature.SECOND_ORDER, Feature.THIRD_ORDER),
    "longest match": (Feature.LONGEST_MATCH, Feature.LONGEST_MATCH_PLACE),
    "rules": (Feature.RULES,),
    "successors (all three and order 1)": (
        *(Feature.FIRST_ORDER, Feature.SECOND_ORDER, Feature.THIRD_ORDER, Feature.FIRST_ORDER_PLACE),
        *(Feature.LONGEST_MATCH, Feature.LONGEST_MATCH_PLACE, Feature.RULES),
    ),
    "everyone's successors": (
        *(Feature.EVERYONE_AFTER_LAST, Feature.EVERYONE_AFTER_CONTEXT, Feature.EVERYONE_PLACE),
    ),
    "sessions, position kernel": (Feature.SESSIONS_NEAR, Feature.SESSIONS_NEAR_PLACE),
    "sessions (both)": (
        *(Feature.SESSIONS_NEAR, Feature.SESSIONS_NEAR_PLACE),
        *(Feature.SESSIONS_BAG, Feature.SESSIONS_BAG_PLACE),
    ),
    "artists": (
        *(Feature.ARTIST_FOLLOWS, Feature.ARTIST_RULES, Feature.SAME_ARTIST),
        *(Feature.ARTIST_LATELY, Feature.ARTIST_LASTING, Feature.ARTIST_AGE),
    ),
    "decayed counts": (Feature.PLAYED_LATELY, Feature.PLAYED_MONTH, Feature.PLAYED_YEARS),
    "recency": (Feature.AGE, Feature.OLDEST, Feature.FRESHNESS, Feature.RETURN),
    "skips": (Feature.SKIP_SHARE, Feature.LAST_SKIPPED),
    "popularity": (Feature.POPULARITY,),
    "tastes": (Feature.TASTE_SESSION, Feature.TASTE_WEEKS, Feature.TASTE_YEARS),
    "contexts": (Feature.TASTE_CONTEXT,),
    "places": tuple(feature for feature in Feature if feature.name.endswith("_PLACE")),
    "the moment": tuple(feature for feature in Feature if feature.name.startswith("MOMENT_")),
}
"""What is left out together. Items that a source alone proposes stay in the pool, unspoken for."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """The figures without one group; "nothing" is the whole system."""

    without: str
    figures: RankingFigures


def measure_ablations(
    records: Sequence[CatalogRecord],
    events: Sequence[Event],
    *,
    ring_events: int,
    progress: Callable[[str], None],
) -> list[Ablation]:
    """Backtest with everything, then without each group in turn."""
    ablations = []
    for without, hidden in {"nothing": (), **GROUPS}.items():
        core = Standalone(ring_events=ring_events, shelves=(NEXT_UP,), hidden=hidden)
        core.learn_catalog(records)
        ablations.append(Ablation(without, progressive_validation(NextUp(core), events)))
        progress(f"without {without}: recall@20 {ablations[-1].figures.recall_at_20:.4f}")
    return ablations
