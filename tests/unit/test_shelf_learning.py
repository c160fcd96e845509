"""What comes of a slate is paid to the shelf that began it, at once or weeks later."""

import numpy as np
import pytest

from models.credits import MOST_CREDITS
from models.errors import CorruptState
from models.events import Event, EventType, Origin
from models.off_policy import pack_outcomes, unpack_outcomes
from models.page import MOST_ROWS
from models.reward import NEXT_DAY_REWARD
from models.shelf_judging import judge_choices
from models.shelf_learning import FUTURE, KEPT_A_DAY, TRACE, Happening, learn_shelves
from models.shelf_lessons import LessonKind
from models.shelf_memory import ShelfMemory, decode_memory, encode_memory
from models.shelf_model import ShelfModel, decode_shelf_model, encode_shelf_model
from models.shelf_policy import POLICIES
from models.shown import REMEMBERED, read_shown, remember_slate
from models.situation import SITUATION, STEPS, in_numbers
from models.slate import Decision

DAY = 86_400.0
NOTHING = np.zeros(SITUATION)
EXPECTED = {1: 0.5, 2: 0.3, 3: 0.2}


def situation(seed=0):
    drawn = np.random.default_rng(seed).integers(-STEPS, STEPS, SITUATION).astype(np.int8)
    drawn[0] = STEPS
    return drawn


def decision(*arms, seed=0):
    numbers = np.zeros((8, MOST_ROWS), np.float32)
    numbers[:3, : len(arms)], numbers[3:6, : len(arms)], numbers[6, : len(arms)] = 0.5, 0.3, 0.25
    numbers[:3, 0] = 1.0
    chosen = np.zeros(MOST_ROWS, np.int32)
    chosen[: len(arms)] = arms
    return Decision(len(arms), situation(seed), chosen, numbers, np.zeros(0, np.int64))


@pytest.fixture
def memory():
    shown = remember_slate(ShelfMemory().shown, decision(1, 2, 3), offset=10)
    return ShelfMemory(remember_slate(shown, decision(1, 3, 2, seed=1), offset=11))


def do(memory, kind, *, at, item=7, slate=-1, arm=0, ms=180_000, first=False, value=NOTHING):
    origin = Origin("0-10") if slate >= 0 else None
    event = Event(
        id="x", type=kind, user="ann", at=at, item=str(item), ms_played=ms, duration_ms=180_000, origin=origin
    )
    happening = Happening(event, item, at=at, days_since=0, part=1, first=first, slate=slate, arm=arm)
    return learn_shelves(memory, happening, expected=EXPECTED, value=value)


def told(taught, kind):
    rows = taught.lessons[taught.lessons["kind"] == kind]
    return [(int(row["arm"]), round(float(row["amount"]), 4)) for row in rows]


def test_a_play_from_a_shelf_is_an_impression_of_those_down_to_it_and_pays_it(memory):
    memory, taught = do(memory, EventType.PLAY, at=1e9, slate=10, arm=2, ms=90_000)
    assert told(taught, LessonKind.IMPRESSION) == [(1, 0.5), (2, 0.3)]
    assert told(taught, LessonKind.REWARD) == [(2, 0.5)]
    again, taught = do(memory, EventType.PLAY, at=1e9, item=8, slate=10, arm=2, ms=1_000)
    assert told(taught, LessonKind.IMPRESSION) == []
    assert told(taught, LessonKind.REWARD) == [(2, 0.0)]
    assert len(again.credits) == 1


def test_what_names_no_slate_that_is_remembered_teaches_nothing(memory):
    for slate, arm in ((9, 2), (10, 99), (-1, 2)):
        after, taught = do(memory, EventType.PLAY, at=1e9, slate=slate, arm=arm)
        assert len(taught.lessons) == len(taught.choices) == len(after.credits) == 0


def test_a_like_pays_the_shelf_that_the_item_was_played_from(memory):
    memory, _ = do(memory, EventType.PLAY, at=1e9, slate=10, arm=2)
    _, taught = do(memory, EventType.LIKE, at=1e9 + DAY)
    assert told(taught, LessonKind.REWARD) == [(2, 0.5)]
    _, taught = do(memory, EventType.LIKE, at=1e9, item=8)
    assert told(taught, LessonKind.REWARD) == []


