"""From ranked candidates to a slate: shelf after shelf, no item twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.candidates import Candidates
from models.chance import uniforms
from models.events import ItemKey
from models.features import proposed_by
from models.sampling import POLICY, Rules, draw_rows
from models.shelves import Page, ShelfMaker
from models.shelves.page import FloatArray
from models.shelves.reasons import strongest_reasons
from models.slate import Shelf, Slate, SlateItem, Why

MOST_SHELVES: Final = 6
"""What a home screen shows; shelves further down the list stand in where others have nothing to say."""
DEPTH: Final = 60
"""Candidates, best first, that a shelf draws from; the rest is too unlikely to be worth the time."""


def compose_slate(
    page: Page,
    *,
    banned: Sequence[ItemKey],
    ranker_version: int,
    seed: int,
    shelves: Sequence[ShelfMaker],
) -> Slate:
    """Draw each shelf from what the shelves before it left; what the listener banned never comes.

    A shelf depends on those before it only: with fewer behind it, it is the same.
    """
    themes = [shelf.theme(page) for shelf in shelves]
    eligible = np.zeros((len(shelves), len(page.scores)), np.bool_)
    for row, theme in enumerate(themes):
        if theme is not None:
            eligible[row] = theme.eligible
    if banned:
        eligible &= ~np.isin(page.catalogue.keys[page.candidates.positions], banned)
    rows, propensities, counts = draw_rows(
        page.scores,
        page.catalogue.artist[page.candidates.positions],
        eligible,
        _rules(shelves),
        MOST_SHELVES,
        DEPTH,
        uniforms(seed, sum(shelf.places for shelf in shelves)),
    )
    candidates = page.candidates.take(rows)
    reasons = strongest_reasons(page, candidates)
    drawn, end = [], 0
    for shelf, theme, count in zip(shelves, themes, counts.tolist(), strict=True):
        start, end = end, end + count
        if theme is not None and count:
            if theme.why is not None:
                reasons[start:end] = [theme.why] * count
            drawn.append((shelf.id, theme.title, slice(start, end)))
    items = _items(page, candidates, page.scores[rows], propensities, reasons)
    return Slate(
        shelves=tuple(Shelf(id, title, items[place]) for id, title, place in drawn),
        policy=POLICY,
        ranker_version=ranker_version,
        catalogue_version=page.catalogue.version,
    )


def _rules(shelves: Sequence[ShelfMaker]) -> Rules:
    return Rules(
        places=np.array([shelf.places for shelf in shelves]),
        temperatures=np.array([shelf.temperature for shelf in shelves]),
        fewest=np.array([shelf.fewest for shelf in shelves]),
    )


def _items(
    page: Page, candidates: Candidates, scores: FloatArray, propensities: FloatArray, reasons: Sequence[Why]
) -> tuple[SlateItem, ...]:
    ids = map(page.catalogue.item_id, candidates.positions.tolist())
    sources = proposed_by(candidates.features)
    return tuple(map(SlateItem, ids, scores.tolist(), propensities.tolist(), sources, reasons))
