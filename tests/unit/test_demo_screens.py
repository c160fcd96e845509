"""The demo on a pipe, on a terminal, and on the page."""

import io
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.console import Console

from models.events import CatalogRecord
from streams.demo.board import Board, Snapshot
from streams.demo.figures import Figures
from streams.demo.names import Names
from streams.demo.page import TEMPLATE, Page
from streams.demo.screen import PlainScreen, summary_lines
from streams.demo.slates import ShownItem, ShownShelf, ShownSlate
from streams.demo.terminal import draw_slate
from streams.demo.view import Card, Row, SlateView
from streams.processes import LOG_TAIL_LINES, last_words

HOSTILE = "[red]<script>alert(1)</script>"


def snapshot() -> Snapshot:
    cards = tuple(
        Card(f"t:{n}", f"Title {n} {HOSTILE}", "Shindy", "In your rotation", 0.1, n == 0) for n in range(9)
    )
    rows = tuple(Row(f"shelf-{n}", f"Shelf {n}", cards) for n in range(4))
    return Snapshot(
        user="demo-amara",
        page="http://127.0.0.1:8765",
        broker="up at 127.0.0.1:9092",
        worker="up",
        restarts=0,
        figures=Figures(1_700, 1_699, 25.0, 24.6, 31.4, 88.0),
        happened=("liked “Dreams” by Shindy",),
        slate=SlateView("0-1", rows, gone=1),
        changes=3,
        past=(10, 10),
    )


def test_plain_lines_hold_figures_titles_reasons_and_what_is_new() -> None:
    out = io.StringIO()
    PlainScreen(out).show(12.0, snapshot())
    text = out.getvalue()
    assert "broker up at 127.0.0.1:9092 · worker up · 25 events/s · 25 slates/s" in text
    assert "p50 31 ms, p99 88 ms" in text
    assert "Amara liked “Dreams” by Shindy" in text
    assert "Shelf 0  (1 new)" in text
    assert f"          + Title 0 {HOSTILE[:20]}" in text
    assert "In your rotation" in text
    assert "\x1b" not in text


def test_plain_lines_come_every_few_seconds_only() -> None:
    screen = PlainScreen(io.StringIO())
    assert screen.is_due(0.0)
    screen.show(0.0, snapshot())
    assert not screen.is_due(1.0)
    assert screen.is_due(4.0)


def test_learning_the_past_is_shown_as_progress() -> None:
    out = io.StringIO()
    PlainScreen(out).show(1.0, replace(snapshot(), past=(1_000, 4_000), slate=None))
    assert "learned 1,000 of 4,000 events of the past (25%)" in out.getvalue()


def test_the_last_words_of_a_worker_name_the_cause() -> None:
    cause = "15:18:38 CRITICAL streams.engine.failure: the event loop stands still"
    log = ["15:18:30 INFO     one", cause, *(f"  File {n}" for n in range(30))]
    assert last_words(log) == [cause, "…", *log[-LOG_TAIL_LINES:]]
    assert last_words([log[0], cause]) == [log[0], cause]
    assert last_words([]) == []


def test_the_summary_counts_restarts_only_if_there_were_any() -> None:
    assert summary_lines(snapshot(), snapshot().figures)[-1] == "The slate of Amara changed 3 times."
    lines = summary_lines(replace(snapshot(), restarts=1), snapshot().figures)
    assert lines[-1] == "The worker was started again once."


@pytest.mark.parametrize("lines", [8, 20, 60])
def test_a_slate_fits_on_the_lines_that_it_is_given(lines: int) -> None:
    console = Console(file=io.StringIO(), width=100)
    slate = snapshot().slate
    assert slate is not None
    parts = list(draw_slate(slate.rows, lines=lines))
    drawn = sum(len(console.render_lines(part)) for part in parts)
    assert drawn <= max(lines, 12)
    assert any(
        "[red]<script>" in str(segment.text) for line in console.render_lines(parts[2]) for segment in line
    )


@pytest.fixture
def board() -> Board:
    names = Names()
    names.add(CatalogRecord(item="t:1", title=HOSTILE, artist="Shindy"))
    board = Board(names, ["demo-amara", "demo-bao"], since=0.0)
    shelf = ShownShelf("next-up", "Next up", (ShownItem("t:1", 0.5, "popular", ""),))
    board.received(ShownSlate("0-1", "demo-amara", 0, 1, 1.0, (shelf,)), 1.0)
    return board


@pytest.fixture
def page(board: Board) -> Iterator[Page]:
    page = Page(board, port=0)
    yield page
    page.stop()


def post(page: Page, wish: dict[str, object], kind: str = "application/json") -> int:
    body = json.dumps(
        {"user": "demo-amara", "recommendation": "0-1", "shelf": "next-up", "position": 0} | wish
    )
    request = urllib.request.Request(f"{page.address}/plays", body.encode(), {"Content-Type": kind})
    try:
        return int(urllib.request.urlopen(request, timeout=5).status)
    except urllib.error.HTTPError as error:
        return error.code


def test_the_page_pushes_the_slate_as_data(page: Page) -> None:
    with urllib.request.urlopen(f"{page.address}/live", timeout=5) as live:
        line = live.readline()
    document = json.loads(line.removeprefix(b"data: "))
    assert document["slate"]["rows"][0]["cards"][0]["title"] == HOSTILE
    assert [listener["name"] for listener in document["listeners"]] == ["Amara", "Bao"]


def test_the_page_loads_nothing_and_puts_no_name_into_html(page: Page) -> None:
    with urllib.request.urlopen(page.address, timeout=5) as answer:
        html, policy = answer.read().decode(), answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "{{nonce}}" not in html
    assert "http://" not in html
    assert "https://" not in html
    for unsafe in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"):
        assert unsafe not in TEMPLATE.read_text(encoding="utf-8")


def test_the_page_answers_to_this_machine_only(page: Page) -> None:
    assert page.address.startswith("http://127.0.0.1:")
    request = urllib.request.Request(page.address, headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(request, timeout=5)


def test_a_play_is_noted_if_it_was_shown_and_asked_for_as_json(page: Page, board: Board) -> None:
    assert post(page, {"item": "t:1"}) == 202
    assert post(page, {"item": "t:2"}) == 409
    assert post(page, {"item": "t:1", "position": "x"}) == 400
    assert post(page, {"item": "t:1"}, kind="text/plain") == 415
    assert [wish.item for wish in board.take_wishes()] == ["t:1"]


def test_a_port_that_is_taken_is_passed_over(board: Board) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        page = Page(board, port=port)
        page.stop()
    assert page.address != f"http://127.0.0.1:{port}"
