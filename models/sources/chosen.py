"""Chosen: what a listener said at the start speaks until enough was heard.

The most played items of the chosen artists are proposed, lead by log-odds of their own, and speak for their
neighbours as if they had been heard; so are those of the listener's country and language, which only lead.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.compiled import compiled
from models.item_arrays import ItemArrays
from models.locales import Chosen
from models.numbering import give_number
from models.sources.scan import Float32s, Int32s, Plays

ENOUGH: Final = 8
"""Different items heard after which what was said at the start counts no more."""
ARTIST_ODDS: Final = 4.0
"""Log-odds of an item by a chosen artist before anything is heard; it fades with every item heard."""
LOCALE_ODDS: Final = 3.0
"""The same for the listener's country, and for the language: as if it were played twenty times as much."""
STRANGER_ODDS: Final = 6.9
"""Log-odds of the most played item for a listener for whom nothing speaks yet; one that is played a
thousandth as much has 0. The ranker learns from those of whom more is known than what others play."""


@compiled
def propose_chosen(plays: Plays, heard: Int32s, chosen: Chosen, known: ItemArrays) -> Int32s:
    """Number what was chosen, and let it speak in the place of what is not heard yet.

    `heard` are the numbers of the items that speak; returned are those and up to 8 in all: of each chosen
    artist in turn the most played item, then the second most, and so on.
    """
    voices = np.empty(max(ENOUGH, len(heard)), np.int32)
    voices[: len(heard)] = heard
    count = len(heard)
    if count >= ENOUGH or len(chosen.artists) + len(chosen.locales) == 0:
        return heard
    left = np.empty((len(chosen.artists), known.artist_top.shape[1]), np.int32)
    for nth, artist in enumerate(chosen.artists):
        left[nth] = known.artist_top[artist]
        _number(left[nth], plays)
    for locale in chosen.locales:
        _number(known.locale_top[locale], plays)
    for turn in range(len(chosen.artists) * ENOUGH):
        number = _take_most_played(left[turn % len(left)], plays, known)
        if number >= 0 and not (voices[:count] == number).any():
            voices[count] = number
            count += 1
            if count == ENOUGH:
                break
    return voices[:count]


@compiled
def _number(items: Int32s, plays: Plays) -> None:
    for item in items:
        if item >= 0:
            give_number(plays.items, item)


@compiled
def _take_most_played(left: Int32s, plays: Plays, known: ItemArrays) -> int:
    """Take the most played item out of a row, of equal ones the one with the lowest key; -1 without one."""
    best = -1
    for place in range(len(left)):
        item, leader = left[place], left[best]
        if item < 0:
            continue
        more = best < 0 or known.popularity[item] > known.popularity[leader]
        if more or (
            known.popularity[item] == known.popularity[leader] and known.keys[item] < known.keys[leader]
        ):
            best = place
    if best < 0:
        return -1
    item, left[best] = left[best], -1
    return give_number(plays.items, item)


@compiled
def lead_chosen(
    items: Int32s, popularity: Float32s, heard: int, speaking: int, chosen: Chosen, known: ItemArrays
) -> Float32s:
    """The log-odds (float32) that are added to items (catalogue positions) of a listener who is new.

    `popularity` is the feature of that name, `heard` counts the items heard, and `speaking` all that speak.
    """
    odds = np.zeros(len(items), np.float32)
    if speaking == 0:
        odds += np.float32(STRANGER_ODDS) * popularity
    left = 1.0 - heard / ENOUGH
    if left <= 0 or len(chosen.artists) + len(chosen.locales) == 0:
        return odds
    for item in range(len(items)):
        position = items[item]
        if (chosen.artists == known.artist[position]).any():
            odds[item] += left * ARTIST_ODDS
        for locale in chosen.locales:
            if (known.locale[position] == locale).any():
                odds[item] += left * LOCALE_ODDS
    return odds
