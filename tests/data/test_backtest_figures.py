"""The bar: the figures of the backtest on three real listening histories, protocol A in its strict form."""

import csv
import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.batch import Placed
from models.evaluation import LastSuccessors, MostPlayed, progressive_validation
from models.events import CatalogRecord, Event, EventType
from models.standalone import Standalone

HISTORIES = Path(__file__).resolve().parents[3] / "shared" / "data" / "listening"
RING_EVENTS = 4_096
TARGETS = 58_524


class WholeSystem:
    """Everything that a worker does, slates included; its ranking is that of the last slate's candidates."""

    def __init__(self):
        self.system = Standalone(ring_events=RING_EVENTS)
        self.offset = 0

    def recommend(self, user, *, most):
        listener = self.system.listener(user)
        if listener.prediction is None:
            self.system.personalizer.recommend(listener, partition=0)
        best = listener.prediction.positions[:most]
        return [self.system.catalogue.item_id(position) for position in best.tolist()]

    def learn_one(self, event):
        self.system.learn_catalog([CatalogRecord(item=event.item, title=event.item, artist=event.artist)])
        self.system.process([Placed(self.offset, event)], partition=0, emit=lambda *_: None)
        self.offset += 1


@pytest.fixture(scope="module")
def events():
    rows = []
    for user in ("u02", "u06", "u08"):
        with gzip.open(HISTORIES / f"{user}.csv.gz", "rt", encoding="utf-8") as file:
            rows += csv.DictReader(file)
    rows.sort(key=lambda row: row["end_time"])
    return [
        Event(
            id=str(number),
            type=EventType.PLAY,
            user=row["user"],
            at=datetime.fromisoformat(row["end_time"]).replace(tzinfo=UTC).timestamp(),
            item=row["artist"] + "\t" + row["track"],
            artist=row["artist"],
            ms_played=int(row["ms_played"]),
        )
        for number, row in enumerate(rows)
    ]


@pytest.mark.data
def test_the_whole_system_clears_the_bar_by_a_margin(events):
    figures = progressive_validation(WholeSystem(), events)
    assert figures.targets == TARGETS
    assert figures.recall_at_20 >= 0.35
    assert figures.mrr_at_20 >= 0.15


@pytest.mark.data
def test_the_baselines_stand_where_they_were_measured(events):
    most_played = progressive_validation(MostPlayed(), events)
    last_successors = progressive_validation(LastSuccessors(), events)
    assert most_played.targets == last_successors.targets == TARGETS
    assert most_played.recall_at_20 < 0.06
    assert 0.15 < last_successors.recall_at_20 < 0.30
