"""The two files of Deezer's carousel bandits, read and checked."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.commands.console import fail

Floats = npt.NDArray[np.float64]

PLAYLISTS: Final = "playlist_features.csv"
USERS: Final = "user_features_small.csv"
FEWEST_PLAYLISTS: Final = 13
"""One more than a slate has places, so that there is a choice."""


@dataclass(frozen=True, slots=True, eq=False)
class CarouselData:
    """Weights of playlists (float64, k x (d + 1), the intercept last) and features of users (m x d)."""

    weights: Floats
    users: Floats


def read_carousel(folder: Path) -> CarouselData:
    """Read both files, gzipped or not; ends the command with what to download where one is missing or odd."""
    weights, users = _read(folder, PLAYLISTS), _read(folder, USERS)
    if len(weights) < FEWEST_PLAYLISTS or len(users) < 2 or weights.shape[1] != users.shape[1]:
        fail(
            f"The files in {folder} do not belong together: {len(weights)} playlists of {weights.shape[1]} "
            f"numbers, {len(users)} users of {users.shape[1]}.",
            _where(folder),
        )
    return CarouselData(weights, users[:, 1:])


def _read(folder: Path, name: str) -> Floats:
    found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
    if not found:
        fail(f"There is no {name} in {folder}.", _where(folder))
    path = found[0]
    try:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as lines:
            table = np.loadtxt(lines, delimiter=",", skiprows=1, ndmin=2)
    except (OSError, EOFError, ValueError) as error:
        fail(f"{path} cannot be read: {error}", _where(folder))
    if not table.size or not np.isfinite(table).all():
        fail(f"{path} is empty, or holds a number that is not finite.", _where(folder))
    return table


def _where(folder: Path) -> str:
    return (
        f"Download {PLAYLISTS} and {USERS} from the folder data of the GitHub repository "
        f"deezer/carousel_bandits into {folder}, or name the folder that holds them: --data FOLDER."
    )
