"""`segue demo` as a stranger runs it: one command, live slates, and nothing left behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Running:
    """A demo in a process of its own, and every process that it ever started."""

    def __init__(self, out: Path, *options: str) -> None:
        self._out = out
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SEGUE_")}
        with out.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams.cli", "demo", *options],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
            )
        self.started: dict[int, str] = {}

    def text(self) -> str:
        return self._out.read_text()

    def wait(self, seconds: float, *, said: str = "", times: int = 1) -> None:
        """Wait for the end, or until something was said so often, and note who was started meanwhile."""
        deadline = time.monotonic() + seconds
        while self.process.poll() is None:
            self.started |= descendants(self.process.pid)
            if said and self.text().count(said) >= times:
                return
            assert time.monotonic() < deadline, self.text()
            time.sleep(0.1)
        assert not said, self.text()

    def left_behind(self) -> list[str]:
        """Who still runs, a second after the end."""
        time.sleep(1.0)
        return [command for pid, command in self.started.items() if command_of(pid) == command]


def descendants(pid: int) -> dict[int, str]:
    found: dict[int, str] = {}
    parents = [pid]
    while parents:
        # A child belongs to the thread that started it.
        for children in Path(f"/proc/{parents.pop()}/task").glob("*/children"):
            for child in map(int, contents(children).split()):
                parents.append(child)
                if command := command_of(child):
                    found[child] = command
    return found


def command_of(pid: int) -> str:
    return contents(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def contents(path: Path) -> str:
    """What a file of a process says, nothing once the process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""


@pytest.fixture
def demos(tmp_path: Path) -> Iterator[list[Running]]:
    """Demos to be ended, whatever a test finds."""
    running: list[Running] = []
    yield running
    for demo in running:
        demo.process.kill()
        demo.process.wait()


def test_a_demo_ends_by_itself_after_showing_slates_that_change(tmp_path: Path, demos: list[Running]) -> None:
    demo = Running(tmp_path / "out", "--seconds", "10", "--no-page")
    demos.append(demo)
    demo.wait(120)
    text = demo.text()
    assert demo.process.returncode == 0, text
    assert "Broker up at 127.0.0.1:" in text
    assert "Worker up; first slate of Amara" in text
    assert "events/s" in text
    assert "p99" in text
    assert "Next up" in text
    assert " — " in text
    assert "In your rotation" in text or "More by" in text
    assert "          + " in text, "nothing was new on any slate"
    assert "changed" in text.splitlines()[-1]
    assert any("streams.cli worker" in command for command in demo.started.values())
    assert any("kafka.Kafka" in command for command in demo.started.values())
    assert demo.left_behind() == []


def test_a_worker_that_dies_is_started_again_and_a_closed_terminal_ends_all(
    tmp_path: Path, demos: list[Running]
) -> None:
    demo = Running(tmp_path / "out", "--no-page", "--listeners", "5", "--rate", "5")
    demos.append(demo)
    demo.wait(120, said="presses play")
    workers = [pid for pid, command in demo.started.items() if "streams.cli worker" in command]
    os.kill(workers[0], signal.SIGKILL)
    demo.wait(120, said="worker up (started again once)")
    assert "The worker ended (-9) and is started again" in demo.text()
    demo.process.send_signal(signal.SIGHUP)
    demo.wait(40)
    assert demo.process.returncode == 0, demo.text()
    assert "The worker was started again once." in demo.text()
    assert demo.left_behind() == []
