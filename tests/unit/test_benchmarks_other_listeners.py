"""What surrounds the measurement of other listeners' slates: the probes, when they act, and their figures."""

import math
from itertools import chain

import orjson
import pytest

from benchmarks.other_listeners import measure_other_listeners, summarize
from benchmarks.probes import EVERY_SECONDS, PATIENCE_SECONDS, Probe, Probes
from models.batch import Placed
from models.events import Event, EventType
from models.standalone import Standalone
from streams.recommendations import encode_recommendation
from streams.schemas import decode_event

AT = 1_700_000_000.0


def events_of(records):
    return [decode_event(user.encode(), value, now=AT * 1.1) for user, _, value in records]


def learn(core, *logs, first):
    for offset, event in enumerate(chain(*logs), start=first):
        core.process([Placed(offset=offset, event=event)], partition=0, emit=None)


def slate_for(core, user):
    listener = core.listener(user)
    slate = core.personalizer.recommend(listener, partition=0)
    return encode_recommendation(
        slate, user=user, profile=listener.profile, partition=0, offset=0, at=AT, emitted_at=AT
    )


def crowd():
    """Two crowds who play different things: something else to show, and co-listening means something."""
    for nth in range(1_000):
        yield Event(
            id=str(nth),
            type=EventType.PLAY,
            user=f"u{nth % 7}",
            at=AT - 90_000 + 60 * nth,
            item=f"t:{nth % 7 % 2}:{nth * nth % 211}",
            ms_played=60_000,
        )


def test_what_the_finder_finds_is_shown_to_the_other_by_co_listening_alone():
    core, probes = Standalone(ring_events=128), Probes([0.0, 0.0, 9.0], at=AT, partitions=4)
    learn(core, crowd(), events_of(probes.histories()), first=0)
    before = {f"other {nth}": slate_for(core, f"other {nth}") for nth in range(3)}
    learn(core, events_of(probes.due(0.0)), first=2_000)
    for nth in range(3):
        probe, slate = Probe(nth, 4), slate_for(core, f"other {nth}")
        assert not probe.is_shown(before[probe.other])
        # The third one has not begun; and nobody's find is taken for another's.
        assert probe.is_shown(slate) == (nth < 2)
        assert not Probe(nth + 1, 4).is_shown(slate)
        shown = [item for shelf in orjson.loads(slate)["shelves"] for item in shelf["items"]]
        for item in (one for one in shown if one["item"] == probe.found):
            # Whatever was played at all is a little popular.
            assert item["sources"] == ["neighbours", "popular"]
            assert item["why"] == {"because": "also_played", "item": probe.shared}


def test_a_find_that_another_source_proposes_does_not_count():
    def slate(sources):
        item = {"item": Probe(5, 4).found, "sources": sources}
        return orjson.dumps({"shelves": [{"items": []}, {"items": [item]}]})

    assert Probe(5, 4).is_shown(slate(["neighbours", "popular"]))
    assert not Probe(5, 4).is_shown(slate(["popular"]))


def test_the_other_listens_on_until_the_find_is_shown():
    probe = Probe(0, 4)
    shown = orjson.dumps({"shelves": [{"items": [{"item": probe.found, "sources": ["neighbours"]}]}]})
    probes = Probes([2.0], at=AT, partitions=4)
    assert [user for user, _, _ in probes.histories()] == list(probe.users)
    assert list(probes.due(1.9)) == []
    assert [user for user, _, _ in probes.due(2.0)] == ["finder 0", "other 0"]
    assert list(probes.due(2.0 + EVERY_SECONDS / 2)) == []
    assert [user for user, _, _ in probes.due(2.001 + EVERY_SECONDS)] == ["other 0"]
    probes.see("finder 0", shown, 2.4)
    probes.see("other 0", b'{"shelves":[]}', 2.4)
    assert not probes.over
    probes.see("other 0", shown, 2.5)
    probes.see("other 0", shown, 2.6)
    assert probes.over
    assert probes.latencies_ms == [pytest.approx(500)]
    assert list(probes.due(3.0)) == []


def test_who_waits_in_vain_is_given_up_as_missed():
    probes = Probes([1.0, 0.0], at=AT, partitions=4)
    assert len(list(probes.due(1.0))) == 4
    assert not probes.over
    assert list(probes.due(1.1 + PATIENCE_SECONDS)) == []
    assert probes.over
    assert probes.latencies_ms == [math.inf, math.inf]


def test_listeners_of_probes_meet_in_all_pairs_of_partitions():
    records = list(Probes([0.0] * 16, at=AT, partitions=4).histories())
    finders, others = records[::2], records[1::2]
    pairs = {(finder[1], other[1]) for finder, other in zip(finders, others, strict=True)}
    assert len(pairs) == 16


def test_one_miss_in_fifty_spoils_the_99th_percentile_and_not_the_median():
    figures = summarize([100.04] * 49 + [math.inf], rate=300.06, core=-1)
    assert (figures.other_p50_ms, figures.other_p99_ms) == (100.0, math.inf)
    assert (figures.probes, figures.missed, figures.rate) == (50, 1, 300.1)
    assert orjson.loads(orjson.dumps(figures))["other_p99_ms"] is None
    assert summarize([float(ms) for ms in range(1, 101)], rate=1, core=0).other_p99_ms == 100


def test_a_small_measurement_finds_every_probe(own_broker):
    said = []
    figures = measure_other_listeners(
        own_broker.bootstrap, rate=40, seconds=1, core=-1, progress=said.append, listeners=4, probes=8
    )
    assert (figures.probes, figures.missed) == (8, 0)
    assert 0 < figures.other_p50_ms <= figures.other_p99_ms <= figures.other_max_ms < 1_000 * PATIENCE_SECONDS
    assert figures.rate > 40
    assert any("8 probes" in line for line in said)
