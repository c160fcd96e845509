"""The parts of a demo put together: cast, board, screen, page, and their end in reverse order."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from confluent_kafka import KafkaException

from streams.broker import BrokerFailed
from streams.delivery import Delivery, Undelivered
from streams.demo.board import Board
from streams.demo.casting import Cast, choose_cast
from streams.demo.follower import Follower
from streams.demo.names import Names
from streams.demo.page import Page
from streams.demo.run import Demo
from streams.demo.screen import Screen
from streams.demo.script import DemoFailed, Script
from streams.demo.supervisor import Supervisor, WorkerKeepsDying
from streams.demo.system import System
from streams.engine import TopicMismatch, declare
from streams.settings import BadSetting, read_settings
from streams.sources import UnreadableSource
from streams.topic_reader import Unreachable
from streams.topics import declared_topics

DOCTOR: Final = "`segue doctor` checks the system and says what to do."


def show(script: Script, system: System, screen: Screen, stopping: threading.Event) -> Sequence[str]:
    """Show a demo until it is over, and sum it up in lines. Raises `DemoFailed`."""
    try:
        return _show(script, system, screen, stopping)
    except (Undelivered, UnreadableSource) as error:
        raise DemoFailed(str(error), hint=error.hint) from error
    except (BrokerFailed, BadSetting, TopicMismatch, Unreachable, WorkerKeepsDying) as error:
        raise DemoFailed(str(error), hint=DOCTOR) from error
    except KafkaException as error:
        raise DemoFailed(f"Kafka at {system.brokers} fails: {error.args[0].str()}", hint=DOCTOR) from error


def _show(script: Script, system: System, screen: Screen, stopping: threading.Event) -> Sequence[str]:
    with ExitStack() as stack:
        cast = choose_cast(script)
        for bad in cast.bad_rows:
            screen.step(script.seconds(), f"Left out: {bad}")
        board = _prepare_board(cast, script)
        follower = _connect(script, system, board, screen, stack)
        demo = Demo(
            cast,
            board=board,
            delivery=Delivery(system.brokers),
            follower=follower,
            supervisor=Supervisor(system.worker, board=board, screen=screen),
            screen=screen,
            script=script,
        )
        demo.run(stopping)
        return demo.summary()


def _prepare_board(cast: Cast, script: Script) -> Board:
    names = Names()
    for record in cast.records:
        names.add(record)
    return Board(names, cast.users, since=script.started)


def _connect(script: Script, system: System, board: Board, screen: Screen, stack: ExitStack) -> Follower:
    """Wait for Kafka, make the topics, and follow the slates from before the first event on."""
    system.wait_for_broker()
    declare(system.brokers, declared_topics(read_settings(os.environ)))
    follower = Follower(system.brokers, board.received)
    stack.callback(follower.stop)
    board.broker = f"up at {system.brokers}"
    screen.step(script.seconds(), f"Broker {board.broker}")
    if script.port is not None:
        page = Page(board, port=script.port)
        stack.callback(page.stop)
        board.page = page.address
        screen.step(script.seconds(), f"Page at {page.address}")
    return follower
