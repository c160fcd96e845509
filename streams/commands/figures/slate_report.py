"""Why a slate is what it is, on a terminal; everything comes from the document of `slate_document`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.commands.figures.candidate_report import report_candidate
from streams.commands.figures.signed import ago, by_weight, listed, signed
from streams.demo.names import Names
from streams.demo.reasons import reason_sentence

STRONGEST: Final = 2
"""Reasons that are named with each item, and features."""

Document = Mapping[str, Any]


def report(document: Document, names: Names) -> Iterator[RenderableType]:
    """Draw what moved a slate, its shelves and its items, or the one item that was asked for."""
    yield _head(document)
    yield _section("What the listener did last", _moved_by(document, names))
    yield _section("The moment, as the policy of shelves saw it", _situation(document))
    yield _section("Shelves on offer, and what each was expected to pay", _shelves(document))
    if "standings" in document:
        yield from report_candidate(document, names)
        return
    by_item = {one["item"]: one for one in document["candidates"]}
    named: set[str] = set()
    for shelf in document["shelves"]:
        if shelf["items"]:
            yield _section(shelf["title"], _items(shelf["items"], by_item, names, named))
    meanings = {name: document["features"][name] for name in sorted(named)}
    yield _section("What the features named above say", _meanings(meanings))


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(""), Text(title, "bold cyan"), Padding(body, (0, 0, 0, 2)))


def _head(document: Document) -> RenderableType:
    at = datetime.fromtimestamp(document["as_of"]["at"], UTC).astimezone()
    same = Text("✔ made again: bit for bit the same", "bold green")
    if not document["same"]:
        same = Text(f"✘ made again, it differs: {document['differs'] or 'in its bytes'}", "bold red")
    if document["emissions"] > 1:
        same.append(f"   (emitted {document['emissions']} times)", "yellow")
    versions = " · ".join(f"{model} {version:,}" for model, version in document["models"].items())
    knobs = ", ".join(f"{name} {value:g}" for name, value in document["knobs"].items())
    lines = (
        Text(f"for {document['user']}, after what happened at {at:%Y-%m-%d %H:%M:%S}"),
        same,
        Text(f"{versions} · {document['policy']} · {knobs}", "dim"),
    )
    return Panel(Group(*lines), title=f"slate {document['id']}", title_align="left", border_style="dim")


def _moved_by(document: Document, names: Names) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", style="dim")
    for one in document["moved_by"]:
        done = Text(str(one["type"]).replace("_", " "), "green")
        if one["type"] == "play":
            seconds = one["ms_played"] // 1_000
            skipped = seconds < 30
            word = "skipped after" if skipped else "played for"
            done = Text(f"{word} {seconds // 60}:{seconds % 60:02d}", "yellow" if skipped else "green")
        table.add_row(ago(one["age_seconds"]), done, titled(one["item"], names))
    return table if document["moved_by"] else Text("nothing yet", "dim")


def _situation(document: Document) -> RenderableType:
    told = [(name, value) for name, value in document["situation"].items() if value and name != "always"]
    return Text(", ".join(f"{name} {signed(value)}" for name, value in told) or "nothing is known", "dim")


def _shelves(document: Document) -> RenderableType:
    policies = list(document["shelves"][0]["expected"]) if document["shelves"] else []
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    table.add_column("shelf", no_wrap=True, overflow="ellipsis")
    for title in ("chosen", *policies, "candidates"):
        table.add_column(title, justify="right")
    for shelf in document["shelves"]:
        shown = shelf["place"] is not None
        chosen = "pinned" if shelf["pinned"] else f"{shelf['chances'][policies[0]]:.1%}" if shown else "·"
        expected = [signed(shelf["expected"][policy]) for policy in policies]
        place = str(shelf["place"]) if shown else ""
        numbers = chosen, *expected, str(shelf["eligible"])
        table.add_row(place, Text(shelf["title"]), *numbers, style="" if shown else "dim")
    return table


def _items(
    items: Iterable[Document], by_item: Mapping[str, Document], names: Names, named: set[str]
) -> RenderableType:
    """Three lines an item; `named` takes the features that they name."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    table.add_column("", justify="right")
    table.add_column("", ratio=1)
    for title in ("score", "for a skip", "drawn"):
        table.add_column(title, justify="right", no_wrap=True)
    for place, one in enumerate(items, start=1):
        candidate, why = by_item[one["item"]], one["why"]
        strongest = list(by_weight(candidate["features"], of="adds"))[:STRONGEST]
        named.update(name for name, _ in strongest)
        because, about = why["because"], why.get("item", "")
        sentence = reason_sentence(one["item"], because=because, about=about, names=names)
        reasons = [(name.replace("_", " "), added) for name, added in candidate["reasons"].items()]
        what = titled(one["item"], names).append(f"\n{sentence}", "not bold italic")
        what.append(f"\n{listed(reasons[:STRONGEST])} · {listed(strongest)}", "not bold dim")
        numbers = signed(one["score"]), signed(-candidate["skip_penalty"]), f"{one['propensity']:.1%}"
        table.add_row(str(place), what, *numbers)
    return table


def _meanings(meanings: Mapping[str, str]) -> RenderableType:
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, meaning in meanings.items():
        table.add_row(Text(name, "bold"), Text(meaning, "dim"))
    return table


def titled(item: str, names: Names) -> Text:
    """An item by its title and artist."""
    artist = names.artist(item)
    return Text.assemble((names.title(item), "bold"), (f" · {artist}" if artist else "", "dim"))
