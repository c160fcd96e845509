"""The profile: a listener's taste vectors, running rates and own weights."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from models.compiled import compiled
from models.contexts import (
    Buckets,
    ContextTastes,
    buckets_of,
    decode_contexts,
    encode_contexts,
    mean_direction,
    update_contexts,
)
from models.errors import CorruptState
from models.events import Event, EventType, ItemKey, stable_key
from models.item_space import DIMENSIONS, VectorArray
from models.onboarding import Choices, artist_key, decode_choices, encode_choices, update_choices
from models.own_weights import OwnWeights, decode_own, encode_own
from models.taste import update_taste

HALF_LIVES_HOURS: Final = (0.75, 21 * 24.0, 2 * 365 * 24.0)
"""How long evidence counts half: this session, these weeks, these years."""
TASTES: Final = ("session", "weeks", "years", "context")
SKIP_RATE_STEP: Final = 0.05
BANNED_ITEMS: Final = 128
"""Bans remembered; the oldest makes room."""
FOLLOWED_ARTISTS: Final = 64
"""Follows remembered; the oldest makes room."""
_ABOUT_BANS: Final = frozenset((EventType.BAN, EventType.LIKE, EventType.SAVE))
_ABOUT_FOLLOWS: Final = frozenset((EventType.FOLLOW, EventType.UNFOLLOW))

_FIXED: Final = struct.Struct("<dIIdHHHHB")
"""Taste time, plays, skips, skip rate, bans, follows; bytes of own weights, contexts and choices."""
_TASTE_BYTES: Final = len(HALF_LIVES_HOURS) * DIMENSIONS * 4

TasteArray = npt.NDArray[np.float32]


def _nothing_known() -> TasteArray:
    return np.zeros((len(HALF_LIVES_HOURS), DIMENSIONS), np.float32)


def _no_tastes() -> TasteArray:
    return np.zeros((len(TASTES), DIMENSIONS), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What is known of a listener beside the ring.

    `evidence` (float32, 3 x 64) holds decayed sums of weighted item vectors as of `at`. `tastes` (4 x 64)
    are what it and the `contexts` come to: unit vectors of session, weeks and years, or zero, then the mean
    of those of the contexts that hold. `banned` are the keys of items that must not come back, and
    `followed` those of artists, newest last. `own` is what the ranker knows of this listener alone,
    `choices` what the listener said at the start.
    """

    evidence: TasteArray = field(default_factory=_nothing_known)
    at: float = 0.0
    plays: int = 0
    skips: int = 0
    skip_rate: float = 0.0
    banned: tuple[ItemKey, ...] = ()
    followed: tuple[ItemKey, ...] = ()
    own: OwnWeights = field(default_factory=OwnWeights)
    contexts: ContextTastes = field(default_factory=ContextTastes)
    choices: Choices = field(default_factory=Choices)
    tastes: TasteArray = field(default_factory=_no_tastes, repr=False)


def update_profile(
    profile: Profile, event: Event, *, vector: VectorArray, weight: float, own: OwnWeights
) -> Profile:
    """Learn one event: `vector` is the item's (unit or zero), `weight` what the event says of it.

    `own` is what the ranker knows of the listener from now on.
    An event that comes late counts as if it happened at the last known time: time never runs backwards.
    """
    at = max(profile.at, event.at)
    elapsed_hours = (at - profile.at) / 3600 if profile.at else 0.0
    is_play, is_skip = event.is_play, event.is_skip
    skip_rate = profile.skip_rate
    if is_play or is_skip:
        skip_rate += SKIP_RATE_STEP * (float(is_skip) - skip_rate)
    known = profile.contexts
    holding = np.array(buckets_of(event.context, at=event.at), np.uint8)
    evidence, buckets, in_buckets, tastes = _learn(
        profile.evidence, elapsed_hours, known.buckets, known.evidence, holding, vector, weight
    )
    return Profile(
        evidence=evidence,
        at=at,
        plays=profile.plays + is_play,
        skips=profile.skips + is_skip,
        skip_rate=skip_rate,
        banned=_update_bans(profile.banned, event),
        followed=_update_follows(profile.followed, event),
        own=own,
        contexts=ContextTastes(buckets, in_buckets, len(holding)),
        choices=update_choices(profile.choices, event),
        tastes=tastes,
    )


