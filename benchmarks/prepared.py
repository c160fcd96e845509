"""Topics as a worker needs them, with the state of a world in them: nothing is left to be learned first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from benchmarks import topics
from benchmarks.world import World
from models.events import stable_key
from models.items import item_models
from models.signals import partition_of
from models.state import changed_values
from streams.agents.item import item_state_key
from streams.app import create_worker
from streams.schemas import encode_catalog, encode_event
from streams.settings import Settings
from streams.topics import ITEM_MODELS, LISTENING_EVENTS, RECOMMENDATIONS, TOPICS, Topic, record_key


@contextmanager
def prepared_topics(world: World, settings: Settings) -> Iterator[int]:
    """Make all topics and put the world's state in them; yields the bytes of a listener, deletes on leaving.

    Kafka itself stamps events and slates as they are appended. A worker of the same settings recovers the
    listeners and items from its changelogs and the catalogue from `item-models`. Raises `KafkaInUse` where
    one of the topics exists.
    """
    kafka = settings.brokers
    mine = {topic.name for topic in TOPICS}
    if taken := mine.intersection(topics.names(kafka)):
        raise topics.KafkaInUse(f"the Kafka at {kafka} holds topics of a Segue: {', '.join(sorted(taken))}")
    # Outside of what is cleaned up: if somebody was quicker to make it, the topics are theirs.
    _create_timed(LISTENING_EVENTS, settings)
    try:
        _create_timed(RECOMMENDATIONS, settings)
        worker = create_worker(settings)
        worker.declare_topics()
        changelogs = {table.name: table.changelog_topic_name for table in worker.state_tables}
        stored = _Counted(_listeners(world, settings.partitions))
        topics.fill(kafka, changelogs["listeners"], stored)
        topics.fill(kafka, changelogs["items"], _items(world, settings.partitions))
        topics.fill(kafka, ITEM_MODELS.name, _catalogue(world, settings.partitions))
        yield round(stored.bytes / len(world.listeners))
    finally:
        made = [name for name in topics.names(kafka) if name in mine or settings.app_id in name]
        topics.delete_named(kafka, made)


def _create_timed(topic: Topic, settings: Settings) -> None:
    config = {**topic.config, "message.timestamp.type": "LogAppendTime"}
    topics.create(settings.brokers, topic.name, partitions=settings.partitions, config=config)


def encode_future(world: World, *, partitions: int) -> list[topics.Record]:
    """The events that follow, as producers send them; listeners are dealt to the partitions in turn."""
    return [(event.user, nth % partitions, encode_event(event)) for nth, event in world.future()]


@dataclass(slots=True)
class _Counted:
    """Passes records on and adds up the bytes of their keys and values."""

    records: Iterable[topics.Record]
    bytes: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[topics.Record]:
        for key, partition, value in self.records:
            self.bytes += len(key) + len(value)
            yield key, partition, value


def _listeners(world: World, partitions: int) -> Iterator[topics.Record]:
    for nth, listener in enumerate(world.listeners):
        for key, value in changed_values(listener.state, count_before=0).items():
            yield key, nth % partitions, value or b""


def _items(world: World, partitions: int) -> Iterator[topics.Record]:
    items = world.items
    for key, name, state in zip(items.keys.tolist(), items.names, items.states, strict=True):
        owner = partition_of(key, partitions=partitions)
        yield item_state_key(key), owner, state.tobytes() + name.encode()


def _catalogue(world: World, partitions: int) -> Iterator[topics.Record]:
    for record in world.records:
        owner = partition_of(stable_key(record.item), partitions=partitions)
        yield record_key(record.item), owner, encode_catalog(record)
    for name, model in zip(world.items.names, item_models(world.items.states), strict=True):
        yield name.encode(), partition_of(stable_key(name), partitions=partitions), model.tobytes()
