"""What every model must satisfy, one named check each (after River's `checks` and LensKit's `testing`).

A model under contract is wrapped as a `Subject`; a check gets a way to make a fresh one and a stream of
events, and raises `ContractBroken` with what it found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol, Self

from models.events import Event


class ContractBroken(AssertionError):
    """A model does not keep a promise that all models make."""


class Subject(Protocol):
    """A model under contract; answers and states are canonical bytes, so that equal means equal."""

    state_limit_bytes: int

    def learn(self, event: Event, offset: int) -> None:
        """Learn one event at its place in the log; what is included already changes nothing."""
        ...

    def answer(self) -> bytes:
        """Predict: everything that anybody could ask now."""
        ...

    def state(self) -> bytes:
        """Everything that must be stored to continue."""
        ...

    def restored(self) -> Self:
        """A new model made from `state()` alone."""
        ...


Make = Callable[[], Subject]


def check_cold_start_answers(make: Make, events: Sequence[Event]) -> None:
    """A model that has learned nothing answers, and answers the same twice."""
    subject = make()
    _require(subject.answer() == subject.answer(), "two cold answers differ")


def check_asking_changes_nothing(make: Make, events: Sequence[Event]) -> None:
    """Asking after every event leaves the same state and answers as never asking."""
    asked, silent = make(), make()
    for offset, event in enumerate(events):
        asked.learn(event, offset)
        silent.learn(event, offset)
        asked.answer()
        asked.answer()
    _require(asked.state() == silent.state(), "asking left a trace in the state")
    _require(asked.answer() == silent.answer(), "asking changed a later answer")


def check_same_stream_gives_same_state(make: Make, events: Sequence[Event]) -> None:
    """Two models that learn the same events are equal, byte for byte."""
    first, second = _taught(make, events), _taught(make, events)
    _require(first.state() == second.state(), "same events, different states")
    _require(first.answer() == second.answer(), "same events, different answers")


def check_restored_model_continues_identically(make: Make, events: Sequence[Event]) -> None:
    """A model restored in mid-stream ends as the one that was never stored."""
    half = len(events) // 2
    continued = _taught(make, events[:half])
    restored = continued.restored()
    for offset, event in enumerate(events[half:], start=half):
        continued.learn(event, offset)
        restored.learn(event, offset)
    _require(restored.state() == continued.state(), "the restored model went another way")
    _require(restored.answer() == continued.answer(), "the restored model answers differently")


def check_redelivery_is_harmless(make: Make, events: Sequence[Event]) -> None:
    """Events that are delivered again, with the offsets they had, change nothing."""
    once, twice = _taught(make, events), _taught(make, events)
    for offset, event in enumerate(events):
        twice.learn(event, offset)
    _require(once.state() == twice.state(), "an event counted twice")


def check_late_events_are_safe(make: Make, events: Sequence[Event]) -> None:
    """Events that come in any order of time are learned, and the answer stays an answer."""
    subject = make()
    for offset, event in enumerate(reversed(events)):
        subject.learn(event, offset)
    subject.restored().answer()


def check_state_is_bounded(make: Make, events: Sequence[Event]) -> None:
    """The state stays within the number of bytes that the model states, however long the stream."""
    subject = make()
    for offset in range(3 * len(events)):
        subject.learn(events[offset % len(events)], offset)
    size = len(subject.state())
    _require(
        size <= subject.state_limit_bytes, f"{size} bytes of state, {subject.state_limit_bytes} promised"
    )


CHECKS: Final = (
    check_cold_start_answers,
    check_asking_changes_nothing,
    check_same_stream_gives_same_state,
    check_restored_model_continues_identically,
    check_redelivery_is_harmless,
    check_late_events_are_safe,
    check_state_is_bounded,
)


def _taught(make: Make, events: Sequence[Event]) -> Subject:
    subject = make()
    for offset, event in enumerate(events):
        subject.learn(event, offset)
    return subject


def _require(kept: bool, finding: str) -> None:
    if not kept:
        raise ContractBroken(finding)
