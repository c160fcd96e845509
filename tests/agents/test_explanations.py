"""Which slates a worker explains, and that a batch which is sent again explains the same ones."""

from __future__ import annotations

import orjson

from models.catalogue import Catalogue
from models.explained import rebuild
from models.explanation import is_explained
from models.explanation_bytes import decode_explanation
from models.personalizer import Personalizer
from models.trainer import Trainer
from streams.agents.listener import ListenerAgent
from streams.explanations import write_again
from streams.topics import EXPLANATIONS, LISTENING_EVENTS, RECOMMENDATIONS
from tests.agents.test_agents import Fresh, Stored, batch, handle, plays

COUNT = 60


def emitted(share: float) -> dict[str, dict[str, bytes]]:
    """The records of both topics by the id of the slate, and in the order in which they were sent."""
    agent = ListenerAgent(
        personalizer=Personalizer(catalogue=Catalogue(), weights=Trainer().weights()),
        freshness=Fresh(),
        clock=lambda: 1.7e9,
        partitions=4,
        ring_events=64,
        cached_listeners=10,
        explained_share=share,
    )
    given = batch(LISTENING_EVENTS.name, plays("ann", COUNT), first=0, key=b"ann")
    found: dict[str, dict[str, bytes]] = {RECOMMENDATIONS.name: {}, EXPLANATIONS.name: {}}
    last = ""
    for output in handle(agent, given, Stored()).outputs:
        if output.topic == RECOMMENDATIONS.name:
            last = orjson.loads(output.value)["id"]
        if output.topic in found:
            assert (output.key, output.partition) == (b"ann", 0)
            found[output.topic][last] = output.value
    return found


def test_the_share_that_is_explained_is_told_by_ids_and_nothing_else_changes():
    whole, some, none = emitted(1.0), emitted(0.3), emitted(0.0)
    expected = [f"0-{offset}" for offset in range(COUNT) if is_explained(0, offset, share=0.3)]
    assert 0 < len(expected) < COUNT
    assert list(some[EXPLANATIONS.name]) == expected == list(emitted(0.3)[EXPLANATIONS.name])
    assert len(whole[EXPLANATIONS.name]) == COUNT
    assert none[EXPLANATIONS.name] == {}
    shelves = [
        [orjson.loads(value)["shelves"] for value in one[RECOMMENDATIONS.name].values()]
        for one in (whole, some, none)
    ]
    assert shelves[0] == shelves[1] == shelves[2]


def test_what_is_sent_beside_a_slate_explains_it():
    found = emitted(1.0)
    for name, record in found[RECOMMENDATIONS.name].items():
        explanation, document = decode_explanation(found[EXPLANATIONS.name][name]), orjson.loads(record)
        assert explanation.emission == ("ann", 0, document["as_of"]["offset"], document["emitted_at"])
        assert write_again(document, rebuild(explanation), explanation) == record
