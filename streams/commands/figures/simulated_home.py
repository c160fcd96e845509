"""Simulated people with a home screen, under each policy, in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from rich.progress import Progress

from models.events import Event
from models.home import GreedyCore, HomeEnvironment, LiveCore, Recommender
from models.home.diary import Diary, LifeFigures
from models.listeners.habits import Habits, measure_habits
from streams.commands.console import stderr

POLICIES: Final = ("live", "greedy")
KNOB: Final = (-3.0, -1.5, 0.0, 1.5, 3.0)
"""Log-odds added to what a listener has not heard: `discovery` of the core, whose own choice is 0."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A policy in a seeded world of listeners for some days."""

    policy: str
    seed: int
    listeners: int
    days: int
    discovery: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each listener of a trial did, in the same order under every policy, and their habits."""

    trial: Trial
    lives: Sequence[LifeFigures]
    habits: Sequence[Habits]


def run_trials(trials: Sequence[Trial]) -> list[Outcome]:
    """Run trials in as many processes as there are cores, behind a progress bar; outcomes in their order."""
    # Each process has a core of its own, and small matrices: threads would only wait for each other.
    os.environ["OMP_NUM_THREADS"] = "1"
    done: dict[Trial, Outcome] = {}
    with (
        Progress(console=stderr, transient=True, disable=not stderr.is_terminal) as progress,
        ProcessPoolExecutor(
            max_workers=min(len(trials), os.cpu_count() or 1), mp_context=get_context("spawn")
        ) as pool,
    ):
        task = progress.add_task("Listening", total=len(trials))
        for future in as_completed([pool.submit(run_trial, trial) for trial in trials]):
            outcome = future.result()
            done[outcome.trial] = outcome
            progress.advance(task)
    return [done[trial] for trial in trials]


def run_trial(trial: Trial) -> Outcome:
    """Let everybody of a trial live; the recommender learns from its own listeners only."""
    world = HomeEnvironment(seed=trial.seed, listeners=trial.listeners)
    lives: dict[str, tuple[Diary, list[Event]]] = {
        world.listener(index).user: (Diary(world.opens_at), []) for index in range(trial.listeners)
    }
    for event in world.live(_recommender(trial, world), days=trial.days):
        diary, events = lives[event.user]
        diary.add(event)
        if event.ms_played:
            events.append(event)
    return Outcome(
        trial,
        [diary.figures(days=trial.days) for diary, _ in lives.values()],
        [measure_habits(events) for _, events in lives.values() if events],
    )


def select(outcomes: Iterable[Outcome], policy: str) -> list[Outcome]:
    """Those of one policy, in their order."""
    return [outcome for outcome in outcomes if outcome.trial.policy == policy]


def _recommender(trial: Trial, world: HomeEnvironment) -> Recommender:
    records = world.catalogue.records()
    return GreedyCore(records) if trial.policy == "greedy" else LiveCore(records, discovery=trial.discovery)
