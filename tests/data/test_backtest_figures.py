"""The bar: the figures of the backtest on three real listening histories, protocol A in its strict form."""

from pathlib import Path

import pytest

from models.evaluation import LastSuccessors, MostPlayed, progressive_validation
from models.events import CatalogRecord, Event
from models.shelves import NEXT_UP
from models.standalone import NextUp, Standalone
from models.state import stored_bytes
from streams.settings import Settings
from streams.sources import Format, read_listening_log

HISTORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "listening"
TARGETS = 58_524


@pytest.fixture(scope="module")
def log():
    paths = [HISTORIES / f"{user}.csv.gz" for user in ("u02", "u06", "u08")]
    return read_listening_log(paths, Format.CSV, "me", now=1.8e9)


@pytest.fixture(scope="module")
def events(log):
    return [one for one in log if isinstance(one, Event)]


@pytest.mark.data
def test_the_whole_system_clears_the_bar(log, events):
    core = Standalone(ring_events=Settings().ring_events, shelves=(NEXT_UP,))
    core.learn_catalog(one for one in log if isinstance(one, CatalogRecord))
    figures = progressive_validation(NextUp(core), events)
    assert figures.targets == TARGETS
    assert figures.hit_at_1 >= 0.112
    assert figures.recall_at_10 >= 0.289
    assert figures.recall_at_20 >= 0.380
    assert figures.mrr_at_20 >= 0.163
    largest = max(map(stored_bytes, core.listeners.values()))
    assert 130 * 1024 < largest <= 160 * 1024


@pytest.mark.data
def test_the_baselines_stand_where_they_were_measured(events):
    most_played = progressive_validation(MostPlayed(), events)
    last_successors = progressive_validation(LastSuccessors(), events)
    assert most_played.targets == last_successors.targets == TARGETS
    assert most_played.recall_at_20 < 0.06
    assert 0.15 < last_successors.recall_at_20 < 0.30
