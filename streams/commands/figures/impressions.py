"""Logged impressions from CSV: numbers by column, each checked where it stands."""

from __future__ import annotations

import csv
import gzip
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from models.off_policy import OUTCOME, OutcomeRows
from models.off_policy.two_logs import Choices

MOST_ITEM: Final = 9_999
MOST_POSITION: Final = 99
"""Every item is followed in every position: more would be another kind of log."""
_HINT: Final = "Save the log as CSV in UTF-8 (.csv or .csv.gz), with the column names in its first line."


class BadLog(ValueError):
    """A log that cannot be read, or a row of it; `hint` says what to do next."""

    def __init__(self, message: str, *, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers from 0 to `most`; `default` fills it where the log does not have it."""

    most: float
    whole: bool = False
    above_zero: bool = False
    default: float | None = None

    def read(self, text: str) -> float | None:
        """Read a number; None where it is none, or out of range."""
        try:
            number = float(text)
        except ValueError:
            return None
        fits = 0 <= number <= self.most and not (self.whole and number % 1)
        return number if fits and not (self.above_zero and number == 0) else None

    def __str__(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} {'above 0, and at most' if self.above_zero else 'from 0 to'} {self.most:,g}"


SHARE: Final = Column(1.0)
PROPENSITY: Final = Column(1.0, above_zero=True)
OUTCOME_COLUMNS: Final = {
    "logged": PROPENSITY,
    "target": SHARE,
    "reward": SHARE,
    "predicted": Column(1.0, default=0.0),
    "expected": Column(1.0, default=0.0),
}
OPEN_BANDIT_COLUMNS: Final = {
    "item_id": Column(MOST_ITEM, whole=True),
    "position": Column(MOST_POSITION, whole=True),
    "click": SHARE,
    "propensity_score": PROPENSITY,
}


def read_outcomes(paths: Sequence[Path]) -> OutcomeRows:
    """Read logs whose rows name the propensities of both policies; raises `BadLog`."""
    columns = [read_columns(path, OUTCOME_COLUMNS) for path in paths]
    rows = np.zeros(sum(len(one["logged"]) for one in columns), OUTCOME)
    rows["offset"] = np.arange(len(rows))
    for name in OUTCOME_COLUMNS:
        rows[name] = np.concatenate([one[name] for one in columns])
    return rows


def read_open_bandit(paths: Sequence[Path]) -> Choices:
    """Read logs of the Open Bandit Dataset, in order; raises `BadLog`."""
    columns = [read_columns(path, OPEN_BANDIT_COLUMNS) for path in paths]
    joined = {name: np.concatenate([one[name] for one in columns]) for name in OPEN_BANDIT_COLUMNS}
    return Choices(
        items=joined["item_id"].astype(np.int64),
        positions=joined["position"].astype(np.int64),
        propensities=joined["propensity_score"],
        rewards=joined["click"],
    )


def read_columns(path: Path, columns: Mapping[str, Column]) -> dict[str, npt.NDArray[np.float64]]:
    """Read columns by name; row 1 is the header. Raises `BadLog` at the first number that is none."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text)
            header = next(rows, [])
            places = _places(path, header, columns)
            read: dict[str, list[float]] = {name: [] for name in columns}
            for row in rows:
                if row:
                    _read_row(f"{path}, row {rows.line_num}", row, len(header), columns, places, read)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as error:
        raise BadLog(f"{path} cannot be read: {error}", hint=_HINT) from error
    if not read[next(iter(columns))]:
        raise BadLog(f"{path} has no rows.", hint="Name a log with impressions.")
    return {name: np.array(numbers, np.float64) for name, numbers in read.items()}


def _places(path: Path, header: Sequence[str], columns: Mapping[str, Column]) -> dict[str, int]:
    for name, column in columns.items():
        if name not in header and column.default is None:
            have = ", ".join(header)[:200] or "none"
            raise BadLog(f"{path} has no column {name}; it has {have}", hint=_HINT)
    return {name: header.index(name) for name in columns if name in header}


def _read_row(
    where: str,
    row: Sequence[str],
    width: int,
    columns: Mapping[str, Column],
    places: Mapping[str, int],
    read: Mapping[str, list[float]],
) -> None:
    hint = "Correct the row, or leave it out."
    if len(row) != width:
        raise BadLog(f"{where}: it has {len(row)} columns, the header {width}.", hint=hint)
    for name, column in columns.items():
        number = column.read(row[places[name]]) if name in places else column.default
        if number is None:
            raise BadLog(f"{where}, column {name}: {row[places[name]]!r} is not {column}.", hint=hint)
        read[name].append(number)
