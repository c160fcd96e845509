"""The bar on items that nobody has played: a tenth of HetRec's artists hidden, ranked by their tags."""

from pathlib import Path

import pytest

from models.cold_items import MostTagged, expect_by_chance, hide_items, judge_cold
from models.events import CatalogRecord, Event
from models.held_out import micro_batches
from models.newcomers import Newcomers
from models.shelves import NEXT_UP
from models.standalone import Standalone
from streams.sources import Format, read_listening_log

HETREC = Path(__file__).resolve().parents[3] / "shared" / "data" / "interactions"
EVERYBODY = 1_892


@pytest.mark.data
def test_hidden_artists_are_told_by_their_content():
    log = read_listening_log([HETREC], Format.HETREC, "me", now=1.8e9)
    records = [one for one in log if isinstance(one, CatalogRecord)]
    split = hide_items((one for one in log if isinstance(one, Event)), share=0.1, seed=0)
    core = Standalone(ring_events=64, shelves=(NEXT_UP,))
    core.learn_catalog(records)
    model = Newcomers(core, records)
    for batch in micro_batches(split.learned, size=500):
        model.learn_many(batch)
    figures = judge_cold(model, split, listeners=EVERYBODY, seed=0)
    chance = expect_by_chance(split, listeners=EVERYBODY, seed=0)
    most_tagged = judge_cold(MostTagged(records), split, listeners=EVERYBODY, seed=0)
    assert (figures.hidden, len(records)) == (1_763, 17_632)
    assert figures.recall_at_20 >= 4 * chance.recall_at_20
    assert figures.recall_at_20 >= 1.5 * most_tagged.recall_at_20
    assert figures.ndcg_at_20 >= 1.5 * most_tagged.ndcg_at_20
