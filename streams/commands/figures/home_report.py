"""What became of simulated people -> the figures that are printed: ratios, policies, trade-off, habits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from statistics import fmean
from typing import Final

import numpy as np

from models.home.comparison import compare
from models.home.diary import AROUND_DAY_30, LifeFigures
from models.listeners.habits import Habits
from streams.commands.figures.simulated_home import Outcome

_RATIOS: Final[Mapping[str, str]] = {
    "durable_discoveries_ratio": "durable_discoveries",
    "completed_plays_ratio": "completed_plays",
    "day30_return_ratio": "days_around_30",
}
_BOOTSTRAP_SEED: Final = 1


def ratios(live: Sequence[Outcome], greedy: Sequence[Outcome]) -> dict[str, object]:
    """Each ratio of live to greedy by its name, with its 95% interval under `intervals`."""
    found = {
        name: compare(_column(live, figure), _column(greedy, figure), seed=_BOOTSTRAP_SEED)
        for name, figure in _RATIOS.items()
    }
    return {name: round(one.ratio, 4) for name, one in found.items()} | {
        "intervals": {name: [round(one.low, 4), round(one.high, 4)] for name, one in found.items()}
    }


def policy_figures(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of one policy over all its listeners and seeds."""
    lives = [life for outcome in outcomes for life in outcome.lives]
    total = {field.name: sum(getattr(life, field.name) for life in lives) for field in fields(LifeFigures)}
    completed, days = max(1, total["completed_plays"]), outcomes[0].trial.days
    return {
        "completed_plays": total["completed_plays"],
        "skips": total["skips"],
        "first_listens": total["first_listens"],
        "durable_discoveries": total["durable_discoveries"],
        "day30_return": round(total["days_around_30"] / (len(lives) * len(AROUND_DAY_30)), 4),
        "active_last_30_days": round(total["last_days"] / (len(lives) * min(30, days)), 4),
        "skip_share": round(total["skips"] / max(1, total["skips"] + total["completed_plays"]), 4),
        "repeat_share": round(total["repeats"] / completed, 4),
        "from_home_share": round(total["from_home"] / completed, 4),
    }


def trade_off(outcomes: Sequence[Outcome]) -> list[dict[str, float]]:
    """A point for each setting of the knob: what is discovered to last, against what is completed."""
    return [
        {"discovery": outcome.trial.discovery}
        | {
            name: sum(getattr(life, name) for life in outcome.lives)
            for name in ("completed_plays", "durable_discoveries", "first_listens")
        }
        for outcome in outcomes
    ]


def mean_habits(habits: Sequence[Habits]) -> dict[str, float]:
    """The mean over listeners of each figure."""
    rows = [asdict(one) for one in habits]
    return {name: round(fmean(row[name] for row in rows), 3) for name in rows[0]}


def _column(outcomes: Sequence[Outcome], figure: str) -> list[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    return [np.array([getattr(life, figure) for life in outcome.lives], np.float64) for outcome in outcomes]
