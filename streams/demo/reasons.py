"""Reasons as sentences: the one table from `because` to what a listener reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from streams.demo.names import Names

SENTENCES: Final[Mapping[str, tuple[str, str]]] = {
    "played_after": ("Often follows “{title}”", "Often comes next"),
    "same_session": ("Goes with “{title}” in your sessions", "From sessions like this one"),
    "on_repeat": ("In your rotation, like “{title}”", "In your rotation"),
    "rediscover": ("Not heard for a while, like “{title}”", "A favourite not heard for a while"),
    "also_played": ("Listeners of “{title}” play it too", "Listeners like you play it"),
    "same_artist": ("More by {artist}, after “{title}”", "More by {artist}"),
    "chosen_artist": ("Because you chose {artist}", "Because you chose {artist}"),
    "alike": ("New, and like “{title}”", "New, and like what you play"),
    "your_taste": ("Close to your taste, like “{title}”", "Close to your taste"),
    "moment": ("For this time of the day", "For this time of the day"),
    "fans_also_play": ("Fans of those behind “{title}” play it", "Fans of artists you play play it too"),
    "followed_artist": ("New from {artist}, whom you follow", "New from {artist}, whom you follow"),
    "editors": ("The editors put it beside “{title}”", "Picked by the editors"),
    "trending_near_you": ("Popular near you, with “{title}”", "Popular near you"),
    "popular": ("Popular with those who play “{title}”", "Many listeners play it now"),
}
"""`models.slate.Because` by its name on the wire -> the sentence with an item to refer to, and without."""

UNKNOWN: Final = "Chosen for you"
"""For reasons of workers newer than this table."""


def reason_sentence(item: str, *, because: str, about: str, names: Names) -> str:
    """Say why an item is here; `about` is the id of the item that the reason refers to, or empty.

    >>> reason_sentence("t:2", because="played_after", about="t:1", names=Names())
    'Often follows “t:1”'
    >>> reason_sentence("t:2", because="by magic", about="", names=Names())
    'Chosen for you'
    """
    if because not in SENTENCES:
        return UNKNOWN
    named, unnamed = SENTENCES[because]
    artist = names.artist(item) or "this artist"
    return (named if about else unnamed).format(title=names.title(about), artist=artist)
