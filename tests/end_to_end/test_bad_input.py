"""Whatever is sent, it is learned or it is in the dead letters with its reason; the worker stays up."""

import time

import orjson
import pytest

from streams.topics import DEAD_LETTERS, LISTENING_EVENTS, RECOMMENDATIONS
from tests.end_to_end.system import System, headers

NOW = time.time()


def play(**changes: object) -> dict[str, object]:
    good = {"id": "1", "type": "play", "user": "ann", "item": "t:1", "at": NOW - 60, "ms_played": 200_000}
    return {**good, **changes}


def without(field: str) -> bytes:
    return orjson.dumps({name: value for name, value in play().items() if name != field})


def text(**changes: str) -> bytes:
    """A play with raw JSON text in place of some values: what orjson itself would not write."""
    fields = {name: orjson.dumps(value).decode() for name, value in play().items()} | changes
    return ("{" + ",".join(f'"{name}":{value}' for name, value in fields.items()) + "}").encode()


BAD = {
    "broken JSON": (b'{"type": "play", ', "value"),
    "not an object": (b"[1, 2]", "value"),
    "nothing": (None, "value"),
    "wrong type": (orjson.dumps(play(ms_played="long")), "ms_played"),
    "a truth value for a number": (orjson.dumps(play(at=True)), "at"),
    "missing type": (without("type"), "type"),
    "missing user": (without("user"), "user"),
    "missing item": (without("item"), "item"),
    "missing time": (without("at"), "at"),
    "NaN": (text(at="NaN"), "at"),
    "Infinity": (text(ms_played="Infinity"), "ms_played"),
    "minus infinity": (text(at="-Infinity"), "at"),
    "infinity by overflow": (text(at="1e999"), "at"),
    "10 MB": (orjson.dumps(play(note="x" * 10_000_000)), "value"),
    "depth 10,000": (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "a"),
    "invalid UTF-8": (orjson.dumps(play()).replace(b"ann", b"\xff\xfe\x00"), "user"),
    "a lone surrogate": (text(item='"\\ud800"'), "item"),
    "time -1": (orjson.dumps(play(at=-1)), "at"),
    "time 0": (orjson.dumps(play(at=0)), "at"),
    "time 2^63": (orjson.dumps(play(at=2**63)), "at"),
    "a time two days ahead": (orjson.dumps(play(at=NOW + 2 * 86_400)), "at"),
    "unknown type": (orjson.dumps(play(type="levitate")), "type"),
    "empty user": (orjson.dumps(play(user="")), "user"),
    "10 kB user": (orjson.dumps(play(user="u" * 10_000)), "user"),
    "another listener's key": (orjson.dumps(play(user="bob")), "key"),
    "a device that is no text": (orjson.dumps(play(context={"device": 7})), "context.device"),
}


@pytest.fixture(scope="module")
def outcome(module_broker, tmp_path_factory):
    with System(module_broker, tmp_path_factory.mktemp("bad")) as system:
        records = []
        for value, _ in BAD.values():
            records += [(b"ann", orjson.dumps(play(id=f"good {len(records)}"))), (b"ann", value)]
        system.produce(LISTENING_EVENTS.name, records)
        system.start()
        system.wait_for(RECOMMENDATIONS.name, len(BAD), seconds=120)
        system.wait_for(DEAD_LETTERS.name, len(BAD), seconds=30)
        slates, letters = list(system.read(RECOMMENDATIONS.name)), list(system.read(DEAD_LETTERS.name))
        log = list(system.read(LISTENING_EVENTS.name))
        code = system.stop()
        yield slates, letters, log, code


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_with_its_field(outcome, case):
    _, letters, log, _ = outcome
    value, field = BAD[case]
    sent = log[2 * list(BAD).index(case) + 1]
    assert sent.value() == value
    [letter] = [one for one in letters if int(headers(one)["offset"]) == sent.offset()]
    found = headers(letter)
    assert letter.value() == value
    assert (found["topic"], int(found["partition"])) == (LISTENING_EVENTS.name, sent.partition())
    assert found["field"] == field, found
    assert found["field"] in found["reason"]


def test_neighbours_are_learned_and_the_worker_stays_up(outcome):
    slates, letters, log, code = outcome
    assert sorted(orjson.loads(slate.value())["as_of"]["offset"] for slate in slates) == [
        message.offset() for message in log[::2]
    ]
    assert len(letters) == len(BAD)
    assert code == 0
