"""docker-compose.yml, held to what the rest of the project says; no container engine is needed."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from streams import broker as local
from streams.settings import Settings, read_settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")
STATE = "/var/lib/segue/state"

Node = None | str | list[str] | dict[str, "Node"]


class ComposeFile:
    """Reads the plain part of YAML that docker-compose.yml keeps to, and refuses everything else."""

    def __init__(self, text: str) -> None:
        lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
        self._lines = [(len(line) - len(line.lstrip()), line.strip()) for line in lines]
        self._anchors: dict[str, Node] = {}

    def block(self, indent: int = 0) -> dict[str, Node] | list[str]:
        if self._lines[0][1].startswith("- "):
            return [scalar(self._lines.pop(0)[1][2:]) for _ in range(self._items(indent))]
        merged: dict[str, Node] = {}
        own: dict[str, Node] = {}
        while self._lines and self._lines[0][0] == indent:
            key, rest = re.fullmatch(r"([^\s:]+):(?: (.*))?", self._lines.pop(0)[1]).groups()  # type: ignore[union-attr]
            assert key not in own, f"{key} comes twice"
            value = self._value(rest or "", indent)
            if key == "<<":
                assert isinstance(value, dict)
                merged = value
            else:
                own[key] = value
        assert not self._lines or self._lines[0][0] < indent, f"wrong indentation: {self._lines[0]}"
        return merged | own

    def _items(self, indent: int) -> int:
        return next(
            (place for place, line in enumerate(self._lines) if line[0] != indent or line[1][:2] != "- "),
            len(self._lines),
        )

    def _value(self, text: str, indent: int) -> Node:
        if text.startswith("*"):
            return self._anchors[text[1:]]
        anchor, text = (text[1:], "") if text.startswith("&") else ("", text)
        nested = not text and self._lines and self._lines[0][0] > indent
        value: Node = self.block(self._lines[0][0]) if nested else scalar(text) if text else None
        if anchor:
            self._anchors[anchor] = value
        return value


def scalar(text: str) -> str:
    """A quoted or plain scalar; what YAML would not read as text has to be quoted."""
    if text.startswith('"'):
        return text.removeprefix('"').removesuffix('"')
    assert text[0] not in "[{|>!%@`'?" and ": " not in text and " #" not in text, text
    assert not re.fullmatch(r"true|false|yes|no|on|off|null|~", text), f"{text} needs quotes"
    return text


def mapping(node: Node) -> dict[str, Node]:
    assert isinstance(node, dict)
    return node


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Node]]:
    read = ComposeFile((ROOT / "docker-compose.yml").read_text()).block()
    assert isinstance(read, dict)
    named = {name: mapping(service) for name, service in mapping(read["services"]).items()}
    mounts = [mount for service in named.values() for mount in service.get("volumes") or []]
    assert {str(mount).split(":")[0] for mount in mounts} == mapping(read["volumes"]).keys()
    return named


def test_compose_runs_kafka_topics_and_two_workers(services: dict[str, dict[str, Node]]) -> None:
    assert list(services) == ["kafka", "topics", "worker-1", "worker-2"]
    tested = local.COORDINATES.split("kafka_2.13:")[1].split("+")[0]
    assert services["kafka"]["image"] == f"apache/kafka:{tested}"
    for service in services.values():
        for needed, condition in mapping(service.get("depends_on", {})).items():
            assert needed in services and mapping(condition)["condition"] != "service_started"


def test_compose_settings_are_settings_of_segue(services: dict[str, dict[str, Node]]) -> None:
    for name in ("topics", "worker-1", "worker-2"):
        given = mapping(services[name]["environment"])
        assert given.keys() <= {f"SEGUE_{field.upper()}" for field in Settings.__dataclass_fields__}
        settings = read_settings({key: str(value) for key, value in given.items()})
        assert settings.brokers == "kafka:9092" and settings.standbys == 1


def test_no_two_workers_share_their_state(services: dict[str, dict[str, Node]]) -> None:
    assert services["worker-1"]["volumes"] == [f"worker-1:{STATE}"]
    assert services["worker-2"]["volumes"] == [f"worker-2:{STATE}"]
    assert f"SEGUE_DATA_DIR={STATE}" in DOCKERFILE and f"VOLUME {STATE}" in DOCKERFILE


def test_compose_kafka_takes_what_the_tested_kafka_takes(services: dict[str, dict[str, Node]]) -> None:
    environment = mapping(services["kafka"]["environment"])
    same = ("auto.create.topics.enable", "message.max.bytes", "replica.fetch.max.bytes")
    tested = dict(line.split("=", 1) for line in local.PROPERTIES.splitlines())
    for name in same:
        assert environment["KAFKA_" + name.upper().replace(".", "_")] == tested[name]


def test_docker_reads_the_compose_file_where_there_is_one() -> None:
    docker = shutil.which("docker") or "false"
    if subprocess.run([docker, "compose", "version"], check=False, capture_output=True).returncode == 0:
        subprocess.run([docker, "compose", "config", "--quiet"], cwd=ROOT, check=True)
