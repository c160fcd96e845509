"""Every model keeps every promise; and the same log gives the same bytes in any process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.contract import CHECKS, ContractBroken
from models.events import Event
from tests.contract.subjects import SUBJECTS, stream

ROOT = Path(__file__).parents[2]
FINGERPRINT = """
import hashlib
from tests.contract.subjects import SUBJECTS, stream
for name, make in SUBJECTS.items():
    subject = make()
    for offset, event in enumerate(stream()):
        subject.learn(event, offset)
    print(name, hashlib.sha256(subject.state() + subject.answer()).hexdigest())
"""


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", SUBJECTS)
def test_contract(name, check):
    check(SUBJECTS[name], stream())


def test_same_bytes_under_two_hash_seeds():
    prints = [
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert prints[0] == prints[1]
    assert prints[0].count("\n") == len(SUBJECTS)


class Careless:
    """A model that breaks every promise: it counts questions and forgets what it was."""

    state_limit_bytes = 4

    def __init__(self) -> None:
        self.seen: list[str] = []

    def learn(self, event: Event, offset: int) -> None:
        self.seen.append(f"{id(self)}{event.id}")

    def answer(self) -> bytes:
        self.seen.append("asked")
        return self.state()

    def state(self) -> bytes:
        return "".join(self.seen).encode()

    def restored(self) -> "Careless":
        return Careless()


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if c.__name__ != "check_late_events_are_safe"], ids=lambda c: c.__name__
)
def test_the_contract_can_fail(check):
    with pytest.raises(ContractBroken):
        check(Careless, stream(20))
