"""The bars on discoveries: what co-listening and factors find alone, one pass over the sets of Last.fm."""

from pathlib import Path

import pytest

from models.events import Event
from models.held_out import hold_out, judge_discoveries, micro_batches
from models.sources_alone import FactorsAlone, NeighboursAlone
from streams.sources import Format, read_listening_log

SETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "interactions" / "lastfm_sets.txt.gz"
RING_EVENTS = 704
"""Room for the longest set."""


@pytest.mark.data
def test_each_source_finds_what_it_should():
    log = read_listening_log([SETS], Format.SETS, "me", now=1.8e9)
    split = hold_out((one for one in log if isinstance(one, Event)), share=0.2, seed=0)
    for make, recall, ndcg in ((NeighboursAlone, 0.41, 0.31), (FactorsAlone, 0.30, 0.23)):
        model = make(ring_events=RING_EVENTS)
        for batch in micro_batches(split.learned, size=500):
            model.learn_many(batch)
        figures = judge_discoveries(model, split, listeners=2_000, seed=0)
        assert figures.listeners == 2_000
        assert figures.recall_at_20 >= recall
        assert figures.ndcg_at_20 >= ndcg
