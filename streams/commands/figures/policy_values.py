"""Values of policies with their intervals: a document for a program, a table with bars for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.table import Table
from rich.text import Text

from models.off_policy import Estimate, PolicyValue
from models.off_policy.coverage import Coverage, CoverageFigures

BAR: Final = 28
"""Characters of a bar, from 0 to the largest end of an interval."""


def values_of(estimate: Estimate) -> dict[str, PolicyValue]:
    """Name the values by their estimators."""
    return {"ips": estimate.ips, "snips": estimate.snips, "dr": estimate.dr}


def estimate_document(estimate: Estimate, *, on_policy: float | None = None) -> dict[str, object]:
    """Make one JSON object of an estimate, and of the mean reward in the policy's own log if there is one."""
    document: dict[str, object] = {
        "count": estimate.count,
        "capped": estimate.capped,
        "mean_weight": estimate.mean_weight,
    }
    if on_policy is not None:
        document["on_policy"] = on_policy
    for name, value in values_of(estimate).items():
        document[name] = {
            "value": value.value,
            "interval": [value.low, value.high],
            "effective_sample_size": estimate.effective_sample_size,
        }
        if on_policy is not None:
            document[name] |= {"on_policy_within": value.low <= on_policy <= value.high}  # type: ignore[operator]
    return document


def estimates_table(estimates: Mapping[str, Estimate], *, on_policy: float | None = None) -> Table:
    """Make a table, three rows a policy: what each estimator says, and its interval drawn to scale."""
    most = max(value.high for one in estimates.values() for value in values_of(one).values())
    table = Table("policy", "", box=None)
    for title in ("value", "from", "to"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column(f"0{most:>{BAR - 1}.3g}", no_wrap=True)
    for policy, estimate in estimates.items():
        basis = f"{estimate.count:,} rows", f"worth {estimate.effective_sample_size:,.0f}"
        names = (Text(policy, style="bold"), *(Text(words, style="dim") for words in basis))
        for name, (estimator, value) in zip(names, values_of(estimate).items(), strict=True):
            numbers = (f"{number:.5f}" for number in (value.value, value.low, value.high))
            table.add_row(name, estimator, *numbers, _bar(value, most, on_policy))
        if estimate.capped:
            table.add_row(Text(f"{estimate.capped:,} capped", style="yellow"))
    return table


def coverage_document(figures: CoverageFigures, *, impressions: int) -> dict[str, object]:
    """Make one JSON object of the figures of simulated logs; on top are those of the worst estimator."""
    three = {"ips": figures.ips, "snips": figures.snips, "dr": figures.dr}
    return {
        "runs": figures.runs,
        "impressions": impressions,
        **_coverage(figures.worst),
        "by_estimator": {name: _coverage(one) for name, one in three.items()},
        "fixed_time": {
            "coverage": figures.fixed_time,
            "coverage_without_peeking": figures.fixed_time_at_end,
        },
        "effective_sample_share": figures.effective_sample_share,
        "weight_cap": figures.weight_cap,
    }


def coverage_table(figures: CoverageFigures, *, impressions: int) -> Table:
    """Make a table of how often intervals held the truth."""
    title = f"{figures.runs:,} logs of {impressions:,} impressions"
    table = Table("", box=None, title=title, title_justify="left")
    for column in ("held the truth", "half-width / truth"):
        table.add_column(column, justify="right")
    for name, one in (("ips", figures.ips), ("snips", figures.snips), ("dr", figures.dr)):
        table.add_row(name, f"{one.coverage:.1%}", f"{one.relative_half_width:.3f}")
    table.add_row("fixed-time interval", f"{figures.fixed_time:.1%}", "")
    table.add_row("  looked at once", f"{figures.fixed_time_at_end:.1%}", "", style="dim")
    return table


def _coverage(one: Coverage) -> dict[str, float]:
    return {"coverage": one.coverage, "relative_half_width": one.relative_half_width}


def _bar(value: PolicyValue, most: float, on_policy: float | None) -> Text:
    """Draw an interval with its value, and where the policy's own log stands."""
    marks = dict.fromkeys(range(_place(value.low, most), _place(value.high, most) + 1), "─")
    marks |= {_place(value.low, most): "├", _place(value.high, most): "┤", _place(value.value, most): "●"}
    bar = Text("".join(marks.get(place, " ") for place in range(BAR)), style="cyan")
    if on_policy is not None and on_policy <= most:
        place = _place(on_policy, most)
        return Text.assemble(bar[:place], ("◆", "bold yellow"), bar[place + 1 :])
    return bar


def _place(number: float, most: float) -> int:
    return min(BAR - 1, int(number / most * BAR))
