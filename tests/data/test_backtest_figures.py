"""The bar: the figures of the backtest on three real listening histories, protocol A in its strict form."""

from pathlib import Path

import numpy as np
import pytest

from models.evaluation import LastSuccessors, MostPlayed, RankingMetrics, place_of, progressive_validation
from models.events import CatalogRecord, Event
from models.ranker import score
from models.shelves import NEXT_UP
from models.standalone import NextUp, Standalone
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
    core = Standalone(ring_events=4_096, shelves=(NEXT_UP,))
    core.learn_catalog(one for one in log if isinstance(one, CatalogRecord))
    emitted, ranked, recommender = RankingMetrics(), RankingMetrics(), NextUp(core)
    for event in events:
        if event.is_play:
            emitted.add(place_of(event.item, recommender.recommend(event.user, most=20)))
            ranked.add(place_of(event.item, ranking(core, event.user)))
        recommender.learn_one(event)
    slates, best = emitted.figures(), ranked.figures()
    assert slates.targets == best.targets == TARGETS
    assert slates.recall_at_20 >= 0.33
    assert slates.mrr_at_20 >= 0.14
    assert best.recall_at_20 >= 0.36
    assert best.mrr_at_20 >= 0.155


def ranking(core, user):
    """What the ranker holds best, before cap and sampler."""
    prediction = core.listener(user).prediction
    if prediction is None:
        return []
    scores = score(prediction.features, core.personalizer.weights)
    best = prediction.positions[np.argsort(-scores, kind="stable")[:20]]
    return [core.catalogue.ids[position] for position in best.tolist()]


@pytest.mark.data
def test_the_baselines_stand_where_they_were_measured(events):
    most_played = progressive_validation(MostPlayed(), events)
    last_successors = progressive_validation(LastSuccessors(), events)
    assert most_played.targets == last_successors.targets == TARGETS
    assert most_played.recall_at_20 < 0.06
    assert 0.15 < last_successors.recall_at_20 < 0.30
