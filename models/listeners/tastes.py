"""What somebody loves: home genres and favourite artists, which drift."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from models.events import stable_key
from models.listeners.catalogue import Catalogue
from models.listeners.draws import Draws, derive

FAVOURITES: Final = 24
"""How many favourite artists somebody has at any time."""

_FAVOURITE_LASTS_SECONDS: Final = 120 * 86_400.0


@dataclass(frozen=True, slots=True)
class Tastes:
    """The home genres of one listener, dearest first; favourites are a function of these and the time."""

    key: int
    homes: tuple[int, ...]

    @classmethod
    def draw(cls, key: int, catalogue: Catalogue) -> Tastes:
        """Draw up to four home genres; some genres have more listeners."""
        draws = Draws(key)
        genres = tuple(catalogue.by_genre)
        places = (draws.zipf(len(genres)), *(draws.below(len(genres)) for _ in range(3)))
        return cls(key, tuple(dict.fromkeys(genres[place] for place in places)))

    def favourite(self, slot: int, at: float, catalogue: Catalogue) -> int:
        """Name the favourite artist in a slot: each gives way to another after some months, one by one."""
        turn = int(at / _FAVOURITE_LASTS_SECONDS + slot / FAVOURITES)
        draws = Draws(derive(self.key, slot, turn))
        home = self.homes[draws.zipf(len(self.homes))]
        artists = catalogue.by_genre[home]
        return artists[draws.zipf(len(artists))]

    def home_of(self, activity: str) -> int:
        """Name the home genre that goes with an activity; two activities may share one."""
        return self.homes[stable_key(activity) % len(self.homes)]

    def likes_genre_of(self, artist: int, catalogue: Catalogue) -> bool:
        """Say whether an artist plays a home genre."""
        return any(genre in self.homes for genre in catalogue.genres_of(artist))

    def discover(self, at: float, catalogue: Catalogue, draws: Draws) -> int:
        """Choose something to hear: mostly by a favourite, else by a known artist of home or of anywhere."""
        share = draws.uniform()
        if share < 0.75:
            artist = self.favourite(draws.below(FAVOURITES), at, catalogue)
        else:
            genres = self.homes if share < 0.92 else tuple(catalogue.by_genre)
            artists = catalogue.by_genre[genres[draws.below(len(genres))]]
            artist = artists[draws.zipf(len(artists))]
        tracks = catalogue.tracks(artist)
        if draws.uniform() < 0.3:
            return catalogue.hit(artist, draws.zipf(len(tracks)))
        return tracks[draws.below(len(tracks))]
