"""Why one candidate of a slate stands where it stands, or was not shown, on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from models.page import DEPTH
from streams.commands.figures.signed import by_weight, signed
from streams.demo.names import Names

FEATURES_TOLD: Final = 15
BAR: Final = 16
"""Characters of the longest bar."""

Document = Mapping[str, Any]


def report_candidate(document: Document, names: Names) -> Iterator[RenderableType]:
    """Draw what the score of the one candidate of a document is made of, and how it stood on each shelf."""
    [candidate] = document["candidates"]
    yield Group(
        Text(""), Text.assemble((names.title(candidate["item"]), "bold cyan"), "  ", candidate["item"])
    )
    for table in (_score(candidate), _reasons(candidate), _features(document), _standings(document)):
        yield Padding(table, (1, 0, 0, 2))


def _score(candidate: Document) -> Table:
    parts = {
        "the ranker's": candidate["ranker"] - candidate["said_at_the_start"],
        "said at the start": candidate["said_at_the_start"],
        "for what is new": candidate["discovery"],
        "for the proportions of what is played": candidate["calibration"],
        f"for a skip, of a chance of {candidate['skip_chance']:.0%}": -candidate["skip_penalty"],
    }
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    for name, number in parts.items():
        table.add_row(Text(name, "dim"), Text(signed(number), "dim"))
    table.add_row(f"score, place {candidate['place']} among the candidates", signed(candidate["score"]))
    return table


def _reasons(candidate: Document) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    longest = max(map(abs, candidate["reasons"].values()), default=1.0)
    for name, number in candidate["reasons"].items():
        table.add_row(name.replace("_", " "), signed(number), _bar(number, longest))
    return table


def _features(document: Document) -> Table:
    features = document["candidates"][0]["features"]
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("feature")
    for title in ("is", "adds"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("")
    table.add_column("")
    strongest = list(by_weight(features, of="adds"))[:FEATURES_TOLD]
    for name, number in strongest:
        bar, meaning = _bar(number, abs(strongest[0][1])), Text(document["features"][name], "dim")
        table.add_row(name, f"{features[name]['value']:.2f}", signed(number), bar, meaning)
    return table


def _bar(number: float, longest: float) -> Text:
    return Text("█" * max(1, round(BAR * abs(number) / longest)), "green" if number > 0 else "red")


def _standings(document: Document) -> Table:
    item = document["candidates"][0]["item"]
    table = Table.grid(padding=(0, 2, 0, 0))
    shown_above = False
    for shelf, standing in zip(document["shelves"], document["standings"], strict=False):
        places = [one["item"] for one in shelf["items"]]
        if item in places:
            said, style = f"stands here, at place {places.index(item) + 1}", "green"
        elif shown_above:
            said, style = "stands on a shelf above", "dim"
        elif document["candidates"][0]["banned"]:
            said, style = "the listener banned it", "yellow"
        else:
            said, style = _why_not(standing), ""
        shown_above |= item in places
        table.add_row(Text(shelf["title"], "bold"), Text(said, style))
    return table


def _why_not(standing: Document) -> str:
    if standing["place"] == 0:
        return "asks for something else"
    place = f"place {standing['place']} of {standing['left']} that might stand here"
    if standing["place"] > DEPTH:
        return f"{place}: a row draws from the best {DEPTH}"
    return f"{place}, and was not drawn: to be the first one it had a chance of {standing['chance']:.1%}"
