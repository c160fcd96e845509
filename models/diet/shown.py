"""What a slate says of a listener's diet: measured by what is known of its candidates."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from models.candidates import Candidates
from models.catalogue import Catalogue
from models.compiled import compiled
from models.diet.diet import Diet, Side, expose, pots_of, update_diet
from models.diet.measures import Float32s, IndexArray, Uint32s, measure_slate
from models.features import Feature
from models.item_space import StepArray
from models.recollection import Float64s
from models.skips import SkipWeights, predict_skips


def measure_shown(
    rows: npt.NDArray[np.int64], candidates: Candidates, catalogue: Catalogue, *, skips: SkipWeights
) -> Float64s:
    """Measure the items of a slate, by their places among the candidates (int64, n), as `measure_slate` does.

    What they are to the listener is read from the candidates: whether they are new, how far from the taste of
    years, and how likely skipped.
    """
    columns = candidates.positions, candidates.features, candidates.buckets
    return _measure(rows, *columns, skips.weights, catalogue.vectors, catalogue.plays, catalogue.total_plays)


def count_slate(
    diet: Diet, measured: Float64s, shown: IndexArray, catalogue: Catalogue, *, at: float
) -> Diet:
    """Count a slate with its measures and the artists of its items, by catalogue position (int32, n)."""
    pots = pots_of(catalogue.artist[shown], catalogue.artists.keys)
    return expose(update_diet(diet, Side.SHOWN, measured, at=at), pots)


@compiled
def _measure(
    rows: npt.NDArray[np.int64],
    positions: IndexArray,
    features: Float32s,
    buckets: IndexArray,
    skip_weights: npt.NDArray[np.float64],
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
