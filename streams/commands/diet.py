"""`segue diet`: what each listener plays and would be shown, week by week, and when that narrows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import orjson
import typer
from rich.console import Console
from rich.table import Table

from models.events import CatalogRecord, Event
from streams.commands.console import fail
from streams.commands.figures.contestants import new_core
from streams.commands.figures.diet_plot import plot_diets
from streams.commands.figures.learning import shown
from streams.commands.figures.plot import check_plot
from streams.commands.logs import read_log, simulate_log
from streams.settings import BadSetting, read_settings
from streams.sources import Format

if TYPE_CHECKING:
    from models.diet.weeks import WeekOfDiet

COLUMNS: Final = {
    "plays": ("plays", ",d"),
    "distance": ("distance", ".3f"),
    "novelty": ("bits", ".2f"),
    "serendipity": ("serendipity", ".3f"),
    "gini": ("Gini", ".2f"),
    "shown_distance": ("shown:\ndistance", ".3f"),
    "shown_gini": ("\nGini", ".2f"),
    "lift": ("\nlift", "+.2f"),
    "exploration": ("alarm", ".2f"),
}
"""What the table tells of a week: its heading, and how it is written."""
BARS: Final = "▁▂▃▄▅▆▇█"
LINES: Final = ("distance", "novelty", "serendipity")
LONGEST_LINE: Final = 60
"""Weeks in a line of bars, the last ones."""

Numbers = Mapping[str, float]
Weeks = dict[str, dict[str, Numbers]]
"""Listener -> the Monday that a week began on -> its numbers."""


def diet(
    paths: Annotated[list[Path] | None, typer.Argument(help="Listening logs, merged by time.")] = None,
    format: Annotated[Format, typer.Option(help="What wrote the logs.")] = Format.CSV,
    user: Annotated[str, typer.Option(help="The listener of rows that name none.")] = "me",
    simulated: Annotated[
        int | None, typer.Option(min=1, help="Look at so many simulated listeners, instead of logs.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the weeks to this file (needs matplotlib).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")] = False,
) -> None:
    """Tell how varied, little known and surprising each listener's weeks were, and when that narrowed."""
    if plot is not None:
        check_plot(plot)
    records, events = _read(paths or [], format, user, simulated)
    weeks = _weeks(records, events)
    if plot is not None:
        _draw(plot, weeks)
    if as_json:
        typer.echo(orjson.dumps({"listeners": weeks}))
        return
    for listener, of_listener in weeks.items():
        Console().print(_table(listener, of_listener))
        for name in LINES:
            line = bars([numbers[name] for numbers in of_listener.values()][-LONGEST_LINE:])
            Console().print(f"{name:>12}  {line}", markup=False, highlight=False)


def _read(
    paths: Sequence[Path], format: Format, user: str, simulated: int | None
) -> tuple[list[CatalogRecord], list[Event]]:
    if simulated and paths:
        fail("Logs and --simulated are two things to look at.", "Leave one of them out.")
    if simulated:
        return simulate_log(simulated)
    if not paths:
        fail("There is nothing to look at.", "Name a listening log, or look at --simulated listeners.")
    return read_log(paths, format, user)


def _weeks(records: Sequence[CatalogRecord], events: Sequence[Event]) -> Weeks:
    # numba takes a second to load: say first what is wrong with the files.
    from models.diet.weeks import weeks_of_diet

    try:
        ring_events = read_settings(os.environ).ring_events
    except BadSetting as error:
        fail(str(error), "Correct it, or unset it to get the default.")
    weeks: Weeks = {}
    for week in weeks_of_diet(new_core(records, ring_events), shown(events)):
        began = datetime.fromtimestamp(week.began, UTC).date().isoformat()
        weeks.setdefault(week.user, {})[began] = _numbers(week)
    return {listener: weeks[listener] for listener in sorted(weeks)}


def _numbers(week: WeekOfDiet) -> Numbers:
    from models.diet.measures import Measure

    named = ("distance", Measure.DISTANCE), ("novelty", Measure.NOVELTY), ("serendipity", Measure.SERENDIPITY)
    played = {name: float(week.played[measure]) for name, measure in named}
    of_rows = {f"shown_{name}": float(week.shown[measure]) for name, measure in named}
    others = {
        "gini": week.gini,
        "shown_gini": week.shown_gini,
        "lift": week.lift,
        "exploration": week.exploration,
    }
    numbers = {name: round(number, 4) for name, number in (played | of_rows | others).items()}
    return {"plays": week.plays} | numbers


def _draw(path: Path, weeks: Weeks) -> None:
    try:
        plot_diets(path, weeks)
    except OSError as error:
        fail(f"The file cannot be written: {error}", "Name another file, or free some space.")


def _table(listener: str, weeks: Mapping[str, Numbers]) -> Table:
    # Eighty columns hold a date and nine numbers with a space between them, not with two.
    table = Table(box=None, padding=(0, 0, 0, 1))
    table.add_column(listener, no_wrap=True)
    for heading, _ in COLUMNS.values():
        table.add_column(heading, justify="right")
    for began, numbers in weeks.items():
        written = {name: format(numbers[name], how) for name, (_, how) in COLUMNS.items()}
        if numbers["exploration"] == 1.0:
            written["exploration"] = ""
        table.add_row(began, *written.values())
    return table


def bars(numbers: Sequence[float]) -> str:
    """Draw numbers as a line of bars, the least the lowest.

    >>> bars([1.0, 2.0, 8.0])
    '▁▂█'
    """
    least, span = min(numbers), max(numbers) - min(numbers)
    steps = [(number - least) / span if span else 0.0 for number in numbers]
    return "".join(BARS[round(step * (len(BARS) - 1))] for step in steps)
