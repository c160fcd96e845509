"""The documents say what is true: links, paths, names, commands and numbers are looked up in the project."""

from __future__ import annotations

import doctest
import re
from itertools import pairwise
from pathlib import Path

import pytest
import typer

from streams.cli import COMMANDS, build
from streams.settings import Settings

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
TEXTS = {str(path.relative_to(ROOT)): path.read_text() for path in DOCUMENTS}
README = TEXTS["README.md"]
ARCHITECTURE = TEXTS["docs/architecture.md"]

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PATH = re.compile(r"(?:models|streams|tests|docs|deploy|benchmarks)/[\w./-]*")


def anchors(text: str) -> set[str]:
    """The names that headings can be linked by, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=str)
def test_links_lead_somewhere(path: Path) -> None:
    for link in LINK.findall(FENCE.sub("", path.read_text())):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        found = path.parent / target if target else path
        assert found.exists(), link
        assert not anchor or anchor in anchors(found.read_text()), link


@pytest.mark.parametrize("name", TEXTS)
def test_paths_and_names_exist(name: str) -> None:
    for line in FENCE.sub("", TEXTS[name]).splitlines():
        codes = CODE.findall(line)
        paths = [ROOT / code for code in codes if PATH.fullmatch(code)]
        assert [str(path) for path in paths if not path.exists()] == []
        # A constant that a line of a table names stands in the file that the same line names.
        sources = [path.read_text() for path in paths if path.suffix == ".py"]
        for constant in (code for code in codes if sources and re.fullmatch(r"[A-Z]+(_[A-Z]+)+", code)):
            assert any(re.search(rf"^{constant}\b", source, re.MULTILINE) for source in sources), line


def test_settings_exist() -> None:
    known = {f"SEGUE_{name.upper()}" for name in Settings.__dataclass_fields__}
    for name, text in TEXTS.items():
        assert set(re.findall(r"\bSEGUE_[A-Z_]+\b", text)) - known == set(), name


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name, text in TEXTS.items():
        code = " ".join([*CODE.findall(text), *(block for _, block in FENCE.findall(text))])
        assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets, name


def test_the_readme_lists_the_commands_in_the_order_of_the_help() -> None:
    assert re.findall(r"^\| `segue (\w+)` \|", README, re.MULTILINE) == list(COMMANDS)


def test_commands_exist_with_the_options_that_are_shown() -> None:
    group = typer.main.get_command(build(COMMANDS))
    shown = [line for block in FENCE.findall(README) for line in block[1].replace("\\\n", " ").splitlines()]
    for line in [*shown, *CODE.findall(README)]:
        if called := re.search(r"\bsegue ((?:\w+ )*\w+)(.*)", line):
            command = group
            for word in called[1].split():
                command = getattr(command, "commands", {}).get(word, command)
            options = {option for parameter in command.params for option in parameter.opts}
            assert command is not group, line
            assert set(re.findall(r"--[a-z-]+", called[2])) - options - {"--help"} == set(), line


@pytest.mark.parametrize("name", TEXTS)
def test_python_examples_run(name: str) -> None:
    for language, example in FENCE.findall(TEXTS[name]):
        if language == "python":
            test = doctest.DocTestParser().get_doctest(example, {}, name, name, 0)
            assert test.examples, f"examples show what they print:\n{example}"
            assert doctest.DocTestRunner().run(test).failed == 0


def test_the_map_shows_every_part() -> None:
    lines = ARCHITECTURE.count("\n")
    assert lines <= 150, "a map that takes longer than five minutes is no map"
    own = {"__init__.py", "__pycache__"}
    plumbing = {"models/chance.py", "models/compiled.py", "models/errors.py", "models/warm.py"}
    for folder in ("models", "streams"):
        parts = {path for path in (ROOT / folder).iterdir() if path.name not in own}
        names = {f"{folder}/{path.name}" + ("/" if path.is_dir() else "") for path in parts}
        missing = {name for name in names - plumbing if f"`{name}`" not in ARCHITECTURE}
        assert missing == set(), "place these in the code map"


def test_every_decision_is_listed_in_order() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(record.name[:4]) for record in records]
    assert all(after == before + 1 for before, after in pairwise([0, *numbers]))
    listed = re.findall(r"\(decisions/(\S+)\)", ARCHITECTURE)
    assert listed == [record.name for record in records]
    for record in records:
        title, _, text = record.read_text().partition("\n")
        assert title.startswith(f"# {int(record.name[:4])}. ") and text.count("\n") < 60, record.name


def test_the_picture_is_the_same_everywhere() -> None:
    pictures = {block for text in (README, ARCHITECTURE) for _, block in FENCE.findall(text) if "▶" in block}
    assert len(pictures) == 1
