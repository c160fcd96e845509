"""Slates as they leave: the JSON of the topic `recommendations`."""

from __future__ import annotations

import base64
from typing import Final

import numpy as np
import orjson

from models.profile import HORIZONS, Profile
from models.slate import Slate

SURFACE: Final = "home"


def encode_recommendation(
    slate: Slate, *, user: str, profile: Profile, partition: int, offset: int, at: float, emitted_at: float
) -> bytes:
    """Write a slate with what it includes (`partition`, `offset`, event time `at`) and when it was made."""
    return orjson.dumps(
        {
            "id": f"{partition}-{offset}",
            "user": user,
            "as_of": {"partition": partition, "offset": offset, "at": at},
            "emitted_at": emitted_at,
            "surface": SURFACE,
            "taste": {
                name: base64.b64encode(taste.astype(np.float16).tobytes()).decode()
                for name, taste in zip(HORIZONS, profile.tastes(), strict=True)
            },
            # orjson writes dataclasses by their fields, so these have the names of the wire.
            "shelves": slate.shelves,
            "policy": slate.policy,
            "models": {"ranker": slate.ranker_version, "catalogue": slate.catalogue_version},
        }
    )
