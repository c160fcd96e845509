"""Slates as they were emitted, judged by what was played next: progressive validation from the topics."""

from __future__ import annotations

import time
from collections.abc import Iterable

import orjson
from confluent_kafka import Message

from models.evaluation import RankingFigures, RankingMetrics, place_of
from models.events import Event
from streams.schemas import Refused, decode_event
from streams.topic_reader import TopicReader
from streams.topics import LISTENING_EVENTS, RECOMMENDATIONS

Place = tuple[int, int]


def judge_emitted(brokers: str) -> RankingFigures:
    """Rank each play of 30 seconds or more by the last slate that includes the listener's event before it.

    Raises:
        Unreachable: Kafka does not answer, or a topic is missing.
    """
    with TopicReader(brokers, RECOMMENDATIONS.name, from_beginning=True) as recommendations:
        rankings = dict(_ranking(message) for message in recommendations.read_to_end())
    with TopicReader(brokers, LISTENING_EVENTS.name, from_beginning=True) as log:
        return _judge(log.read_to_end(), rankings)


def _ranking(message: Message) -> tuple[Place, list[str]]:
    slate = orjson.loads(message.value() or b"")
    shelves = slate["shelves"]
    items = [item["item"] for item in shelves[0]["items"]] if shelves else []
    return (slate["as_of"]["partition"], slate["as_of"]["offset"]), items


def _judge(log: Iterable[Message], rankings: dict[Place, list[str]]) -> RankingFigures:
    metrics, in_force = RankingMetrics(), dict[str, list[str]]()
    for message in log:
        event = _event(message)
        if event is None:
            continue
        if event.is_play:
            metrics.add(place_of(event.item, in_force.get(event.user, [])))
        slate = rankings.get((message.partition() or 0, message.offset() or 0))
        if slate is not None:
            in_force[event.user] = slate
    return metrics.figures()


def _event(message: Message) -> Event | None:
    """An accepted event; what was refused got no slate and is no target."""
    try:
        return decode_event(message.key(), message.value(), now=time.time())
    except Refused:
        return None
