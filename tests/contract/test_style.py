"""What ruff and mypy cannot see: sizes, machine paths, lock files, and tests that must not look away."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES = 220
TEST_FILE_LINES = 350
"""Tests are lists of cases, read one at a time."""

LONGER = {
    "streams/broker.py": "one process from download to kill -9; its steps share the handles",
}
"""Files that may be longer, each with the reason."""

GENERATED = {"dist"}
HIDDEN_AND_OURS = {".ci", ".dockerignore", ".gitignore"}

MACHINE_PATH = re.compile(r"(?<![\w.}])/(?:work|root|home|Users|opt/wheels)/\w")
REGISTRY_HOST = re.compile("|".join(re.escape(f"{name}.org") for name in ("pypi", "pythonhosted", "maven")))
"""Where packages come from is told by the machine, never by the project."""

LOCKED = re.compile(r"[a-z0-9._-]+==\S+ \\(?:\n {4}--hash=sha256:[0-9a-f]{64}(?: \\)?)+\n")


def committed(folder: Path = ROOT) -> Iterator[Path]:
    """Every file that belongs to the project, in a checkout or in an unpacked archive of it."""
    for path in sorted(folder.iterdir()):
        hidden = path.name.startswith((".", "__pycache__")) and path.name not in HIDDEN_AND_OURS
        if hidden or path.name in GENERATED:
            continue
        if path.is_dir():
            yield from committed(path)
        else:
            yield path


FILES = {str(path.relative_to(ROOT)): path.read_text() for path in committed()}
PYTHON = {name: text for name, text in FILES.items() if name.endswith(".py")}
LOCK_FILES = ("requirements.lock", "requirements-dev.lock")


def test_one_idea_a_file() -> None:
    too_long = {
        name
        for name, text in PYTHON.items()
        if text.count("\n") > (TEST_FILE_LINES if name.startswith("tests/") else FILE_LINES)
    }
    assert too_long - LONGER.keys() == set()
    assert LONGER.keys() - too_long == set(), "these are short again: take them off the list"


def test_nothing_knows_the_machine_it_was_written_on() -> None:
    found = {
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for name, text in FILES.items()
        for pattern in (MACHINE_PATH, REGISTRY_HOST)
        for match in pattern.finditer(text)
    }
    assert found == set()


@pytest.mark.parametrize("name", LOCK_FILES)
def test_lock_files_hold_versions_and_hashes_only(name: str) -> None:
    comments, packages = re.match(r"((?:#.*\n)*)((?:.*\n)*)", FILES[name]).groups()  # type: ignore[union-attr]
    assert "make lock" in comments
    assert re.sub(LOCKED, "", packages) == "", "neither addresses nor options, and a hash for everything"
    assert len(LOCKED.findall(packages)) > 50


def test_what_is_installed_is_what_is_tested() -> None:
    runtime, tested = (set(re.findall(r"^\S+==\S+", FILES[name], re.MULTILINE)) for name in LOCK_FILES)
    assert runtime < tested


@pytest.mark.parametrize("name", [name for name in PYTHON if name.startswith("tests/")])
def test_no_test_looks_away(name: str) -> None:
    away = {"skip", "skipif", "importorskip", "xfail", "skipTest"}
    for node in ast.walk(ast.parse(PYTHON[name])):
        assert not (isinstance(node, ast.Attribute) and node.attr in away), f"line {node.lineno}: {node.attr}"


def test_nothing_is_left_for_later() -> None:
    later = re.compile("|".join(f"{word}\\b" for word in ("TO" + "DO", "FIX" + "ME", "X" * 3)))
    assert [name for name, text in FILES.items() if later.search(text)] == []
