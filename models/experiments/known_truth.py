"""A log in which the difference between variants is known, to see whether it is found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from models.events import Event
from models.experiments.assignment import Experiment, assign


def thinned(
    events: Iterable[Event], experiment: Experiment, *, variant: str, share: float, seed: int
) -> Iterator[Event]:
    """Take out a `share` of the events of a variant's listeners, drawn by lot: the rest hear 1 - `share`.

    Rates of what is left stay as they were, such as that of skips; what counts by the day falls by `share`.
    """
    draws = np.random.default_rng(seed)
    variants: dict[str, str] = {}
    for event in events:
        if event.user not in variants:
            variants[event.user] = assign(experiment, event.user)
        if variants[event.user] != variant or draws.random() >= share:
            yield event
