"""The bar on sequences: protocol B on the LastFM sequences, beside what S3-Rec's authors published."""

from pathlib import Path

import pytest

from models.events import Event
from models.leave_last_out import MostPlayedNew, judge_completions, leave_last_out
from models.sequences import SequenceModel
from streams.sources import Format, read_listening_log

SEQUENCES = Path(__file__).resolve().parents[3] / "shared" / "data" / "interactions" / "lastfm_sequences.txt"


@pytest.mark.data
def test_the_sequence_model_clears_the_bar():
    log = read_listening_log([SEQUENCES], Format.SEQUENCES, "me", now=1.8e9)
    ends = leave_last_out([one for one in log if isinstance(one, Event)])
    figures = {}
    for model in (SequenceModel(), MostPlayedNew()):
        for event in ends.learned:
            model.learn_one(event)
        figures[type(model)] = judge_completions(model, ends)
    best = figures[SequenceModel]
    assert best.targets == 1_090
    # Published for S3-Rec: .0743 and .0427.
    assert best.hr_at_10 >= 0.09
    assert best.ndcg_at_10 >= 0.05
    assert figures[MostPlayedNew].hr_at_10 < best.hr_at_10 / 2
