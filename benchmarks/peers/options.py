"""What a peer is told on its command line, and what it tells: when it saw its first event."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class PeerOptions:
    """Where a peer reads, writes and keeps its state; `group` names its consumer group."""

    bootstrap: str
    group: str
    source: str
    output: str
    directory: str

    @classmethod
    def from_command_line(cls) -> PeerOptions:
        """Read the options from the only argument."""
        return cls(**orjson.loads(sys.argv[1]))

    def to_argument(self) -> str:
        """Write the options as the only argument."""
        return orjson.dumps(asdict(self)).decode()

    @property
    def state(self) -> Path:
        """The directory of the local state."""
        return Path(self.directory) / "state"

    @property
    def first_event(self) -> Path:
        """The file that holds when the first event was seen (monotonic seconds)."""
        return Path(self.directory) / "first-event"


class Stopwatch:
    """Notes when the first event is seen, once."""

    def __init__(self, options: PeerOptions) -> None:
        self._path = options.first_event
        self._started = False

    def start(self) -> None:
        """Note the time; only the first call does."""
        if not self._started:
            self._started = True
            note(self._path, time.monotonic())


def note(path: Path, number: float) -> None:
    """Write a number so that a reader sees all of it or nothing."""
    draft = path.with_suffix(".draft")
    draft.write_text(repr(number))
    draft.replace(path)
