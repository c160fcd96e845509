"""What a slate says of a listener's diet: measured by what is known of its candidates."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from models.candidates import Candidates
from models.catalogue import Catalogue
from models.compiled import compiled
from models.diet.diet import DAY_SECONDS, Diet, Side, count_pots, move_means, pots_of
from models.diet.measures import Float32s, IndexArray, Uint16s, Uint32s, measure_slate
from models.features import Feature
from models.item_space import StepArray
from models.recollection import Float64s
from models.skips import SkipWeights, predict_skips

Int64s = npt.NDArray[np.int64]

_SHOWN: Final = int(Side.SHOWN)


def measure_shown(
    rows: Int64s, candidates: Candidates, catalogue: Catalogue, *, skips: SkipWeights
) -> Float64s:
    """Measure the items of a slate, by their places among the candidates (int64, n), as `measure_slate` does.

    What they are to the listener is read from the candidates: whether they are new, how far from the taste of
    years, and how likely skipped.
    """
    columns = candidates.positions, candidates.features, candidates.buckets
    return _measure(rows, *columns, skips.weights, catalogue.vectors, catalogue.plays, catalogue.total_plays)


def count_slate(
    diet: Diet,
    rows: Int64s,
    candidates: Candidates,
    catalogue: Catalogue,
    *,
    skips: SkipWeights,
    at: float,
) -> Diet:
    """Count a slate: `measure_shown`, `update_diet` and `expose`, in one pass."""
    now = max(diet.at, at)
    means, exposures, narrow = _count_slate(
        diet.means,
        diet.exposures,
        (now - diet.at) / DAY_SECONDS,
        diet.narrow,
        rows,
        candidates.positions,
        candidates.features,
        candidates.buckets,
        skips.weights,
        catalogue.vectors,
        catalogue.plays,
        catalogue.total_plays,
        catalogue.artist,
        catalogue.artists.keys,
    )
    return Diet(now, means, exposures, narrow)


@compiled
def _measure(
    rows: Int64s,
    positions: IndexArray,
    features: Float32s,
    buckets: IndexArray,
    skip_weights: Float64s,
    vectors: StepArray,
    plays: Uint32s,
    total_plays: int,
) -> Float64s:
    return measure_slate(
        positions[rows],
        features[Feature.UNHEARD][rows],
        features[Feature.TASTE_YEARS][rows],
        1.0 - predict_skips(buckets[:, rows], skip_weights),
        vectors,
        plays,
        total_plays,
    )


@compiled
def _count_slate(
    means: Float32s,
    exposures: Uint16s,
    days: float,
    narrow: bool,
    rows: Int64s,
    positions: IndexArray,
    features: Float32s,
    buckets: IndexArray,
    skip_weights: Float64s,
    vectors: StepArray,
    plays: Uint32s,
    total_plays: int,
    artist: IndexArray,
    keys: Int64s,
) -> tuple[Float32s, Uint16s, bool]:
    measured = _measure(rows, positions, features, buckets, skip_weights, vectors, plays, total_plays)
    moved, is_narrow = move_means(means, _SHOWN, measured, days, narrow)
    return moved, count_pots(exposures, pots_of(artist[positions[rows]], keys)), is_narrow