@pytest.mark.parametrize(("days", "paid"), [(0.2, 0.0), (3, 1.0), (20, 0.5), (31, 0.0)])
def test_a_discovery_pays_when_it_returns_and_only_once(memory, days, paid):
    memory, _ = do(memory, EventType.PLAY, at=1e9, slate=10, arm=3, first=True)
    memory, taught = do(memory, EventType.PLAY, at=1e9 + days * DAY)
    assert told(taught, LessonKind.REWARD) == ([(3, paid)] if paid else [])
    if paid:
        _, taught = do(memory, EventType.PLAY, at=1e9 + (days + 1) * DAY)
        assert told(taught, LessonKind.REWARD) == []


def test_what_was_known_is_no_discovery(memory):
    memory, _ = do(memory, EventType.PLAY, at=1e9, slate=10, arm=3)
    _, taught = do(memory, EventType.PLAY, at=1e9 + 3 * DAY)
    assert told(taught, LessonKind.REWARD) == []


def test_from_slate_to_slate_plays_share_how_the_listener_fared(memory):
    value = np.random.default_rng(3).normal(0, 0.3, SITUATION)
    memory, _ = do(memory, EventType.PLAY, at=1e9, slate=10, arm=2)
    memory, _ = do(memory, EventType.PLAY, at=1e9 + 300, item=8, slate=10, arm=3)
    memory, taught = do(memory, EventType.PLAY, at=1e9 + 2 * DAY, item=9, slate=11, arm=3, value=value)
    there, here = in_numbers(situation(1)), in_numbers(situation(0))
    better = 0.1 + 0.1 + KEPT_A_DAY**2.0 * value @ there - value @ here
    assert told(taught, LessonKind.PASSAGE) == [(0, 0.2)]
    shares = told(taught, LessonKind.REWARD)[:2]
    assert shares == [(3, round(FUTURE * better, 4)), (2, round(FUTURE * TRACE * better, 4))]


def test_a_choice_has_its_outcome_once_a_later_slate_is_seen(memory):
    memory, taught = do(memory, EventType.PLAY, at=1e9, slate=10, arm=2, ms=90_000)
    assert len(taught.choices) == 0
    memory, taught = do(memory, EventType.PLAY, at=1e9, slate=11, arm=1)
    # The first shelf is pinned: nobody chose it.
    assert taught.choices["reward"].tolist() == [0.5]
    assert taught.choices["odds"].tolist() == [[0.5] * 3]
    assert read_shown(memory.shown)["offset"].tolist() == [11]


def test_a_choice_is_judged_by_what_each_policy_thought_of_it(memory):
    memory, _ = do(memory, EventType.PLAY, at=1e9, slate=10, arm=3, ms=90_000)
    _, taught = do(memory, EventType.PLAY, at=1e9, slate=11, arm=1)
    block = unpack_outcomes(pack_outcomes(judge_choices(taught.choices, source_partition=2)))
    assert block.source_partition == 2
    assert list(block.rows) == sorted(POLICIES)
    for rows in block.rows.values():
        assert rows["reward"].tolist() == [0.0, 0.5]
        assert rows["logged"].tolist() == rows["target"].tolist() == [0.5, 0.5]
        assert rows["predicted"].tolist() == [0.25] * 2
        assert rows["expected"].round(6).tolist() == [0.3] * 2


def test_memory_is_bounded_and_keeps_the_slate_that_was_seen(memory):
    memory, _ = do(memory, EventType.PLAY, at=1e9, slate=10, arm=2)
    shown = memory.shown
    for offset in range(20, 40):
        shown = remember_slate(shown, decision(1, 2), offset=offset)
    assert len(read_shown(shown)) == REMEMBERED
    assert read_shown(shown)["offset"][[0, -1]].tolist() == [10, 39]
    for item in range(100):
        memory, _ = do(memory, EventType.PLAY, at=1e9 + item, item=item, slate=10, arm=2, first=item < 3)
    assert len(memory.credits) == MOST_CREDITS
    assert memory.credits["item"][:3].tolist() == [7, 0, 1] or memory.credits["first"][:3].all()


