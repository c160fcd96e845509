"""The core that computes: kept where it was told to, left alone by others, refused where there is none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from streams.cores import ANY, Core, NoSuchCore, keeping_off, spare_core

KEEP_AND_TELL = """
import os, threading
from streams.cores import Core
mine = os.sched_getaffinity(0)
core, waiting = Core(max(mine)), threading.Event()
threading.Thread(target=waiting.wait).start()
core.keep()
later = threading.Thread(target=waiting.wait)
later.start()
born = os.sched_getaffinity(later.native_id)
core.keep()
kept = [os.sched_getaffinity(int(thread)) for thread in sorted(os.listdir("/proc/self/task"), key=int)]
waiting.set()
assert kept == [{max(mine)}, mine, mine], kept
assert born == {max(mine)}, born
"""


def cores_of_a_child() -> set[int]:
    """The cores of a process that is started now."""
    told = subprocess.run(
        [sys.executable, "-c", "import os; print(*os.sched_getaffinity(0))"],
        capture_output=True,
        check=True,
        text=True,
    )
    return set(map(int, told.stdout.split()))


def test_the_main_thread_is_kept_to_its_core_and_threads_that_it_starts_are_not() -> None:
    subprocess.run([sys.executable, "-c", KEEP_AND_TELL], check=True)


def test_what_is_started_keeps_off_the_core_of_the_worker_and_what_comes_later_does_not() -> None:
    mine = os.sched_getaffinity(0)
    spared = spare_core()
    with keeping_off(spared):
        assert cores_of_a_child() == mine - {spared}
    assert spared == (min(mine) if len(mine) > 1 else ANY)
    assert os.sched_getaffinity(0) == mine


def test_nothing_is_spared_where_there_is_one_core() -> None:
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(mine)})
    try:
        assert spare_core() == ANY
        with keeping_off(max(mine)):
            assert cores_of_a_child() == {max(mine)}
    finally:
        os.sched_setaffinity(0, mine)


def test_a_core_that_this_process_cannot_have_is_refused() -> None:
    with pytest.raises(NoSuchCore, match="core 4096; there is"):
        Core(4096)
