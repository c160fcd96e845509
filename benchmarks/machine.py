"""On what machine, with what versions, a figure was measured."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = (
    "faust-streaming",
    "aiokafka",
    "confluent-kafka",
    "rocksdict",
    "quixstreams",
    "orjson",
    "numpy",
    "numba",
    "river",
    "scipy",
    "implicit",
)
_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """Processors that this process may use, their model, memory, and versions."""

    cores: int
    cpu: str
    memory_gib: float
    system: str
    python: str
    packages: Mapping[str, str]

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {number}" for name, number in self.packages.items())
        return (
            f"{self.cores} cores of {self.cpu}, {self.memory_gib:.1f} GiB, {self.system},"
            f" Python {self.python}; {versions}"
        )


def describe_machine() -> Machine:
    """Describe the machine that this runs on; packages that are not installed are left out."""
    return Machine(
        cores=_cores(),
        cpu=_cpu_model(),
        memory_gib=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages=_versions(),
    )


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_model() -> str:
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
