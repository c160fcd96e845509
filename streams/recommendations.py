"""Slates as they leave: the JSON of the topic `recommendations`."""

from __future__ import annotations

from binascii import b2a_base64
from typing import Any, Final

import orjson

from models.contexts import TasteArray
from models.half import to_half
from models.profile import TASTES, Profile
from models.shown import recommendation_id
from models.slate import Because, Shelf, Slate

SURFACE: Final = "home"


def encode_recommendation(
    slate: Slate, *, user: str, profile: Profile, partition: int, offset: int, at: float, emitted_at: float
) -> bytes:
    """Write a slate with what it includes (`partition`, `offset`, event time `at`) and when it was made."""
    return orjson.dumps(
        {
            "id": recommendation_id(partition=partition, offset=offset),
            "user": user,
            "as_of": {"partition": partition, "offset": offset, "at": at},
            "emitted_at": emitted_at,
            "surface": SURFACE,
            **describe_slate(slate, profile.tastes),
        }
    )


def describe_slate(slate: Slate, tastes: TasteArray) -> dict[str, Any]:
    """Say what of a record follows from the slate and the tastes (float32, 4 x 64) of its listener."""
    return {
        "taste": _tastes(tastes),
        "shelves": [_shelf(shelf) for shelf in slate.shelves],
        "policy": slate.policy,
        "models": slate.versions._asdict(),
    }


def _tastes(tastes: TasteArray) -> dict[str, str]:
    """Each taste as the base64 of 64 float16."""
    halves = to_half(tastes.ravel()).tobytes()
    size = len(halves) // len(TASTES)
    return {
        name: b2a_base64(halves[nth * size : (nth + 1) * size], newline=False).decode()
        for nth, name in enumerate(TASTES)
    }


def _shelf(shelf: Shelf) -> dict[str, Any]:
    columns = shelf.ids, shelf.scores, shelf.propensities, shelf.sources, shelf.reasons, shelf.explained_by
    return {
        "id": shelf.id,
        "title": shelf.title,
        "propensity": shelf.propensity,
        "why": None if shelf.because is None else _BECAUSE[shelf.because],
        "items": [
            {
                "item": item,
                "score": score,
                "propensity": propensity,
                "sources": sources,
                "why": {"because": because, "item": other} if other else _BECAUSE[because],
            }
            for item, score, propensity, sources, because, other in zip(*columns, strict=True)
        ],
    }


_BECAUSE: Final = {because: {"because": because.value} for because in Because}
