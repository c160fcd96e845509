"""Why a slate is what it is, as a document and on a terminal; and where two slates differ."""

from __future__ import annotations

import io

import orjson
import pytest
from rich.console import Console

from models.batch import Placed
from models.events import CatalogRecord, Event, EventType
from models.explained import Account, account
from models.explanation_bytes import decode_explanation, encode_explanation
from models.features import Feature
from models.listeners import Population, simulate
from models.situation import SITUATION
from models.standalone import Standalone
from streams.commands.figures.slate_document import SITUATION_NAMES, as_document
from streams.commands.figures.slate_report import report
from streams.demo.names import Names
from streams.explanations import Kept, first_difference, write_again
from streams.recommendations import encode_recommendation

WORLD = Population(seed=4, listeners=3, items=300, artists=40)
EVENTS = list(simulate(WORLD, events=500, start_at=1.7e9))
HOSTILE = "Red [bold]Rain[/] {title}"


@pytest.fixture(scope="module")
def kept() -> Kept:
    core = Standalone(ring_events=256)
    core.learn_catalog(WORLD.catalogue.records())
    found: list[Kept] = []

    def emit(placed, listener, slate):
        explanation = core.personalizer.explain(listener, slate, partition=1, emitted_at=2.5)
        stamp = {"partition": 1, "offset": placed.offset, "at": placed.event.at, "emitted_at": 2.5}
        record = encode_recommendation(slate, user=listener.user, profile=listener.profile, **stamp)
        again = decode_explanation(encode_explanation(explanation))
        found[:] = [Kept(record, orjson.loads(record), 2, again)]

    ban = Event(id="b", type=EventType.BAN, user=EVENTS[0].user, at=1.8e9, item=EVENTS[0].item)
    for offset, event in enumerate([*EVENTS, ban]):
        core.process([Placed(offset=offset, event=event)], partition=1, emit=emit)
    return found[0]


@pytest.fixture(scope="module")
def made(kept: Kept) -> Account:
    return account(kept.explanation)


@pytest.fixture(scope="module")
def names() -> Names:
    names = Names()
    for record in WORLD.catalogue.records():
        names.add(record)
    names.add(CatalogRecord(item=EVENTS[0].item, title=HOSTILE, artist="The Quiet Harbors"))
    return names


def printed(document: dict[str, object], names: Names, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(*report(document, names))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_record_is_written_again_to_the_byte(kept: Kept, made: Account) -> None:
    assert write_again(kept.document, made.slate, kept.explanation) == kept.record


def test_the_document_holds_the_slate_and_what_it_followed_from(kept: Kept, made: Account) -> None:
    document = orjson.loads(orjson.dumps(as_document(kept, made, "", item=None)))
    shown = [shelf for shelf in document["shelves"] if shelf["place"]]
    for shelf, emitted in zip(shown, kept.document["shelves"], strict=True):
        assert (shelf["id"], shelf["title"]) == (emitted["id"], emitted["title"])
        assert shelf["chances"]["live"] == emitted["propensity"]
        for item, one in zip(shelf["items"], emitted["items"], strict=True):
            assert item == {name: one[name] for name in item}
    assert len(document["shelves"]) == len(kept.explanation.kinds)
    assert sorted(one["place"] for one in document["candidates"]) == list(
        range(1, len(document["candidates"]) + 1)
    )
    for one in document["candidates"]:
        assert one["score"] == pytest.approx(
            one["ranker"] + one["discovery"] + one["calibration"] - one["skip_penalty"]
        )
        assert list(one["features"]) == [feature.name for feature in Feature]
    assert len(document["weights"]) == len(kept.explanation.numbers)
    assert document["emissions"] == 2


def test_the_report_names_shelves_items_reasons_and_events(kept: Kept, made: Account, names: Names) -> None:
    text = printed(as_document(kept, made, "", item=None), names)
    assert "bit for bit the same" in text
    assert "emitted 2 times" in text
    for shelf in kept.document["shelves"]:
        assert shelf["title"] in text
        for item in shelf["items"]:
            assert names.title(item["item"]) in text
    assert "ban" in text
    assert HOSTILE in text
    assert "{anchor}" not in text
    for width in (40, 80):
        assert (
            max(map(len, printed(as_document(kept, made, "", item=None), names, width).splitlines())) <= width
        )


def test_a_difference_is_said_first(kept: Kept, made: Account, names: Names) -> None:
    text = printed(as_document(kept, made, "shelves[0].id: emitted 'a', made again 'b'", item=None), names)
    assert "it differs: shelves[0].id" in text
    assert "the same" not in text.split("What the listener did")[0]


def test_one_item_is_told_on_its_own(kept: Kept, made: Account, names: Names) -> None:
    shown = kept.document["shelves"][0]["items"][2]["item"]
    text = printed(as_document(kept, made, "", item=shown), names)
    assert "stands here, at place 3" in text
    assert "stands on a shelf above" in text
    banned = EVENTS[0].item
    assert banned in kept.explanation.names.items
    assert "the listener banned it" in printed(as_document(kept, made, "", item=banned), names)


def test_every_number_of_the_situation_has_a_name() -> None:
    assert len(SITUATION_NAMES) == SITUATION == len(set(SITUATION_NAMES))


@pytest.mark.parametrize(
    ("emitted", "again", "said"),
    [
        ({"a": 1.0}, {"a": 1.0}, ""),
        ({"a": [1, {"b": 0.1}]}, {"a": [1, {"b": 0.1 + 2e-16}]}, "a[1].b: emitted 0.1, made again"),
        ({"a": [1]}, {"a": [1, 2]}, "a: emitted 1 in list, made again 2 in list"),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, ": emitted 2 in dict"),
        ({"a": 1}, {"a": 1.0}, "a: emitted 1, made again 1.0"),
    ],
)
def test_where_two_documents_differ_is_said(emitted: object, again: object, said: str) -> None:
    found = first_difference(emitted, again)
    assert found.startswith(said)
    assert bool(found) == bool(said)
