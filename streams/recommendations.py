"""Slates as they leave: the JSON of the topic `recommendations`."""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
import orjson

from models.profile import HORIZONS, Profile
from models.slate import Shelf, Slate, Why

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
                for name, taste in zip(HORIZONS, profile.tastes, strict=True)
            },
            "shelves": [_shelf(shelf) for shelf in slate.shelves],
            "policy": slate.policy,
            "models": {"ranker": slate.ranker_version, "catalogue": slate.catalogue_version},
        }
    )


def _shelf(shelf: Shelf) -> dict[str, Any]:
    return {
        "id": shelf.id,
        "title": shelf.title,
        "propensity": shelf.propensity,
        "items": [
            {"item": item, "score": score, "propensity": propensity, "sources": sources, "why": _why(why)}
            for item, score, propensity, sources, why in shelf.items
        ],
    }


def _why(why: Why) -> dict[str, str]:
    return {"because": why.because, "item": why.item} if why.item else {"because": why.because}
