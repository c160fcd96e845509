"""What goes into a handler and what comes out: plain values, no Faust, no Kafka client."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol


class Record(NamedTuple):
    """One Kafka record as it was read; ``timestamp_ms`` is milliseconds since 1970."""

    key: bytes | None
    value: bytes | None
    offset: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Records of one partition: never empty, offsets ascending, none of them applied before."""

    topic: str
    partition: int
    records: Sequence[Record]


@dataclass(frozen=True, slots=True)
class Output:
    """One record to be sent to an exact partition; outputs for one partition keep their order."""

    topic: str
    key: bytes | None
    value: bytes | None
    partition: int
    headers: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Commit:
    """What a batch changes: state by key (``None`` deletes), and records to send before the state changes."""

    writes: Mapping[bytes, bytes | None]
    outputs: Sequence[Output] = ()


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refused record: which one, why, and the field that was wrong (empty when it is the whole value)."""

    batch: Batch
    record: Record
    reason: str
    field: str = ""

    def output(self, topic: str, *, partition: int | None = None) -> Output:
        """Return the original bytes for ``topic``, by default on the source's partition."""
        headers = {
            "reason": self.reason,
            "field": self.field,
            "topic": self.batch.topic,
            "partition": str(self.batch.partition),
            "offset": str(self.record.offset),
        }
        return Output(
            topic=topic,
            key=self.record.key,
            value=self.record.value,
            partition=self.batch.partition if partition is None else partition,
            headers=tuple((name, text.encode("ascii", "backslashreplace")) for name, text in headers.items()),
        )


class StateReader(Protocol):
    """The state of the partition that a batch belongs to."""

    def read(self, keys: Iterable[bytes]) -> dict[bytes, bytes | None]:
        """Return the value of each key in one multi-get, ``None`` where there is none."""
        ...


Handler = Callable[[Batch, StateReader], Awaitable[Commit]]
"""Turns a batch into a commit.

Contract: every value holds the source offset it includes (one for each source topic that may change it),
and a handler leaves a value alone when that offset is not below the record's. A crash may cut the changelog
in the middle of a commit; the batch is then handled again on values of which some include it, some do not.
"""
