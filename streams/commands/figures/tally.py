"""Targets -> figures: for each model over all, over repeats and discoveries, by group, and along the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Final

from models.evaluation import DEPTH, RankingFigures, RankingMetrics
from models.side_by_side import Novelty, Target

WINDOWS: Final = 100


class By(StrEnum):
    """What figures can be taken apart by."""

    LISTENER = "listener"
    SESSION_START = "session-start"
    REPEAT = "repeat"
    DISCOVERY = "discovery"


GROUP_OF: Final[Mapping[By, Callable[[Target], str]]] = {
    By.LISTENER: lambda target: target.event.user,
    By.SESSION_START: lambda target: "session start" if target.opens_session else "within a session",
    By.REPEAT: lambda target: "repeat" if target.novelty is Novelty.REPEAT else "discovery",
    By.DISCOVERY: lambda target: target.novelty.value,
}


class Tally:
    """The places of one model's targets, counted."""

    def __init__(self) -> None:
        self._all = RankingMetrics()
        self._repeats = RankingMetrics()
        self._discoveries = RankingMetrics()
        self._groups: dict[str, RankingMetrics] = {}
        self.found = bytearray()
        """For each target in order, 1 if it was among the first 20."""

    def add(self, place: int | None, target: Target, group: str | None) -> None:
        """Count a target at its place, in its group if figures are taken apart."""
        self._all.add(place)
        (self._repeats if target.novelty is Novelty.REPEAT else self._discoveries).add(place)
        if group is not None:
            self._groups.setdefault(group, RankingMetrics()).add(place)
        self.found.append(place is not None and place <= DEPTH)

    def numbers(self) -> dict[str, float]:
        """The figures over all targets by their usual names."""
        return figures_by_name(self._all.figures()) | {
            "repeat_recall@20": round(self._repeats.figures().recall_at_20, 4),
            "discovery_recall@20": round(self._discoveries.figures().recall_at_20, 4),
        }

    def groups(self) -> dict[str, dict[str, float]]:
        """The figures of each group, by its name, in the order of names."""
        return {name: figures_by_name(self._groups[name].figures()) for name in sorted(self._groups)}


def figures_by_name(figures: RankingFigures) -> dict[str, float]:
    """Name figures as the field does."""
    return {
        "targets": figures.targets,
        "hit@1": round(figures.hit_at_1, 4),
        "recall@10": round(figures.recall_at_10, 4),
        "recall@20": round(figures.recall_at_20, 4),
        "mrr@20": round(figures.mrr_at_20, 4),
    }


def running_recall(found: Sequence[int], windows: int = WINDOWS) -> tuple[list[float], list[float]]:
    """Recall along the log: (targets so far at the middle of each window, recall within it).

    Windows hold the same number of targets, so that each point is as certain as the next.

    >>> running_recall([1, 0, 0, 0, 1, 1], windows=3)
    ([1.0, 3.0, 5.0], [0.5, 0.0, 1.0])
    """
    if not found:
        return [], []
    edges = sorted({len(found) * window // windows for window in range(windows + 1)})
    pairs = list(pairwise(edges))
    recall = [sum(found[start:stop]) / (stop - start) for start, stop in pairs]
    return [(start + stop) / 2 for start, stop in pairs], recall
