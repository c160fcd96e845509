"""Locales: items whose tags name a country or a language, the most played of each, and who chose which.

A tag such as `country:de` or `language:pt` says it. How much an item is played is counted for all listeners
alike: what is popular in a country, with those who live there, nobody counts yet.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.events import CatalogRecord, ItemKey
from models.growth import longer
from models.most_played import Groups, take_in
from models.onboarding import Choices, locale_key

KINDS: Final = ("country", "language")
NOWHERE: Final = -1


def key_of_locale(name: str) -> ItemKey:
    """Key of a locale by its name, such as `country:de`."""
    kind, _, place = name.partition(":")
    return locale_key(kind, place)


class Chosen(NamedTuple):
    """What a listener said at the start, int32: the positions of chosen artists, then those of locales."""

    artists: npt.NDArray[np.int32]
    locales: npt.NDArray[np.int32]


NOTHING: Final = Chosen(np.zeros(0, np.int32), np.zeros(0, np.int32))


class Locales:
    """The country and language of each item: `of` (int32, n x 2) by catalogue position, -1 where unsaid."""

    def __init__(self, *, room: int) -> None:
        self.groups = Groups()
        self.of = np.full((room, len(KINDS)), NOWHERE, np.int32)

    @property
    def top(self) -> npt.NDArray[np.int32]:
        """Most played items (catalogue positions) of each locale, -1 where free."""
        return self.groups.top

    def make_room(self, room: int) -> None:
        """Give as many positions a place; new ones are nowhere."""
        self.of = longer(self.of, room, blank=NOWHERE)

    def note(self, position: int, record: CatalogRecord) -> None:
        """Note what the tags of an item say; of several of a kind the first counts."""
        named: dict[str, str] = {}
        for tag, _ in record.tags:
            kind, _, name = tag.casefold().partition(":")
            named.setdefault(kind, name)
        for place, kind in enumerate(KINDS):
            former, name = int(self.of[position, place]), named.get(kind, "")
            if former != NOWHERE:
                self.groups.leave(former, position)
            new = self.groups.add(locale_key(kind, name), f"{kind}:{name}") if name else NOWHERE
            self.of[position, place] = new

    def rank(self, position: int, popularity: npt.NDArray[np.float64]) -> None:
        """Put an item among the most played ones of its locales, where it is one."""
        for locale in self.of[position].tolist():
            if locale != NOWHERE:
                take_in(self.top[locale], position, popularity)

    def find(self, choices: Choices) -> npt.NDArray[np.int32]:
        """The locales of a listener that some item has, int32."""
        return self.groups.find((choices.country, choices.language))


def find_chosen(choices: Choices, artists: Groups, locales: Locales) -> Chosen:
    """Find what a listener chose among what is known."""
    if not (choices.artists or choices.country or choices.language):
        return NOTHING
    return Chosen(artists.find(choices.artists), locales.find(choices))
