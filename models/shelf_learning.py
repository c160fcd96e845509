"""One event as shelves see it: who is paid for it, and how the listener fared since the last slate.

An event that names a recommendation tells which shelves were seen (those down to the one named) and pays the
shelf from which it came. Later events pay by the item: a like, or a first listen that comes back another day.
And from one slate that was seen to the next, the listener fared better or worse than was expected: that
difference (Sutton 1988) is shared among the plays that led there, the last ones most (`docs/reward.md`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from models.credits import add_credit
from models.events import Event, EventType
from models.reward import NEXT_DAY_REWARD, durable_reward, listening_reward, shelf_reward
from models.shelf_lessons import CHOICE, NO_CHOICES, LessonKind, Rows, gather_lessons, lesson
from models.shelf_memory import ShelfMemory
from models.shown import find_shelf, read_shown
from models.situation import Steps, in_numbers

DAY_SECONDS: Final = 86_400.0
KEPT_A_DAY: Final = 0.8
"""What a day's waiting leaves of the value of what comes."""
TRACE: Final = 0.7
"""How much less each play before the last one is given of how the listener fared."""
TRACED_SECONDS: Final = 3 * 3_600
FUTURE: Final = 0.1
"""How much the difference from what was expected counts beside what a shelf is paid at once."""

Float64s = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as shelves see it; `item` is the key of its item.

    `at` and `days_since` (whole days since the event before) come from the profile, as `part`, the part of
    the day; `first` says that the item was not heard before. `slate` is the offset of the slate that it
    names, -1 where it names none, and `arm` the shelf.
    """

    event: Event
    item: int
    at: float
    days_since: int
    part: int
    first: bool
    slate: int
    arm: int


@dataclass(frozen=True, slots=True)
class Taught:
    """Rows of what an event teaches of shelves, and of choices whose outcome is now known."""

    lessons: Rows
    choices: Rows


def learn_shelves(
    memory: ShelfMemory, happening: Happening, *, expected: Mapping[int, float], value: Float64s
) -> tuple[ShelfMemory, Taught]:
    """Learn one event: who is paid, and how the listener fared.

    `expected` says by arm what is expected of a shelf before anything is learned of it, and `value` (float64,
    SITUATION) weighs a situation: what a listener in it will gain.
    """
    lessons, choices, found = list[Rows](), NO_CHOICES, None
    if happening.days_since == 1:
        memory = memory._replace(gained=memory.gained + NEXT_DAY_REWARD)
    if happening.slate >= 0:
        shown = read_shown(memory.shown)
        found = find_shelf(shown, offset=happening.slate, arm=happening.arm)
    if found is not None:
        nth, place = found
        before, shown = shown[:nth], shown[nth:]
        if shown["seen"][0] == 0:
            memory = _arrive(memory, shown["situation"][0], happening, value, lessons)
            choices = _settle(before)
        memory = _see(memory, shown, place, happening, expected, lessons)
        memory = _pay(memory, happening, shown["situation"][0], lessons)
    elif len(memory.credits):
        memory = _pay(memory, happening, None, lessons)
    memory = memory._replace(gained=memory.gained + listening_reward(happening.event))
    return memory, Taught(gather_lessons(lessons), choices)


def _arrive(
    memory: ShelfMemory, here: Steps, happening: Happening, value: Float64s, lessons: list[Rows]
) -> ShelfMemory:
    """Come to a slate that was not seen before: the passage from the one before it is over."""
    if memory.at:
        days = max(0.0, happening.at - memory.at) / DAY_SECONDS
        discount = KEPT_A_DAY**days
        lessons.append(
            lesson(
                LessonKind.PASSAGE,
                amount=memory.gained,
                situation=memory.since,
                after=here,
                discount=discount,
            )
        )
        better = memory.gained + float(value @ (discount * in_numbers(here) - in_numbers(memory.since)))
        recent = memory.credits[memory.credits["at"] + TRACED_SECONDS >= memory.at][::-1]
        for back, credit in enumerate(recent):
            amount = FUTURE * TRACE**back * better
            lessons.append(_reward(credit, amount))
    return memory._replace(since=here.copy(), at=happening.at, gained=0.0)


def _see(
    memory: ShelfMemory,
    shown: Rows,
    place: int,
    happening: Happening,
    expected: Mapping[int, float],
    lessons: list[Rows],
) -> ShelfMemory:
    """See the first slate of `shown` down to a place, from which an event came, and note what that earned."""
    slate, own = shown[0], memory.own
    for seen in range(slate["seen"], place + 1):
        arm, situation = int(slate["arms"][seen]), slate["situation"]
        lessons.append(
            lesson(LessonKind.IMPRESSION, arm=arm, amount=expected.get(arm, 0.0), situation=situation)
        )
        own = own.note(arm, happening.part, shown=1.0, gained=-float(slate["predicted"][seen]))
    slate["seen"] = max(slate["seen"], place + 1)
    if happening.event.type is EventType.PLAY:
        slate["earned"][place] += shelf_reward(happening.event)
    return memory._replace(shown=shown.tobytes(), own=own)


def _pay(
    memory: ShelfMemory, happening: Happening, situation: Steps | None, lessons: list[Rows]
) -> ShelfMemory:
    """Pay the shelf from which an item was first played, and the one it is played from in a `situation`."""
    event, amount = happening.event, shelf_reward(happening.event)
    mine = np.flatnonzero(memory.credits["item"] == happening.item)
    if len(mine) and (event.is_play or event.type is not EventType.PLAY):
        memory = _pay_later(memory, int(mine[0]), happening, lessons)
    if situation is None or event.type is not EventType.PLAY:
        return memory
    lessons.append(lesson(LessonKind.REWARD, arm=happening.arm, amount=amount, situation=situation))
    own = memory.own.note(happening.arm, happening.part, shown=0.0, gained=amount)
    credits = memory.credits
    if event.is_play and not len(mine):
        credits = add_credit(
            credits,
            item=happening.item,
            at=happening.at,
            arm=happening.arm,
            part=happening.part,
            first=happening.first,
            situation=situation,
        )
    return memory._replace(own=own, credits=credits)


def _pay_later(memory: ShelfMemory, place: int, happening: Happening, lessons: list[Rows]) -> ShelfMemory:
    """Pay a credit: for what is done with its item, or because a first listen came back."""
    credit, event = memory.credits[place], happening.event
    credits = memory.credits
    amount = shelf_reward(event)
    if event.is_play:
        amount = durable_reward(happening.at - float(credit["at"])) if credit["first"] else 0.0
        if amount:
            credits = credits.copy()
            credits["first"][place] = 0
    if not amount:
        return memory
    lessons.append(_reward(credit, amount))
    own = memory.own.note(int(credit["arm"]), int(credit["part"]), shown=0.0, gained=amount)
    return memory._replace(credits=credits, own=own)


def _reward(credit: np.void, amount: float) -> Rows:
    return lesson(LessonKind.REWARD, arm=int(credit["arm"]), amount=amount, situation=credit["situation"])


def _settle(shown: Rows) -> Rows:
    """What came of each shelf that was chosen and seen on slates (`SHOWN`) that are over."""
    rows = []
    for slate in shown:
        for place in range(slate["seen"]):
            if (slate["odds"][:, place] < 1.0).any():
                row = np.zeros(1, CHOICE)
                row["odds"], row["values"] = slate["odds"][:, place], slate["values"][:, place]
                row["predicted"] = slate["predicted"][place]
                row["reward"] = min(1.0, max(0.0, slate["earned"][place]))
                rows.append(row)
    return np.concatenate((NO_CHOICES, *rows))
