"""The protocol of items that nobody has played: hidden from learning, ranked by their catalogue records."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from models.cold_items import (
    ColdFigures,
    ColdRanker,
    MostTagged,
    expect_by_chance,
    hide_items,
    judge_cold,
)
from models.events import CatalogRecord, Event
from models.held_out import micro_batches
from streams.commands.console import fail
from streams.commands.figures.contestants import new_core
from streams.commands.figures.discoveries import MICRO_BATCH, ring_for
from streams.commands.figures.learning import learn_all, shown
from streams.commands.figures.report import Row

RANDOM: Final = "random"
COLD_RANKERS: Final = ("segue", "most-tagged", RANDOM)


def cold_items(
    names: Sequence[str],
    records: Sequence[CatalogRecord],
    events: Sequence[Event],
    *,
    share: float,
    ring_events: int,
    listeners: int,
    seed: int,
) -> list[Row]:
    """Hide a share of all items and rank them for those who have some, by one model after the other."""
    if not 0 < share < 1:
        fail(f"--cold-items {share:g} hides no share of the items.", "Name one between 0 and 1, as in 0.1.")
    if not records:
        fail(
            "The logs say nothing of their items.", "Name logs with catalogue records, as of --format hetrec."
        )
    split = hide_items(events, share=share, seed=seed)
    if not split.targets or not split.learned:
        fail("Nobody played an item that could be hidden.", "Name a larger log, or another share.")
    rows, ring_events = [], min(ring_events, ring_for(split.learned))
    for name in names:
        if name == RANDOM:
            rows.append(Row(name, _numbers(expect_by_chance(split, listeners=listeners, seed=seed))))
            continue
        model = _ranker(name, records, ring_events)
        seconds = learn_all(model.learn_many, micro_batches(shown(split.learned), size=MICRO_BATCH))
        numbers = _numbers(judge_cold(model, split, listeners=listeners, seed=seed))
        speed = {"events_per_second": round(len(split.learned) / seconds)} if name == "segue" else {}
        rows.append(Row(name.replace("-", " "), numbers | speed))
    return rows


def _ranker(name: str, records: Sequence[CatalogRecord], ring_events: int) -> ColdRanker:
    if name == "most-tagged":
        return MostTagged(records)
    # numba takes a second to load: say first what is wrong with the files.
    from models.newcomers import Newcomers

    return Newcomers(new_core(records, ring_events), records)


def _numbers(figures: ColdFigures) -> dict[str, float]:
    return {
        "listeners": figures.listeners,
        "hidden_items": figures.hidden,
        "recall@20": round(figures.recall_at_20, 4),
        "ndcg@20": round(figures.ndcg_at_20, 4),
    }
