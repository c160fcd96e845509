"""Slates, reasons and happenings in words."""

import orjson
import pytest

from models.events import CatalogRecord, Ended, Event, EventType, Origin
from models.slate import Because
from streams.demo.happenings import describe
from streams.demo.names import Names
from streams.demo.reasons import SENTENCES, reason_sentence
from streams.demo.slates import ShownItem, ShownShelf, ShownSlate, UnreadableSlate, decode_slate
from streams.demo.view import view_slate


@pytest.fixture
def names() -> Names:
    names = Names()
    names.add(CatalogRecord(item="t:1", title="Blue {artist} <b>", artist="The Quiet Harbors"))
    names.add(CatalogRecord(item="t:2", title="Dreams", artist="Shindy"))
    return names


def slate(*items: str, offset: int = 1, because: str = "popular", about: str = "") -> ShownSlate:
    shown = tuple(ShownItem(item, 0.5, because, about) for item in items)
    shelves = (ShownShelf("vibe", "Keep the vibe going", shown),)
    return ShownSlate(
        id=f"0-{offset}", user="ann", partition=0, offset=offset, at=float(offset), shelves=shelves
    )


def test_every_reason_that_a_worker_gives_has_a_sentence() -> None:
    assert set(SENTENCES) == {str(because) for because in Because}


@pytest.mark.parametrize("because", Because)
@pytest.mark.parametrize("about", ["", "t:1", "t:unknown"])
def test_a_reason_is_a_sentence_without_gaps(because: Because, about: str, names: Names) -> None:
    sentence = reason_sentence("t:2", because=because, about=about, names=names)
    assert sentence[0].isupper()
    assert "“”" not in sentence
    assert "{title}" not in sentence


def test_braces_in_names_are_no_placeholders(names: Names) -> None:
    assert reason_sentence("t:2", because="played_after", about="t:1", names=names) == (
        "Often follows “Blue {artist} <b>”"
    )


def test_what_the_slate_before_did_not_hold_is_new(names: Names) -> None:
    view = view_slate(slate("t:1", "t:2", "t:3"), names, before=slate("t:2", "t:9", "t:8"))
    assert [card.is_new for card in view.rows[0].cards] == [True, False, True]
    assert (view.new, view.gone) == (2, 2)


def test_the_first_slate_is_not_all_new(names: Names) -> None:
    assert view_slate(slate("t:1"), names).new == 0


def test_an_item_without_a_record_goes_by_its_id(names: Names) -> None:
    card = view_slate(slate("t:3"), names).rows[0].cards[0]
    assert (card.title, card.artist) == ("t:3", "")


def test_a_slate_is_read_and_unknown_fields_pass() -> None:
    document = {
        "id": "3-1842",
        "user": "u02",
        "as_of": {"partition": 3, "offset": 1842, "at": 1.5, "later": 1},
        "shelves": [
            {
                "id": "vibe",
                "title": "Vibe",
                "items": [{"item": "t:1", "propensity": 0.25, "why": {"because": "popular"}}],
            }
        ],
        "later": {},
    }
    read = decode_slate(orjson.dumps(document))
    assert (read.partition, read.offset, read.at) == (3, 1842, 1.5)
    assert read.shelves[0].items == (ShownItem("t:1", 0.25, "popular", ""),)


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{}", b'{"id": "1", "as_of": 3}', b"\xff"])
def test_what_is_no_slate_is_refused(value: bytes | None) -> None:
    with pytest.raises(UnreadableSlate):
        decode_slate(value)


def play(ms_played: int, ended: Ended, origin: Origin | None = None) -> Event:
    return Event(
        id="1", type=EventType.PLAY, user="ann", at=0.0, item="t:2", ms_played=ms_played, ended=ended,
        origin=origin,
    )  # fmt: skip


def test_plays_are_told_by_how_they_ended(names: Names) -> None:
    assert describe(play(200_000, Ended.FINISHED), names) == "played “Dreams” by Shindy to the end"
    assert describe(play(83_000, Ended.STOPPED), names) == "played “Dreams” by Shindy for 1:23"
    assert describe(play(4_900, Ended.SKIPPED), names) == "skipped “Dreams” by Shindy after 4 s"
    assert describe(play(300, Ended.SKIPPED), names) == "skipped “Dreams” by Shindy at once"


def test_a_play_says_which_shelf_it_came_from(names: Names) -> None:
    event = play(200_000, Ended.FINISHED, Origin("0-1", "vibe", 0))
    assert describe(event, names, slate=slate("t:2")).endswith("to the end, from “Keep the vibe going”")
    assert describe(event, names).endswith("to the end")


@pytest.mark.parametrize("kind", EventType)
def test_everything_that_can_happen_can_be_told(kind: EventType, names: Names) -> None:
    event = Event(id="1", type=kind, user="ann", at=0.0, item="t:2", artist="Shindy", query="dub")
    assert describe(event, names)
