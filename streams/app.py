"""A worker: the agents, their tables and topics, the replica, wired together and nowhere else."""

from __future__ import annotations

import time

from models.catalogue import Catalogue
from models.composition import Knobs
from models.personalizer import Personalizer
from models.trainer import Trainer
from streams.agents.item import learn_signals, pass_catalog
from streams.agents.judge import judge_policies
from streams.agents.listener import ListenerAgent
from streams.agents.playlist import PlaylistAgent
from streams.agents.trainer import learn_examples
from streams.engine import Batch, Commit, EngineApp, Handler, StateReader, create_app, partition_agent
from streams.engine.failure import exit_now
from streams.freshness import Freshness, LockStep
from streams.replica import Replica
from streams.settings import Settings
from streams.topics import (
    CATALOG,
    DEAD_LETTERS,
    EXAMPLES,
    ITEM_SIGNALS,
    LISTENING_EVENTS,
    OUTCOMES,
    PLAYLISTS,
    declared_topics,
)

LISTENER_BATCH = 100
"""Events learned at once: about a tenth of a second, so that heartbeats and fetches are never late."""
FETCH_RECORDS = 500
"""Records taken from what was fetched at once, of all topics."""
SIGNAL_BATCH = 500
"""Signal blocks learned at once."""
PLAYLIST_BATCH = 4
"""Playlists told at once: one of ten thousand items, all new, takes half a second and says 33 MB."""

JUDGE_LINGER_SECONDS = 1.0
"""Estimates of policies are published at most once in this time."""


def create_worker(settings: Settings) -> EngineApp:
    """Assemble a worker that `run_worker` can run; nothing is started and no topic is made yet.

    Raises `NoSuchCore` where the process cannot have the core of the settings.
    """
    app = create_app(
        settings.app_id,
        brokers=settings.brokers,
        datadir=settings.data_dir,
        standby_replicas=settings.standbys,
        replication=settings.replication,
        fetch_records=FETCH_RECORDS,
        engine={"topics": declared_topics(settings), "core": settings.core},
    )
    listeners = app.state_table("listeners", partitions=settings.partitions)
    items = app.state_table("items", partitions=settings.partitions)
    playlists = app.state_table("playlists", partitions=settings.partitions)
    models = app.state_table("models", partitions=1)
    policies = app.state_table("policies", partitions=1)
    catalogue = Catalogue()
    personalizer = Personalizer(
        catalogue=catalogue,
        weights=Trainer().weights(),
        knobs=Knobs(settings.discovery, settings.exploration, settings.calibration),
    )
    replica = Replica(
        settings.brokers,
        home=settings.data_dir,
        on_failure=lambda error: exit_now("the replica failed", error),
    )
    lock_step = None
    if settings.lock_step:
        lock_step = LockStep(
            settings.brokers,
            replica=replica,
            listeners=listeners,
            items=items,
            playlists=playlists,
            models=models,
        )
    freshness = Freshness(replica, personalizer, lock_step=lock_step)
    # Faust tells this when every batch in hand is committed.
    app.on_before_shutdown.connect(lambda *_, **__: freshness.close())
    agent = ListenerAgent(
        personalizer=personalizer,
        freshness=freshness,
        clock=time.time,
        partitions=settings.partitions,
        ring_events=settings.ring_events,
        cached_listeners=settings.cached_listeners,
        explained_share=settings.explained_share,
    )
    learners: tuple[Handler, ...] = (learn_signals, pass_catalog, learn_examples)
    if settings.frozen_models:
        learners = tuple(map(unpublished, learners))
    on_signals, on_catalog, on_examples = learners
    partition_agent(
        app, topic=LISTENING_EVENTS.name, table=listeners, handler=agent, batch_max=LISTENER_BATCH
    )
    partition_agent(
        app,
        topic=ITEM_SIGNALS.name,
        table=items,
        handler=on_signals,
        batch_max=SIGNAL_BATCH,
        linger_seconds=0.0 if settings.lock_step else settings.item_linger_seconds,
    )
    partition_agent(app, topic=CATALOG.name, table=items, handler=on_catalog, batch_max=SIGNAL_BATCH)
    partition_agent(
        app,
        topic=PLAYLISTS.name,
        table=playlists,
        handler=PlaylistAgent(clock=time.time, partitions=settings.partitions),
        batch_max=PLAYLIST_BATCH,
    )
    partition_agent(
        app,
        topic=EXAMPLES.name,
        table=models,
        handler=on_examples,
        batch_max=SIGNAL_BATCH,
        linger_seconds=0.0 if settings.lock_step else settings.trainer_linger_seconds,
    )
    partition_agent(
        app,
        topic=OUTCOMES.name,
        table=policies,
        handler=judge_policies,
        batch_max=SIGNAL_BATCH,
        linger_seconds=JUDGE_LINGER_SECONDS,
    )
    return app


def unpublished(handler: Handler) -> Handler:
    """Let a handler learn, but keep its models to itself: no worker's catalogue or weights change."""

    async def learn(batch: Batch, state: StateReader) -> Commit:
        commit = await handler(batch, state)
        kept = [output for output in commit.outputs if output.topic == DEAD_LETTERS.name]
        return Commit(writes=commit.writes, outputs=kept)

    return learn
