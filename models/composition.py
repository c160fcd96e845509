"""From ranked candidates to a slate: shelf after shelf, no item twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from models.chance import uniforms
from models.events import ItemKey
from models.features import proposed_by
from models.shelves import SHELVES, Page, ShelfMaker, Theme
from models.shelves.page import FloatArray, Rows
from models.slate import POLICY, Shelf, Slate, SlateItem, draw_row

DEPTH: Final = 60
"""Candidates, best first, that a shelf draws from; the rest is too unlikely to be worth the time."""


def compose_slate(
    page: Page,
    *,
    banned: Sequence[ItemKey],
    ranker_version: int,
    seed: int,
    shelves: Sequence[ShelfMaker] = SHELVES,
) -> Slate:
    """Draw each shelf from what the shelves before it left; what the listener banned never comes."""
    free = np.ones(len(page.scores), np.bool_)
    if banned:
        free = ~np.isin(page.catalogue.keys[page.candidates.positions], banned)
    sources = proposed_by(page.candidates.features)
    chances = uniforms(seed, sum(shelf.places for shelf in shelves))
    drawn: list[Shelf] = []
    for shelf in shelves:
        # Each shelf has chances of its own, so that one that is left out moves no other.
        chance, chances = chances[: shelf.places], chances[shelf.places :]
        theme = shelf.theme(page)
        if theme is None:
            continue
        rows = np.flatnonzero(theme.eligible & free)[:DEPTH]
        if len(rows) >= shelf.fewest:
            row, taken = _draw_shelf(page, shelf, theme, rows, chance, sources)
            drawn.append(row)
            free[taken] = False
    return Slate(tuple(drawn), POLICY, ranker_version, page.catalogue.version)


def _draw_shelf(
    page: Page,
    shelf: ShelfMaker,
    theme: Theme,
    rows: Rows,
    chances: FloatArray,
    sources: Sequence[tuple[str, ...]],
) -> tuple[Shelf, Rows]:
    scores, positions = page.scores[rows], page.candidates.positions[rows]
    chosen, propensities = draw_row(
        scores,
        page.catalogue.artist[positions],
        places=shelf.places,
        temperature=shelf.temperature,
        uniforms=chances,
    )
    rows, item_id = rows[chosen], page.catalogue.item_id
    drawn = zip(
        positions[chosen].tolist(),
        scores[chosen].tolist(),
        propensities.tolist(),
        rows.tolist(),
        shelf.why(page, rows),
        strict=True,
    )
    items = [
        SlateItem(item_id(position), score, propensity, sources[row], why)
        for position, score, propensity, row, why in drawn
    ]
    return Shelf(shelf.id, theme.title, tuple(items)), rows
