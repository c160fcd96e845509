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
    chances = np.split(
        uniforms(seed, sum(shelf.places for shelf in shelves)),
        np.cumsum([shelf.places for shelf in shelves[:-1]]),
    )
    drawn: list[Shelf] = []
    for shelf, chance in zip(shelves, chances, strict=True):
        theme = shelf.theme(page)
        if theme is None:
            continue
        rows = np.flatnonzero(theme.eligible & free)[:DEPTH]
        if len(rows) >= shelf.fewest:
            row, taken = _draw_shelf(page, shelf, theme, rows, chance)
            drawn.append(row)
            free[taken] = False
    return Slate(tuple(drawn), POLICY, ranker_version, page.catalogue.version)


def _draw_shelf(
    page: Page, shelf: ShelfMaker, theme: Theme, rows: Rows, chances: FloatArray
) -> tuple[Shelf, Rows]:
    chosen, propensities = draw_row(
        page.scores[rows],
        page.catalogue.artist[page.candidates.positions[rows]],
        places=shelf.places,
        temperature=shelf.temperature,
        uniforms=chances,
    )
    rows = rows[chosen]
    items = tuple(
        SlateItem(
            item=page.catalogue.item_id(position),
            score=score,
            propensity=propensity,
            sources=source,
            why=why,
        )
        for position, score, propensity, source, why in zip(
            page.candidates.positions[rows].tolist(),
            page.scores[rows].tolist(),
            propensities.tolist(),
            proposed_by(page.candidates.features[rows]),
            shelf.why(page, rows),
            strict=True,
        )
    )
    return Shelf(shelf.id, theme.title, items), rows
