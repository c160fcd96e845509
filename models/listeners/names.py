"""Readable invented names: each index of a catalogue has one title or artist of its own."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd, prod
from typing import Final

from models.listeners import words
from models.listeners.draws import derive

_SURNAMES: Final = tuple(head + tail for head in words.SURNAME_HEADS for tail in words.SURNAME_TAILS)

_Pattern = tuple[str, tuple[Sequence[str], ...]]

_TITLES: Final[tuple[_Pattern, ...]] = (
    ("{} {}", (words.ADJECTIVES, words.NOUNS)),
    ("{} {} {}", (words.GERUNDS, words.PREPOSITIONS, words.PLACES)),
    ("{} {} {}", (words.NOUNS, words.PREPOSITIONS, words.PLACES)),
    ("{}", (words.NOUNS,)),
    ("{} and {}", (words.NOUNS, words.PLACES)),
)
_LONG_TITLE: Final[_Pattern] = (
    "{} {} {} {}",
    (words.ADJECTIVES, words.NOUNS, words.PREPOSITIONS, words.PLACES),
)
_ARTISTS: Final[tuple[_Pattern, ...]] = (
    ("{} {}", (words.FIRST_NAMES, _SURNAMES)),
    ("{}{}", (words.COMPOUND_HEADS, words.COMPOUND_TAILS)),
    ("The {} {}", (_SURNAMES, words.ENSEMBLES)),
)
_LONG_ARTIST: Final[_Pattern] = ("{} {} & the {}", (words.FIRST_NAMES, _SURNAMES, words.ENSEMBLES))

_SCHEDULE: Final = (0, 1, 0, 2, 1, 3, 0, 4)

TITLES: Final = prod(map(len, _LONG_TITLE[1]))
"""How many titles there are."""

ARTISTS: Final = prod(map(len, _LONG_ARTIST[1]))
"""How many artist names there are."""


def title(index: int, *, seed: int) -> str:
    """Name a track; two indices below `TITLES` never share a title.

    >>> [title(index, seed=7) for index in range(3)]
    ['Velvet Carousel', 'Hiding beyond Glass Towers', 'Small Promise']
    """
    block, place = divmod(index, len(_SCHEDULE))
    kind = _SCHEDULE[place]
    nth = block * _SCHEDULE.count(kind) + _SCHEDULE[:place].count(kind)
    return _pick(_TITLES[kind], nth, seed) or _spell(_LONG_TITLE, index, seed)


def artist(index: int, *, seed: int) -> str:
    """Name an artist; two indices below `ARTISTS` never share a name."""
    nth, kind = divmod(index, len(_ARTISTS))
    return _pick(_ARTISTS[kind], nth, seed) or _spell(_LONG_ARTIST, index, seed)


def _pick(pattern: _Pattern, nth: int, seed: int) -> str:
    return _spell(pattern, nth, seed) if nth < prod(map(len, pattern[1])) else ""


def _spell(pattern: _Pattern, nth: int, seed: int) -> str:
    """Take the `nth` combination of a seeded order in which neighbours share no word."""
    template, columns = pattern
    count = prod(map(len, columns))
    place = (nth * _stride(count) + derive(seed, len(columns), count)) % count
    chosen: list[str] = []
    for column in columns:
        place, at = divmod(place, len(column))
        chosen.append(column[at])
    return template.format(*chosen)


def _stride(count: int) -> int:
    """Step by about the golden ratio of `count`, coprime to it: every combination comes once."""
    step = int(count * 0.6180339887)
    while gcd(step, count) != 1:
        step += 1
    return step
