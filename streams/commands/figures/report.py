"""Rows of figures -> a table for a person, one JSON object for a program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A model, its figures by name, and those of each group where they are taken apart."""

    model: str
    numbers: Numbers
    groups: Mapping[str, Numbers] = field(default_factory=dict)


def title(name: str) -> str:
    """Write a model's name as people read it."""
    return name.replace("-", " ")


def as_document(rows: Sequence[Row]) -> dict[str, object]:
    """Make one JSON object: the first row's figures, the others under `baselines`, the groups under `by`."""
    document: dict[str, object] = dict(rows[0].numbers)
    if len(rows) > 1:
        document["baselines"] = {row.model: dict(row.numbers) for row in rows[1:]}
    if rows[0].groups:
        document["by"] = {
            group: {row.model: dict(row.groups[group]) for row in rows} for group in rows[0].groups
        }
    return document


def as_tables(rows: Sequence[Row]) -> list[Table]:
    """Make the table of models, a column each, and where figures are taken apart, one of groups."""
    return [_of_models(rows), _of_groups(rows)] if rows[0].groups else [_of_models(rows)]


def _of_models(rows: Sequence[Row]) -> Table:
    table = Table("", box=None)
    for row in rows:
        table.add_column(row.model, justify="right")
    for name in dict.fromkeys(name for row in rows for name in row.numbers):
        table.add_row(name, *(_written(row.numbers, name) for row in rows))
    return table


def _of_groups(rows: Sequence[Row]) -> Table:
    table = Table("", box=None)
    names = list(next(iter(rows[0].groups.values())))
    for name in names:
        table.add_column(name, justify="right")
    for group in rows[0].groups:
        table.add_row(Text(group, style="bold"))
        for row in rows:
            table.add_row(f"  {row.model}", *(_written(row.groups[group], name) for name in names))
    return table


def _written(numbers: Numbers, name: str) -> str:
    """Write a share with its four places, a count with its thousands, nothing where there is no figure."""
    if name not in numbers:
        return ""
    number = numbers[name]
    return f"{number:.4f}" if "@" in name else f"{number:,}"
