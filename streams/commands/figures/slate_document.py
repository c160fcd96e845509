"""Why a slate is what it is, as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from models.explained import Account, stand
from models.features import ITEM_FEATURES, MEANINGS, Feature
from models.profile import TASTES
from models.shelves.reasons import REASONS
from models.situation import in_numbers
from streams.explanations import Kept

SITUATION_NAMES: Final = (
    *("always", "session so far", "not skipped lately", "familiar lately", "repeated lately"),
    *("same artist lately", "skip rate", "plays so far", "morning", "afternoon", "evening", "weekend"),
    *(f"taste {direction}" for direction in range(1, 9)),
)
"""What the numbers of `models.situation` are called, in their order."""


def as_document(kept: Kept, made: Account, differs: str, *, item: str | None) -> dict[str, Any]:
    """Say everything; about one `item` alone where it is named, and then also how it stood on each shelf."""
    emission, explanation = kept.explanation.emission, kept.explanation
    names = list(explanation.names.items)
    chosen = list(range(len(names))) if item is None else [names.index(item)]
    document = {
        "id": kept.document["id"],
        "user": emission.user,
        "as_of": kept.document["as_of"],
        "emitted_at": emission.emitted_at,
        "emissions": kept.emissions,
        "same": not differs,
        "differs": differs,
        "policy": made.slate.policy,
        "models": explanation.versions._asdict(),
        "knobs": explanation.knobs._asdict(),
        "seed": int(explanation.seed),
        "situation": situation_of(kept),
        "tastes": dict(zip(TASTES, explanation.tastes.tolist(), strict=True)),
        "moved_by": [one._asdict() for one in explanation.happened],
        "shelves": shelves_of(kept, made),
        "features": {feature.name: MEANINGS[feature].text for feature in Feature},
        "candidates": [candidate_of(kept, made, one) for one in chosen],
    }
    if item is not None:
        return document | {"standings": [one._asdict() for one in stand(explanation, made, chosen[0])]}
    return document | {"weights": explanation.numbers.tolist(), "own_weights": explanation.own.tolist()}


def situation_of(kept: Kept) -> dict[str, float]:
    """What the policy of shelves looked at, by name."""
    numbers = in_numbers(kept.explanation.situation).tolist()
    return dict(zip(SITUATION_NAMES, numbers, strict=True))


def shelves_of(kept: Kept, made: Account) -> list[dict[str, Any]]:
    """The shelves on offer, those of the slate first: what each policy expected of it, and its chance."""
    explanation, page = kept.explanation, made.drawn.page
    expected, rows = explanation.leanings.scores.T.tolist(), page.rows.tolist()
    others = [row for row in range(len(explanation.kinds)) if row not in rows]
    shelves = []
    for place, row in enumerate([*rows, *others]):
        shown = place < len(rows)
        kind = explanation.kinds[row]
        odds = page.odds[:, place].tolist() if shown else []
        shelf: dict[str, Any] = {
            "id": kind.id,
            "title": kind.title.format(anchor=explanation.names.anchors[kind.anchor] or "…"),
            "place": place + 1 if shown else None,
            "pinned": kind.pinned,
            "chances": _by_policy(explanation.policies, odds) if shown else None,
            "expected": _by_policy(explanation.policies, expected[row]),
            "eligible": int(made.eligible[row].sum()),
            "items": list(map(_item, made.slate.shelves[place].items)) if shown else [],
        }
        shelves.append(shelf)
    return shelves


def _by_policy(policies: Sequence[str], numbers: Sequence[float]) -> dict[str, float]:
    return dict(zip(policies, numbers, strict=True))


def _item(item: Any) -> dict[str, Any]:
    why = {"because": str(item.why.because)} | ({"item": item.why.item} if item.why.item else {})
    return {"item": item.item, "score": item.score, "propensity": item.propensity, "why": why}


def candidate_of(kept: Kept, made: Account, candidate: int) -> dict[str, Any]:
    """Say what a candidate's score is made of, and where it stands: its place is 1 for the best score."""
    explanation = kept.explanation
    features = {
        feature.name: {
            "value": float(explanation.features[feature, candidate]),
            "adds": float(made.added[feature, candidate]) if feature < ITEM_FEATURES else None,
        }
        for feature in Feature
    }
    return {
        "item": explanation.names.items[candidate],
        "banned": bool((explanation.about.banned == explanation.pool.keys[candidate]).any()),
        "place": int(np.flatnonzero(made.order == candidate)[0]) + 1,
        "score": float(made.scores[candidate]),
        "ranker": float(made.ranked[candidate]),
        "said_at_the_start": float(explanation.odds[candidate]),
        "discovery": float(made.discovery[candidate]),
        "calibration": float(made.calibration[candidate]),
        "skip_chance": float(explanation.pool.skip_chances[candidate]),
        "skip_penalty": float(made.penalty[candidate]),
        "reasons": reasons_of(made, candidate),
        "features": features,
    }


def reasons_of(made: Account, candidate: int) -> Mapping[str, float]:
    """What each reason adds to the score of a candidate, the strongest first; those that add nothing not."""
    added = {str(reason): float(made.reasons[nth, candidate]) for nth, reason in enumerate(REASONS)}
    some = [name for name in added if added[name]]
    return {name: added[name] for name in sorted(some, key=lambda name: -abs(added[name]))}
