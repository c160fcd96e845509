"""The bar: skips of three real listening histories, each play predicted from what was known before it."""

from pathlib import Path

import pytest

from benchmarks.skip_plays import read_plays
from benchmarks.skips import running_average, segue

HISTORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "listening"
PLAYS = 90_498


@pytest.fixture(scope="module")
def plays():
    return read_plays([HISTORIES / f"{user}.csv.gz" for user in ("u02", "u06", "u08")])


@pytest.mark.data
def test_the_skip_model_clears_the_bar(plays):
    figures = segue(plays).figures
    assert figures.plays == PLAYS
    assert figures.auc >= 0.875
    assert figures.within_session_auc >= 0.785
    assert figures.calibration_error <= 0.010


@pytest.mark.data
def test_the_baseline_stands_where_it_was_measured(plays):
    figures = running_average(plays).figures
    assert figures.plays == PLAYS
    assert 0.84 < figures.auc < 0.85
    assert 0.70 < figures.within_session_auc < 0.715
    assert figures.calibration_error > 0.05
