"""How somebody responds to what plays: stays, skips, likes, bans."""

from __future__ import annotations

from typing import Final

from models.events import PLAY_MS, Ended, EventType
from models.listeners.draws import Draws

_SKIPS_KNOWN: Final = 0.27
_SKIPS_NEW: Final = 0.36
_SKIPS_STRANGE: Final = 0.58
_BAD_MOOD_ADDS: Final = 0.22
_STAYS_TO_THE_END: Final = 0.86

_Responses = tuple[tuple[float, EventType], ...]

_TO_NEW: Final[_Responses] = (
    (0.10, EventType.LIKE),
    (0.14, EventType.SAVE),
    (0.17, EventType.FOLLOW),
)
_TO_KNOWN: Final[_Responses] = (
    (0.012, EventType.PLAYLIST_ADD),
    (0.016, EventType.SHARE),
)
_TO_SKIPPED_NEW: Final[_Responses] = ((0.03, EventType.BAN),)


def skip_chance(*, known: bool, of_home_genre: bool, bad_mood: bool) -> float:
    """Say how likely a skip is: more for the unfamiliar, more for the strange, more in a bad mood.

    >>> skip_chance(known=True, of_home_genre=True, bad_mood=False)
    0.27
    """
    base = _SKIPS_KNOWN if known else _SKIPS_NEW if of_home_genre else _SKIPS_STRANGE
    return base + _BAD_MOOD_ADDS if bad_mood else base


def listen(duration_ms: int, *, chance_of_skip: float, draws: Draws) -> tuple[int, Ended]:
    """Draw how long a play lasts and why it ends: skips are short (half below 4 s), most others run out."""
    if draws.uniform() < chance_of_skip:
        return int(draws.log_uniform(500, PLAY_MS)), Ended.SKIPPED
    if draws.uniform() < _STAYS_TO_THE_END:
        return duration_ms, Ended.FINISHED
    return PLAY_MS + int(draws.uniform() * (duration_ms - PLAY_MS)), Ended.STOPPED


def respond(*, known: bool, ended: Ended, draws: Draws) -> EventType | None:
    """Draw what somebody says about what they heard: mostly nothing."""
    chance = draws.uniform()
    if ended is Ended.FINISHED:
        responses = _TO_KNOWN if known else _TO_NEW
    else:
        responses = _TO_SKIPPED_NEW if ended is Ended.SKIPPED and not known else ()
    for limit, kind in responses:
        if chance < limit:
            return kind
    return None
