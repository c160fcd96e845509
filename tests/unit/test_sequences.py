"""Sequences: rows stay bounded, the blend learns, the model answers what comes next."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from models.events import PLAY_MS, Event, EventType
from models.leave_last_out import completion_figures, judge_completions, leave_last_out
from models.sequences import SequenceModel
from models.sequences.blend import blend_scores, learn_blend, new_blend
from models.sequences.evidence import Evidence, find_evidence
from models.sequences.memory import HEARD, new_memory, recent_items, remember, with_room
from models.sequences.rows import FREE, new_rows, strengthen
from streams.sources import BadRow, Format, Imported, UnreadableSource, read_listening_log


def play(user: str, item: str) -> Event:
    return Event(id="", type=EventType.PLAY, user=user, at=0.0, item=item, ms_played=PLAY_MS)


def read(path: Path, text: bytes) -> list[Imported]:
    path.write_bytes(text)
    return read_listening_log([path], Format.SEQUENCES, "me", now=1.7e9)


def test_a_row_keeps_what_is_heavy() -> None:
    rows, draw = new_rows(1, 8), random.Random(1)
    for _ in range(2_000):
        strengthen(rows, 0, draw.choice([1, 2, 3, draw.randrange(4, 500)]), 1.0)
    assert {1, 2, 3} <= set(rows.others[0].tolist())
    assert (rows.weights >= 0).all()


def test_what_is_remembered_survives_more_room() -> None:
    memory = new_memory(items=4, listeners=2)
    for item in (0, 1, 2):
        remember(memory, 0, item)
    larger = with_room(memory, items=9, listeners=5)
    assert recent_items(larger, 0).tolist() == [2, 1, 0]
    assert larger.together.others[0, :3].tolist() == [1, 2, FREE]
    assert (larger.vector[:4] == memory.vector).all()
    assert larger.length.tolist() == [3, 0, 0, 0, 0]


def test_evidence_has_its_direction() -> None:
    memory = new_memory(items=4, listeners=8)
    for listener in range(3):
        for item in (0, 1, 2):
            remember(memory, listener, item)
    remember(memory, 3, 1)
    evidence = find_evidence(memory, 3, recent_items(memory, 3), 3)
    assert evidence[Evidence.FOLLOWS].tolist() == [0.0, 0.0, 1.0]
    assert evidence[Evidence.TOGETHER, 0] > 0
    assert evidence[Evidence.LISTENERS, 0] > 0
    assert (evidence[: Evidence.COUNT] <= 1).all()


def test_the_blend_learns_which_evidence_tells() -> None:
    blend, draw = new_blend(), np.random.default_rng(1)
    for _ in range(2_000):
        evidence = draw.random((len(Evidence), 30), np.float32)
        target = int(evidence[Evidence.NEXT].argmax())
        scores = blend_scores(blend, evidence, np.empty(0, np.int32))
        learn_blend(blend, evidence, scores, target)
    assert blend.weights.argmax() == Evidence.NEXT
    assert blend.weights[Evidence.NEXT] > 4 * np.delete(np.abs(blend.weights), Evidence.NEXT).max()


def test_heard_items_are_not_named_and_teach_nothing() -> None:
    blend, evidence = new_blend(), np.ones((len(Evidence), 3), np.float32)
    scores = blend_scores(blend, evidence, np.array([1, FREE], np.int32))
    assert scores[1] == -np.inf
    learn_blend(blend, evidence, scores, 1)
    assert blend.weights.tolist() == new_blend().weights.tolist()


def two_tastes(listeners: int = 60) -> list[Event]:
    """Two sorts of listeners, each with its own twelve items in its own shuffled order."""
    draw, events = random.Random(3), []
    for listener in range(listeners):
        items = [f"{'ab'[listener % 2]}{number}" for number in range(12)]
        draw.shuffle(items)
        events += [play(f"u{listener}", item) for item in items[:8]]
    return events


def test_a_listener_gets_what_those_like_it_have() -> None:
    model = SequenceModel()
    for event in two_tastes():
        model.learn_one(event)
    for user, taste in (("u0", "a"), ("u1", "b")):
        named = model.recommend(user, most=4)
        assert len(named) == 4 and all(item.startswith(taste) for item in named)


def test_asking_changes_nothing_and_the_same_log_gives_the_same_answers() -> None:
    first, second = SequenceModel(), SequenceModel()
    for event in two_tastes():
        first.recommend(event.user, most=5)
        first.recommend_after(event.user, "a1", most=5)
        first.learn_one(event)
        second.learn_one(event)
    assert first.recommend_after("u4", "a3", most=20) == second.recommend_after("u4", "a3", most=20)


def test_a_model_makes_room_for_listeners_and_items_and_forgets_the_oldest() -> None:
    model = SequenceModel()
    for number in range(1_500):
        model.learn_item(f"u{number % 300}", f"i{number}")
    for number in range(HEARD + 1):
        model.learn_item("ann", f"i{number}")
    named = model.recommend("ann", most=1_500)
    assert "i0" in named
    assert "i1" not in named
    assert model.recommend("nobody", most=5) == []


def test_an_unknown_context_says_nothing() -> None:
    model = SequenceModel()
    for event in two_tastes():
        model.learn_one(event)
    assert model.recommend_after("u0", "unheard", most=5) == model.recommend("u0", most=5)


class Knows:
    def learn_one(self, event: Event) -> None:
        raise AssertionError("judging learns nothing")

    def recommend_after(self, user: str, item: str, *, most: int) -> list[str]:
        return {"ann": ["z"], "bob": ["q", "c"]}[user][:most] if item in {"y", "b"} else []


def test_the_last_is_the_target_and_the_one_before_is_context_only() -> None:
    skip = Event(id="", type=EventType.PLAY, user="ann", at=0.0, item="s", ms_played=1)
    log = [*(play("ann", item) for item in "xyz"), skip, play("cleo", "x"), *(play("bob", i) for i in "abc")]
    ends = leave_last_out(log)
    assert [event.item for event in ends.learned] == ["x", "s", "x", "a"]
    figures = judge_completions(Knows(), ends)
    assert (figures.targets, figures.hr_at_5, figures.hr_at_10) == (2, 1.0, 1.0)
    assert figures.ndcg_at_10 == pytest.approx((1 + 1 / np.log2(3)) / 2)
    assert completion_figures([]).hr_at_10 == 0.0


def test_all_sequences_end_together(tmp_path: Path) -> None:
    log = read(tmp_path / "s.txt", b"ann x y z\n\nbob q\nalone\ncleo \xff\n")
    events = [one for one in log if isinstance(one, Event)]
    assert [(event.user, event.item) for event in events] == [
        ("ann", "x"),
        ("ann", "y"),
        ("ann", "z"),
        ("bob", "q"),
    ]
    assert events[-1].at == events[-2].at
    assert all(event.is_play for event in events)
    assert [(one.row, one.column) for one in log if isinstance(one, BadRow)] == [(4, ""), (5, "item")]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"none\.txt cannot be read") as raised:
        read_listening_log([tmp_path / "none.txt"], Format.SEQUENCES, "me", now=1.7e9)
    assert "a listener and then its items" in raised.value.hint
