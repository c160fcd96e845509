"""A demo from its start to its end: learn the past, press play, look after the worker."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from math import inf
from typing import Final

from models.events import Event
from streams.delivery import Delivery
from streams.demo.board import Board, Wish
from streams.demo.casting import Cast
from streams.demo.follower import Follower
from streams.demo.players import Player, display_name
from streams.demo.screen import Screen, summary_lines
from streams.demo.script import DemoFailed, Script
from streams.demo.supervisor import Supervisor
from streams.sources.record_file import to_record

TICK_SECONDS: Final = 0.02
FOCUS_SECONDS: Final = 2.0
"""How often the listener in focus acts: a person has to read what changed."""
LEAVE_ALONE_SECONDS: Final = 30.0
"""Somebody whose play was pressed on the page does nothing by themselves for so long."""
BURST_SECONDS: Final = 0.2
"""After a pause of the machine, at most so many seconds' events are made up for."""
SILENCE_SECONDS: Final = 180.0
"""A demo that sees no slate for so long has failed; a cold start compiles for a minute."""


class Demo:
    """The listeners of a cast on a running system; what they do and when is its business alone."""

    def __init__(
        self,
        cast: Cast,
        *,
        board: Board,
        delivery: Delivery,
        follower: Follower,
        supervisor: Supervisor,
        screen: Screen,
        script: Script,
    ) -> None:
        self._cast = cast
        self._board = board
        self._delivery = delivery
        self._follower = follower
        self._supervisor = supervisor
        self._screen = screen
        self._started = script.started
        self._lasts_seconds = script.lasts_seconds
        self._until = inf
        self._rate = script.rate
        self._players = {player.user: player for player in (cast.focus, *cast.others)}
        self._left_alone: dict[str, float] = {}
        self._is_live = self._was_shown = False
        self._live_since = 0.0
        self._turns = 0
        self._focus_due = 0.0
        self._heard = (0, script.started)

    def _send_past(self) -> None:
        """Send the records of all items and the events of the past, as fast as Kafka takes them."""
        for record in self._cast.records:
            self._delivery.send(to_record(record))
        for event in self._cast.past:
            self._delivery.send(to_record(event))
            self._board.sent_past(time.monotonic())
        self._delivery.finish()

    def run(self, stopping: threading.Event) -> None:
        """Go on until it is time or `stopping` is set. Raises `DemoFailed`, `Undelivered`."""
        self._send_past()
        while not stopping.wait(TICK_SECONDS) and (now := time.monotonic()) < self._until:
            self._follower.check()
            self._supervisor.check(now - self._started)
            self._check_silence(now)
            if self._is_live:
                self._press(now)
            elif self._board.has_learned_the_past:
                self._begin(now)
            self._show(now)

        self._show_newest(time.monotonic())

    def summary(self) -> list[str]:
        """Sum up."""
        now = time.monotonic()
        snapshot = self._board.snapshot(self._cast.focus.user, now)
        return summary_lines(snapshot, self._board.figures(now, latency_seconds=now - self._started))

    def _show(self, now: float) -> None:
        seconds, user = now - self._started, self._cast.focus.user
        is_first = not self._was_shown and self._board.newest(user) is not None
        if is_first:
            self._was_shown = True
            self._screen.step(seconds, f"Worker up; first slate of {display_name(user)}")
        if is_first or self._screen.is_due(seconds):
            self._show_newest(now)

    def _show_newest(self, now: float) -> None:
        self._screen.show(now - self._started, self._board.snapshot(self._cast.focus.user, now))

    def _begin(self, now: float) -> None:
        self._is_live = True
        self._live_since = self._focus_due = now
        self._until = now + self._lasts_seconds
        seconds = now - self._started
        name = display_name(self._cast.focus.user)
        self._screen.step(
            seconds, f"Learned {len(self._cast.past):,} events of the past; {name} presses play"
        )

    def _press(self, now: float) -> None:
        """Grant wishes, give everybody the turns that are due, and wait until Kafka has what they did."""
        for wish in self._board.take_wishes():
            self._grant(wish, now)
        for player in self._turns_due(now):
            self._act(player, now)
        # Delivery lingers to fill its batches; finishing sends at once, and knows that Kafka has it.
        self._delivery.finish()

    def _turns_due(self, now: float) -> Iterator[Player]:
        """Give the listener in focus a turn every two seconds, and the others theirs in turn."""
        if now >= self._focus_due:
            self._focus_due = now + FOCUS_SECONDS
            yield self._cast.focus
        due = int((now - self._live_since) * self._rate)
        burst = max(1, int(self._rate * BURST_SECONDS))
        first, self._turns = max(self._turns, due - burst), due
        others = self._cast.others
        yield from (others[turn % len(others)] for turn in range(first, due) if others)

    def _grant(self, wish: Wish, now: float) -> None:
        """Play what was pressed on the page; the simulation then leaves this listener alone for a while."""
        player = self._players[wish.user]
        self._left_alone[wish.user] = now + LEAVE_ALONE_SECONDS
        duration_ms = self._board.names.duration_ms(wish.item)
        self._send(player.play(wish.item, duration_ms=duration_ms, origin=wish.origin))

    def _act(self, player: Player, now: float) -> None:
        if now < self._left_alone.get(player.user, 0.0):
            return
        event = player.act(self._board.newest(player.user), now=time.time())
        if event is not None:
            self._send(event)

    def _send(self, event: Event) -> None:
        self._board.pressed(event, time.monotonic())
        self._delivery.send(to_record(event))

    def _check_silence(self, now: float) -> None:
        slates, since = self._heard
        if (total := self._board.slates) != slates or self._board.has_all_slates:
            self._heard = (total, now)
        elif now - since > SILENCE_SECONDS:
            raise self._silent(now - since)

    def _silent(self, seconds: float) -> DemoFailed:
        tail = "\n".join(self._supervisor.log_tail())
        return DemoFailed(
            f"no slate came for {seconds:.0f} s; the end of the worker's log:\n{tail}",
            hint="`segue doctor` checks the system; a first start compiles, `make env` does it beforehand.",
        )
