"""`segue watch` on a real Kafka."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
from confluent_kafka import Producer

from streams.engine import declare
from streams.settings import Settings
from streams.topics import declared_topics

ROOT = Path(__file__).parents[2]
USER = "watched"


def slate(offset: int, *items: str) -> bytes:
    shown = [
        {"item": item, "score": 0.1, "propensity": 0.5, "why": {"because": "played_after", "item": "w:1"}}
        for item in items
    ]
    return orjson.dumps(
        {
            "id": f"1-{offset}",
            "user": USER,
            "as_of": {"partition": 1, "offset": offset, "at": 1_700_000_000.0 + offset},
            "shelves": [{"id": "next-up", "title": "Next up", "items": shown}],
        }
    )


@pytest.fixture
def producer(broker: str) -> Producer:
    declare(broker, declared_topics(Settings(brokers=broker)))
    producer = Producer({"bootstrap.servers": broker})
    for item, title in (("w:1", "Blue Lanterns"), ("w:2", "Copper [red]Rain")):
        record = {"item": item, "title": title, "artist": "The Quiet Harbors"}
        producer.produce("catalog", key=item, value=orjson.dumps(record))
    producer.produce("catalog", key="w:3", value=b"not json")
    assert producer.flush(30) == 0
    return producer


def send(producer: Producer, values: Sequence[bytes], *, user: str = USER) -> None:
    for value in values:
        producer.produce("recommendations", key=user, value=value, partition=1)
    assert producer.flush(30) == 0


def command(broker: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "streams.cli", "watch", USER, "--brokers", broker, *options]


def test_slates_arrive_as_lines_of_json_without_repeats(
    broker: str, producer: Producer, tmp_path: Path
) -> None:
    with (tmp_path / "out").open("wb") as out:
        watching = subprocess.Popen(command(broker, "--json"), cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + 60
    seen: list[str] = []
    offset = 100
    # It starts where the topic ends, so something is sent until the first line is there.
    while not seen:
        assert time.monotonic() < deadline
        send(producer, [slate(offset, "w:1")])
        offset += 1
        time.sleep(0.2)
        seen = (tmp_path / "out").read_text().splitlines()
    send(producer, [slate(1_000, "w:1"), slate(1_000, "w:1"), slate(999, "w:1")])
    send(producer, [slate(5_000, "w:1")], user="somebody else")
    send(producer, [slate(1_001, "w:2")])
    while '"1-1001"' not in (tmp_path / "out").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    watching.send_signal(signal.SIGINT)
    assert watching.wait(20) == 0
    ids = [json.loads(line)["id"] for line in (tmp_path / "out").read_text().splitlines()]
    assert ids[-2:] == ["1-1000", "1-1001"]
    assert len(ids) == len(set(ids))


def test_the_last_slate_is_shown_in_words(broker: str, producer: Producer) -> None:
    send(producer, [slate(2_000, "w:1"), slate(2_001, "w:2", "w:3")])
    shown = subprocess.run(
        command(broker, "--last"), cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert "Next up" in shown.stdout
    assert "Copper [red]Rain" in shown.stdout
    assert "Often follows “Blue" in shown.stdout
    assert "w:3" in shown.stdout
    assert "Traceback" not in shown.stderr


def test_a_broker_that_does_not_answer_is_named_with_what_to_do() -> None:
    failed = subprocess.run(
        command("127.0.0.1:1"), cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert failed.returncode == 1
    assert "127.0.0.1:1 does not answer" in failed.stderr
    assert "segue broker" in failed.stderr
    assert "Traceback" not in failed.stderr
