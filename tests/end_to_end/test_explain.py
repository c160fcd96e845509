"""`segue explain` on a real Kafka: slates of a worker that is killed, made again byte for byte."""

import random
from dataclasses import replace
from itertools import islice

import orjson
import pytest
import typer
from typer.testing import CliRunner, Result

from models.events import EventType
from models.explained import rebuild
from models.explanation import Emission
from models.explanation_bytes import decode_emission, decode_explanation, encode_explanation
from models.listeners import Population, simulate
from streams.commands.explain import explain
from streams.explanations import find_explained, write_again
from streams.schemas import encode_catalog, encode_event
from streams.topics import CATALOG, EXPLANATIONS, LISTENING_EVENTS, RECOMMENDATIONS
from tests.end_to_end.system import System

EVENTS = 1_300
KILLS = 2
SLATES = 1_000
cli = typer.Typer()
cli.command()(explain)


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments], env={"COLUMNS": "140"})


def torment(system: System, log, dice: random.Random) -> None:
    """Kill the worker in the midst of the slates of each share of the log."""
    system.start()
    for _ in range(KILLS):
        system.wait_until_ready(seconds=120)
        slates = system.appended(RECOMMENDATIONS.name)
        share = list(islice(log, EVENTS // (KILLS + 1)))
        system.produce(LISTENING_EVENTS.name, share)
        system.wait_for_records(
            RECOMMENDATIONS.name, slates + dice.randrange(50, len(share) // 2), seconds=120
        )
        system.kill()
        system.start()
    system.produce(LISTENING_EVENTS.name, log)


@pytest.fixture(scope="module")
def emitted(module_broker, tmp_path_factory):
    """The address of a Kafka, the slates that are there, and what they followed from."""
    world = Population(seed=8, listeners=20, items=500, artists=60)
    events = [e for e in simulate(world, events=2 * EVENTS, start_at=1.7e9) if e.type != EventType.IMPRESSION]
    log = iter([(one.user.encode(), encode_event(one)) for one in events[:EVENTS]])
    home = tmp_path_factory.mktemp("explain")
    with System(module_broker, home, explained_share=1, ring_events=128, partitions=4) as system:
        records = world.catalogue.records()
        system.produce(CATALOG.name, ((one.item.encode(), encode_catalog(one)) for one in records))
        torment(system, log, random.Random(8))
        system.wait_for(RECOMMENDATIONS.name, EVENTS, seconds=120)
        system.wait_until_drained(seconds=120)
        slates = list(system.read(RECOMMENDATIONS.name))
        explanations = list(system.read(EXPLANATIONS.name))
        yield module_broker, system, slates, explanations


def test_slates_of_a_worker_that_was_killed_are_made_again_byte_for_byte(emitted):
    _, _, slates, explanations = emitted
    kept = {decode_emission(one.value()): one for one in explanations}
    made, versions = {}, set()
    for slate in slates:
        document = orjson.loads(slate.value())
        as_of = document["as_of"]
        one = kept.get((as_of["partition"], as_of["offset"], document["emitted_at"]))
        # A kill may come between a slate and its explanation: then both are sent again.
        if one is not None:
            assert (one.partition(), one.key()) == (slate.partition(), slate.key())
            explanation = decode_explanation(one.value())
            again = write_again(document, rebuild(explanation), explanation)
            assert again == slate.value(), document["id"]
            made[document["id"]] = again
            versions.add(explanation.versions)
    assert made.keys() == {orjson.loads(slate.value())["id"] for slate in slates}
    assert len(made) >= SLATES
    assert len(versions) > 2, "catalogue and weights must have moved"


def test_the_command_says_that_it_is_the_same_and_why(emitted):
    broker, _, slates, _ = emitted
    document = orjson.loads(slates[len(slates) // 4 - 5].value())
    said = run(document["id"], "--brokers", broker)
    assert said.exit_code == 0, said.output
    assert "bit for bit the same" in said.stdout
    for shelf in document["shelves"]:
        assert shelf["title"] in said.stdout
    found = run(document["id"], "--brokers", broker, "--json")
    assert found.exit_code == 0
    told = orjson.loads(found.stdout)
    assert told["same"] is True
    assert (told["id"], told["user"], told["as_of"]) == (
        document["id"],
        document["user"],
        document["as_of"],
    )
    shown = [shelf for shelf in told["shelves"] if shelf["place"]]
    assert [shelf["id"] for shelf in shown] == [shelf["id"] for shelf in document["shelves"]]


def test_a_candidate_that_was_not_shown_is_told_why(emitted):
    broker, _, slates, _ = emitted
    document = orjson.loads(slates[-1].value())
    shown = {item["item"] for shelf in document["shelves"] for item in shelf["items"]}
    explanation = find_explained(broker, document["id"]).explanation
    item = next(one for one in explanation.names.items if one not in shown)
    said = run(document["id"], "--brokers", broker, "--item", item)
    assert said.exit_code == 0, said.output
    assert "was not drawn" in said.stdout or "asks for something else" in said.stdout
    told = orjson.loads(run(document["id"], "--brokers", broker, "--item", item, "--json").stdout)
    assert [one["item"] for one in told["candidates"]] == [item]
    assert len(told["standings"]) == len(document["shelves"])
    stranger = run(document["id"], "--brokers", broker, "--item", "no such item")
    assert stranger.exit_code == 1
    assert "not among the" in stranger.stderr


def test_every_slate_is_found_by_its_id(emitted):
    broker, _, slates, _ = emitted
    for slate in random.Random(2).sample(slates, 12):
        document = orjson.loads(slate.value())
        kept = find_explained(broker, document["id"])
        assert kept.document["id"] == document["id"]
        assert kept.explanation.emission.user == document["user"]


def test_a_slate_that_does_not_follow_from_its_inputs_is_told_apart(emitted):
    broker, system, slates, explanations = emitted
    value = explanations[-1].value()
    partition, offset, _ = decode_emission(value)
    document = next(
        one
        for one in map(orjson.loads, (slate.value() for slate in reversed(slates)))
        if one["as_of"]["offset"] == offset and one["as_of"]["partition"] == partition
    )
    forged = 10**9
    document |= {"id": f"{partition}-{forged}", "emitted_at": 1.5}
    document["as_of"]["offset"] = forged
    document["shelves"][0]["items"][1]["score"] += 1e-12
    system.produce_to(RECOMMENDATIONS.name, partition, b"someone", orjson.dumps(document))
    without = run(document["id"], "--brokers", broker)
    assert without.exit_code == 1
    assert "SEGUE_EXPLAINED_SHARE=1" in without.stderr
    emission = Emission("someone", partition, forged, 1.5)
    stamped = encode_explanation(replace(decode_explanation(value), emission=emission))
    system.produce_to(EXPLANATIONS.name, partition, b"someone", stamped)
    said = run(document["id"], "--brokers", broker)
    assert said.exit_code == 1
    assert "it differs: shelves[0].items[1].score" in said.stdout
    told = run(document["id"], "--brokers", broker, "--json")
    assert told.exit_code == 1
    assert orjson.loads(told.stdout)["same"] is False
    system.produce_to(EXPLANATIONS.name, partition, b"someone", stamped[:-5])
    spoilt = run(document["id"], "--brokers", broker)
    assert spoilt.exit_code == 1
    assert "cannot be read" in spoilt.stderr


@pytest.mark.parametrize("name", ["1", "x-1", "1-", "99-1", "0-123456789", "1-2-3"])
def test_what_is_not_there_is_said_with_what_to_do(emitted, name):
    said = run(name, "--brokers", emitted[0])
    assert said.exit_code == 1
    assert name in said.stderr
    assert "segue watch --json" in " ".join(said.stderr.split())


def test_no_kafka_is_no_traceback():
    nowhere, unnamed = run("0-1", "--brokers", "127.0.0.1:1"), run("0-1", "--brokers", "")
    for said in (nowhere, unnamed):
        assert said.exit_code == 1
        assert "--brokers HOST:PORT" in said.stderr
        assert said.exception is None or isinstance(said.exception, SystemExit)
