"""Settings: the environment, read once, as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

from streams.cores import ANY

PREFIX: Final = "SEGUE_"


class BadSetting(ValueError):
    """A setting in the environment cannot be read; the message says which and what it should be."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a deployment chooses; each field is read from `SEGUE_<FIELD>`."""

    brokers: str = ""
    """Bootstrap servers, host:port, comma separated; empty: start a local Kafka."""
    data_dir: Path = Path(".segue")
    """Where a worker keeps its state; never share it between workers."""
    app_id: str = "segue"
    """Name of the consumer group and prefix of the changelogs; a new one starts from nothing."""
    partitions: int = 4
    """Partitions of each topic; fixed when the topics are made."""
    replication: int = 1
    """Copies of each topic; 3 on a cluster."""
    standbys: int = 0
    """Workers that keep a warm copy of each partition's state."""
    ring_events: int = 8192
    """Events remembered for each listener, 16 bytes each."""
    processes: int = 1
    """Processes of a worker: each learns the events of its partitions, and keeps all item models."""
    core: int = ANY
    """Core to which the computing thread is kept, where a worker shares its machine with Kafka; -1: none.

    Of several processes the second one keeps to the next core, and so on."""
    cached_listeners: int = 1000
    """Listeners kept decoded in memory, about 0.6 MB each with a full ring."""
    discovery: float = 0.0
    """Log-odds added to what a listener has not heard: 3 is adventurous, -3 keeps to what is known."""
    exploration: float = 1.0
    """How freely shelves and items are drawn, times what it is by default: 0.2 is steady, 3 restless."""
    calibration: float = 0.0
    """How strictly shelves follow the shares of each kind of music in what a listener plays, in [0, 1)."""
    explained_share: float = 0.01
    """Of slates, the share that `segue explain` can make again: 1 keeps 30 KB of each for a week."""
    item_linger_seconds: float = 1.0
    """An item model is published at most once in this time."""
    trainer_linger_seconds: float = 0.2
    """Weights are published at most once in this time."""
    lock_step: bool = False
    """For tests: every model update is applied before the next batch is learned."""
    frozen_models: bool = False
    """For tests: models are learned but not published, so catalogue and weights stay as they are."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read settings from environment variables.

    Raises:
        BadSetting: a value is not of its type.

    >>> read_settings({"SEGUE_PARTITIONS": "8"}).partitions
    8
    """
    given = {}
    for field in fields(Settings):
        text = environment.get(PREFIX + field.name.upper())
        if text is not None:
            given[field.name] = _parse(field.name, text)
    return Settings(**given)  # type: ignore[arg-type]


def _parse(name: str, text: str) -> str | int | float | bool | Path:
    kind = type(getattr(Settings(), name))
    try:
        if kind is bool:
            return {"0": False, "false": False, "1": True, "true": True}[text.lower()]
        return Path(text) if issubclass(kind, Path) else kind(text)
    except (KeyError, ValueError):
        raise BadSetting(f"{PREFIX}{name.upper()}={text!r} should be of type {kind.__name__}") from None
