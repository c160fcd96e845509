"""Who visits the carousel: a declared synthetic population around the few listeners that Deezer published.

The repository holds nine users of one segment; a million more lie elsewhere. So thousands are made up:

- a segment is a centre, and all centres are as far from the origin as that of the nine, in directions drawn
  evenly: the public centre is such a one, for it moves the logits of the playlists (standard deviation .17)
  as much as a vector of its length in any direction would (.17);
- listeners stray from their centre by a normal distribution whose covariance is halfway between that of the
  nine and an even one of the same size, because nine users span eight of 96 dimensions;
- segments are equally large, and a listener's chances follow from the published weights of the playlists.

Nothing else is fitted. What it gives beside the nine is in `docs/carousel.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.arm_pooling import Floats
from models.arms import Int64s

LISTENERS: Final = 5_000
SEGMENTS: Final = 25


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """Features (float64, n x d) and segments (int64, n) of n listeners."""

    features: Floats
    segments: Int64s


def draw_population(
    public: Floats,
    *,
    seed: int,
    listeners: int = LISTENERS,
    segments: int = SEGMENTS,
    along: Floats | None = None,
) -> Population:
    """Draw listeners around segments, like the `public` ones (float64, m x d), who are of one segment.

    With `along` (float64, k x d) centres lie in the directions in which these vectors differ, not in any;
    with the weights of the playlists, tastes are far stronger.
    """
    random = np.random.default_rng(seed)
    centre, stray = public.mean(axis=0), np.cov(public.T)
    even = np.trace(stray) / len(stray)
    # The centre of a few users strays, too: what is left is the length that centres have themselves.
    length = np.sqrt(max(centre @ centre - np.trace(stray) / len(public), 0.0))
    spread = np.eye(len(centre)) if along is None else np.cov(along.T)
    directions = random.multivariate_normal(np.zeros(len(centre)), spread, segments)
    centres = length * directions / np.linalg.norm(directions, axis=1, keepdims=True)
    belongs = np.arange(listeners) % segments
    wander = (stray + even * np.eye(len(stray))) / 2.0
    away = random.multivariate_normal(np.zeros(len(centre)), wander, listeners)
    return Population(centres[belongs] + away, belongs.astype(np.int64))


def principal_components(features: Floats, *, most: int) -> Floats:
    """The features (float64, n x d) in the `most` directions in which they differ most, at unit mean length.

    >>> principal_components(np.array([[3.0, 1.0], [-3.0, 1.0]]), most=1).round(6).ravel().tolist()
    [1.0, -1.0]
    """
    centred = features - features.mean(axis=0)
    values, directions = np.linalg.eigh(centred.T @ centred)
    strongest = directions[:, np.argsort(-values, kind="stable")[:most]]
    # An eigenvector has no sign of its own: the largest entry is made positive, on every machine alike.
    largest = np.abs(strongest).argmax(axis=0)
    reduced = centred @ (strongest * np.sign(strongest[largest, np.arange(strongest.shape[1])]))
    return np.asarray(reduced / np.sqrt((reduced**2).sum(axis=1).mean()))