@compiled
def _learn(
    evidence: TasteArray,
    elapsed_hours: float,
    buckets: Buckets,
    in_buckets: TasteArray,
    holding: Buckets,
    vector: VectorArray,
    weight: float,
) -> tuple[TasteArray, Buckets, TasteArray, TasteArray]:
    """Move all tastes: evidence, buckets and what is in them, and the directions in which all that points."""
    moved = _update_all(evidence, vector, weight, elapsed_hours)
    order, moved_in_buckets = update_contexts(buckets, in_buckets, holding, vector, weight)
    return moved, order, moved_in_buckets, _directions(moved, moved_in_buckets, len(holding))


@compiled
def _update_all(evidence: TasteArray, item: VectorArray, weight: float, elapsed_hours: float) -> TasteArray:
    moved = np.empty_like(evidence)
    for horizon in range(len(moved)):
        decay = 2.0 ** (-elapsed_hours / HALF_LIVES_HOURS[horizon])
        moved[horizon] = update_taste(evidence[horizon], item, weight, decay)
    return moved


@compiled
def _directions(evidence: TasteArray, in_buckets: TasteArray, now: int) -> TasteArray:
    """Unit vectors, or zero where there is no evidence, and behind them that of the contexts that hold."""
    directions = np.zeros((len(evidence) + 1, evidence.shape[1]), np.float32)
    directions[-1] = mean_direction(in_buckets, now)
    for horizon in range(len(evidence)):
        squares = np.float32(0)
        for dimension in range(evidence.shape[1]):
            squares += evidence[horizon, dimension] * evidence[horizon, dimension]
        if squares > 0:
            length = np.sqrt(squares)
            for dimension in range(evidence.shape[1]):
                directions[horizon, dimension] = evidence[horizon, dimension] / length
    return directions


def _update_bans(banned: tuple[ItemKey, ...], event: Event) -> tuple[ItemKey, ...]:
    if event.type not in _ABOUT_BANS:
        return banned
    key = stable_key(event.item)
    others = tuple(other for other in banned if other != key)
    # To like or save a banned item is to take the ban back.
    return (*others, key)[-BANNED_ITEMS:] if event.type is EventType.BAN else others


def _update_follows(followed: tuple[ItemKey, ...], event: Event) -> tuple[ItemKey, ...]:
    if event.type not in _ABOUT_FOLLOWS or not event.artist:
        return followed
    key = artist_key(event.artist)
    others = tuple(other for other in followed if other != key)
    return (*others, key)[-FOLLOWED_ARTISTS:] if event.type is EventType.FOLLOW else others


def encode_profile(profile: Profile) -> bytes:
    """Write a profile as plain bytes."""
    own, contexts = encode_own(profile.own), encode_contexts(profile.contexts)
    choices = encode_choices(profile.choices)
    rates = profile.at, profile.plays, profile.skips, profile.skip_rate
    counts = len(profile.banned), len(profile.followed), len(own), len(contexts), len(choices)
    keys = np.array(profile.banned + profile.followed, "<i8").tobytes()
    return _FIXED.pack(*rates, *counts) + profile.evidence.tobytes() + keys + own + contexts + choices


def decode_profile(data: bytes) -> Profile:
    """Read a profile.

    Raises:
        CorruptState: the length is wrong or a number is not finite.
    """
    if len(data) < _FIXED.size + _TASTE_BYTES:
        raise CorruptState(f"profile of {len(data)} bytes")
    *rates, bans, follows, own_bytes, context_bytes, choice_bytes = _FIXED.unpack_from(data)
    at, plays, skips, skip_rate = rates
    own_start = _FIXED.size + _TASTE_BYTES + 8 * (bans + follows)
    own_end = own_start + own_bytes
    contexts_end = own_end + context_bytes
    if len(data) != contexts_end + choice_bytes:
        raise CorruptState(f"profile of {len(data)} bytes with {bans} bans and {follows} follows")
    evidence = np.frombuffer(data, "<f4", len(HALF_LIVES_HOURS) * DIMENSIONS, _FIXED.size)
    if not (np.isfinite(evidence).all() and np.isfinite(at) and np.isfinite(skip_rate)):
        raise CorruptState("profile with a number that is not finite")
    evidence = evidence.reshape(-1, DIMENSIONS).astype(np.float32)
    keys = np.frombuffer(data, "<i8", bans + follows, _FIXED.size + _TASTE_BYTES).tolist()
    contexts = decode_contexts(data[own_end:contexts_end])
    return Profile(
        evidence=evidence,
        at=at,
        plays=plays,
        skips=skips,
        skip_rate=skip_rate,
        banned=tuple(map(ItemKey, keys[:bans])),
        followed=tuple(map(ItemKey, keys[bans:])),
        own=decode_own(data[own_start:own_end]),
        contexts=contexts,
        choices=decode_choices(data[contexts_end:]),
        tastes=_directions(evidence, contexts.evidence, contexts.now),
    )
