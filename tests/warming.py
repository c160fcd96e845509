"""Every pass compiled once into an empty folder, in a process that runs beside the first tests: minutes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WARM = "from models.warm import warm; warm(print)"


class Warming:
    """A process that warms, and the folder to which it compiles."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = _start(WARM, folder)

    def told(self) -> list[str]:
        """The words that it printed, once it has ended well."""
        return _words(self._process)

    def stop(self) -> None:
        """End it, if it still runs."""
        with self._process:
            self._process.kill()


def run_compiling(program: str, folder: Path) -> list[str]:
    """Run a program that finds in `folder` what was compiled before; returns the words that it printed."""
    return _words(_start(program, folder))


def _start(program: str, folder: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, env=environment, cwd=ROOT, text=True, stdout=subprocess.PIPE)


def _words(process: subprocess.Popen[str]) -> list[str]:
    printed, _ = process.communicate()
    assert process.returncode == 0
    return printed.split()
