"""The graph of the Last.fm sets: how much of it the 5-core keeps, and that it is one."""

from pathlib import Path

import pytest

from models.events import Event
from models.listening_graph import items_played, listening_graph
from streams.commands.figures.k_core import core_numbers, k_core
from streams.sources import Format, read_listening_log

SETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "interactions" / "lastfm_sets.txt.gz"


@pytest.mark.data
def test_the_five_core_keeps_four_fifths_of_the_edges():
    log = read_listening_log([SETS], Format.SETS, "me", now=1.8e9)
    events = [one for one in log if isinstance(one, Event)]
    whole = listening_graph(items_played(events, ring_events=8192))
    assert (len(whole.listeners), len(whole.items), len(whole.edges)) == (23_566, 46_720, 423_635)
    numbers = core_numbers(whole)
    core = k_core(whole, numbers, 5)
    assert numbers.max() == 17
    assert (len(core.graph.listeners), len(core.graph.items)) == (16_303, 23_434)
    assert len(core.graph.edges) == 343_054
    assert core.graph.degrees().min() == 5
