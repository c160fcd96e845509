"""Plays of a log with the facts from before each: what a model of skips may know, and what came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from models.catalogue import Catalogue
from models.events import EVENT_CODES, CatalogRecord, Event, EventType
from models.history import History
from models.skip_buckets import read_skip_facts
from models.sources.scan import Float32s, scan_plays
from streams.sources import Format, read_listening_log

RING_EVENTS: Final = 8_192
NOW: Final = 1.8e9
"""When the logs are read: none of their events is later."""


class Play(NamedTuple):
    """A play: its facts (float32, FACTS) from before it, whether it was a skip, its listener and session."""

    facts: Float32s
    skipped: bool
    user: str
    session: int
    day: int


class Listening:
    """What is known after each event of a log: rings, artists, and everyone's plays and skips of an item."""

    def __init__(self, *, ring_events: int = RING_EVENTS) -> None:
        self._ring_events = ring_events
        self._catalogue = Catalogue()
        self._histories: dict[str, History] = {}
        self._now: dict[str, float] = {}
        self._counts = np.zeros((2, 1024), np.uint32)

    def learn_catalog(self, records: Iterable[CatalogRecord]) -> None:
        """Take in catalog records."""
        self._catalogue.apply_records(list(records))

    def plays(self, events: Iterable[Event]) -> Iterator[Play]:
        """Give each play of a log, in order, with the facts from before it; learn each event after that."""
        for event in events:
            history = self._histories.setdefault(event.user, History(capacity_events=self._ring_events))
            position = self._catalogue.position_of(event.subject)
            facts = self._facts(event.user, position) if event.type is EventType.PLAY else None
            history.append(
                event.subject,
                index=position,
                artist=int(self._catalogue.artist[position]),
                at_seconds=int(event.at),
                ms_played=event.ms_played,
                code=EVENT_CODES[event.type],
            )
            self._now[event.user] = event.at
            if facts is not None:
                self._counts[int(event.is_skip), position] += 1
                session = int(history.session[-1])
                yield Play(facts, event.is_skip, event.user, session, int(event.at // 86_400))

    def _facts(self, user: str, position: int) -> Float32s:
        while position >= self._counts.shape[1]:
            self._counts = np.concatenate((self._counts, np.zeros_like(self._counts)), axis=1)
        known, history, one = self._catalogue, self._histories[user], np.array([position], np.int32)
        return read_skip_facts(
            scan_plays(history.plays(known.artist, version=known.artists_version)),
            one,
            known.artist[one],
            self._counts[0, one],
            self._counts[1, one],
            self._now.get(user, 0.0),
        )[:, 0]


def read_plays(paths: Sequence[Path], *, ring_events: int = RING_EVENTS) -> list[Play]:
    """Read logs, merged by time, as plays with the facts from before each."""
    log = list(read_listening_log(paths, Format.CSV, "me", now=NOW))
    listening = Listening(ring_events=ring_events)
    listening.learn_catalog(one for one in log if isinstance(one, CatalogRecord))
    return list(listening.plays(one for one in log if isinstance(one, Event)))