def test_memory_is_brought_back_by_its_bytes_and_nothing_else_is(memory):
    for nth in range(5):
        memory, _ = do(memory, EventType.PLAY, at=1e9 + nth, item=nth, slate=10, arm=1 + nth % 3, first=True)
    data = encode_memory(memory)
    assert encode_memory(decode_memory(data)) == data
    for broken in (data[:-1], data + b"\0", b"", b"\xff" * len(data)):
        with pytest.raises(CorruptState):
            decode_memory(broken)


def lessons_of(rounds):
    """A shelf that pays in the morning only, and one that always pays a little."""
    memory, rows = ShelfMemory(), []
    for nth in range(rounds):
        here = decision(1, 2, 3, seed=nth)
        here.situation[7] = STEPS * (nth % 2)
        memory = ShelfMemory(remember_slate(memory.shown, here, offset=nth), memory.credits, memory.own)
        heard = 160_000 if nth % 2 else 18_000
        memory, taught = do(memory, EventType.PLAY, at=1e9, item=nth, slate=nth, arm=3, ms=heard)
        rows.append(taught.lessons)
    return np.concatenate(rows)


def test_the_model_learns_what_a_shelf_pays_in_a_situation_and_goes_on_from_its_bytes():
    lessons = lessons_of(600)
    model = ShelfModel()
    model.learn_many(lessons)
    weights = model.weights()
    morning, evening = np.zeros((2, SITUATION), np.int8)
    morning[0] = evening[0] = morning[7] = STEPS
    arms = np.array([3, 2, 99])
    assert weights.surplus(arms, morning)[0] > weights.surplus(arms, evening)[0] + 0.3
    # What was seen and not played paid less than expected; of one that is new nothing is known.
    assert weights.surplus(arms, evening)[1] < -0.2
    assert weights.surplus(arms, evening)[2] == 0.0
    half = ShelfModel()
    half.learn_many(lessons[:800])
    restored = decode_shelf_model(encode_shelf_model(half))
    for one in (half, restored):
        one.learn_many(lessons[800:])
    assert encode_shelf_model(half) == encode_shelf_model(restored)


def weeks_of(policy_seed):
    """Lessons of a listener whose shelf 2 wins the click, and whose shelf 3 opens a good week.

    What is played from shelf 2 is heard to its end, and the listener stays away for three days. What is
    played from shelf 3 is heard by half; but the listener is back on the next day, and plays it again.
    """
    draws = np.random.default_rng(policy_seed)
    memory, model, rows, at = ShelfMemory(), ShelfModel(), [], 1e9
    back: list[int] = []
    for nth in range(400):
        arm = int(draws.integers(2, 4))
        memory = memory._replace(shown=remember_slate(memory.shown, decision(1, arm), offset=nth))
        value = model.weights().value
        heard = 180_000 if arm == 2 else 90_000
        memory, taught = do(
            memory, EventType.PLAY, at=at, item=nth, slate=nth, arm=arm, ms=heard, first=arm == 3, value=value
        )
        told_now = [taught.lessons]
        for item in back:
            memory, taught = do(memory, EventType.PLAY, at=at + 600, item=item, value=value)
            told_now.append(taught.lessons)
        back = [nth] if arm == 3 else []
        days = 1.0 if arm == 3 else 3.0
        at += days * DAY
        memory = memory._replace(gained=memory.gained + (NEXT_DAY_REWARD if days == 1.0 else 0.0))
        model.learn_many(np.concatenate(told_now))
        rows.append(np.concatenate(told_now))
    return model, np.concatenate(rows)


def test_a_slate_that_opens_a_good_week_beats_one_that_wins_a_click():
    model, lessons = weeks_of(5)
    arms, here = np.array([2, 3]), situation()
    click, week = model.weights().surplus(arms, here) + np.array([EXPECTED[2], EXPECTED[3]])
    assert week > click + 0.2
    # By what it pays at once alone, the click would have won.
    at_once = ShelfModel()
    amounts = np.where(lessons["arm"] == 2, 1.0, 0.5)
    paid = (lessons["kind"] == LessonKind.REWARD) & (np.abs(lessons["amount"] - amounts) < 1e-6)
    at_once.learn_many(lessons[(lessons["kind"] == LessonKind.IMPRESSION) | paid])
    click, week = at_once.weights().surplus(arms, here) + np.array([EXPECTED[2], EXPECTED[3]])
    assert click > week + 0.1
