"""What each source of evidence brings on a real log, and what it costs on a full ring."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from models.candidates import Candidates, generate_candidates
from models.evaluation import RankingFigures, progressive_validation
from models.events import CatalogRecord, Event
from models.features import POOL_FEATURES, Feature
from models.personalizer import Personalizer
from models.ranker import Ranking, rank
from models.shelves import NEXT_UP
from models.standalone import NextUp, Standalone
from models.state import ListenerState

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


class Without(Personalizer):
    """A personalizer that some features are hidden from, in both stages."""

    def hide(self, hidden: Iterable[Feature]) -> None:
        """Hide features from now on."""
        self._hidden = np.array(sorted(hidden), np.int64)
        self._heard = np.ones(POOL_FEATURES, np.float32)
        self._heard[self._hidden[self._hidden < POOL_FEATURES]] = 0

    def _rank(self, listener: ListenerState) -> Ranking:
        own = listener.profile.own
        candidates: Candidates = generate_candidates(
            listener.history,
            tastes=listener.profile.tastes,
            catalogue=self.catalogue,
            now_seconds=listener.profile.at,
            recall=(self.weights.ranker.recall + own.recall) * self._heard,
        )
        candidates.features[self._hidden] = 0
        return rank(candidates, self.weights.ranker, own)


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
        core = Standalone(ring_events=ring_events, shelves=(NEXT_UP,))
        personalizer = Without(
            catalogue=core.catalogue, weights=core.personalizer.weights, shelves=(NEXT_UP,)
        )
        personalizer.hide(hidden)
        core.personalizer = personalizer
        core.learn_catalog(records)
        ablations.append(Ablation(without, progressive_validation(NextUp(core), events)))
        progress(f"without {without}: recall@20 {ablations[-1].figures.recall_at_20:.4f}")
    return ablations
