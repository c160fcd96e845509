"""Neighbours: what those who heard the same items heard besides (item-based collaborative filtering).

Sarwar et al. 2001 and Linden et al. 2003 (Amazon), over rows that are learned in the stream. Each pair of
items is counted in the row of the one that came second; a request reads the rows of what the listener heard,
and in whose rows that stands.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from models.best import choose_best
from models.compiled import compiled
from models.neighbourhoods import Neighbourhood
from models.numbering import find_number, give_number
from models.play_counts import NEWEST, PLAYS
from models.row_pool import INVERSE, OWN, Links
from models.sources.scan import Float32s, Int32s, Plays

VOICES: Final = 64
"""Different items, the last ones heard, that speak."""
PROPOSED: Final = 100
"""Items outside the ring that are proposed."""


class Neighbours(NamedTuple):
    """What the items heard say of others: a hash table of n places, a power of two, one line for each item.

    What is read of an item lies side by side, because a request looks up thousands.
    """

    marks: Int32s
    """n x 5: the catalogue position + 1, 0 where free, and the number of the item that speaks loudest."""
    scores: Float32s
    """The same memory, n x 5: in the third place the score, then what the loudest says, then the votes."""
    best: float
    """The highest score, 0 without any."""
    most: float
    """The most votes, 0 without any."""


@compiled
def recall_neighbours(plays: Plays, voices: Int32s, known: Neighbourhood) -> Neighbours:
    """Add up the weights of the neighbours of `voices` (numbers of items in the ring)."""
    links = known.links
    marks = np.zeros((_places_for(voices, plays, links), 5), np.int32)
    scores = marks.view(np.float32)
    for number in voices:
        position = plays.items.value[number]
        for kind in (OWN, INVERSE):
            start = links.start[kind, position]
            for slot in range(start, start + links.size[kind, position]):
                weight = known.voice[position] * links.weight[slot]
                place = _place_of(marks, links.other[slot])
                marks[place, 0] = links.other[slot] + 1
                scores[place, 2] += weight
                scores[place, 4] += links.vote[slot]
                if weight > scores[place, 3]:
                    scores[place, 3], marks[place, 1] = weight, number
    best, most = np.float32(0), np.float32(0)
    for place in range(len(marks)):
        if marks[place, 0] > 0:
            scores[place, 2] *= known.standing[marks[place, 0] - 1]
            best, most = max(best, scores[place, 2]), max(most, scores[place, 4])
    return Neighbours(marks, scores, float(best), float(most))


@compiled
def _places_for(voices: Int32s, plays: Plays, links: Links) -> int:
    """How long the table is, at most three quarters full."""
    most, places = 0, 64
    for number in voices:
        position = plays.items.value[number]
        most += links.size[OWN, position] + links.size[INVERSE, position]
    while 3 * places < 4 * most:
        places *= 2
    return places


@compiled
def _place_of(marks: Int32s, position: int) -> int:
    """Find where the table holds a position or would hold it: open addressing, as in `Numbering`."""
    mask = len(marks) - 1
    place = (position * 2_654_435_761 >> 12) & mask
    while marks[place, 0] > 0 and marks[place, 0] != position + 1:
        place = (place + 1) & mask
    return place


@compiled
def choose_voices(plays: Plays, most: int) -> Int32s:
    """The numbers of at most `most` different items heard last for 30 seconds or more, newest first."""
    chosen, count = np.empty(min(most, plays.in_ring), np.int32), 0
    if len(chosen) == 0:
        return chosen
    for play in range(len(plays.item) - 1, -1, -1):
        number = plays.item[play]
        if plays.counts[NEWEST, number] == play and plays.counts[PLAYS, number] > 0:
            chosen[count] = number
            count += 1
            if count == len(chosen):
                break
    return chosen[:count]


@compiled
def propose_neighbours(
    found: Neighbours, plays: Plays, keys: npt.NDArray[np.int64], listed: npt.NDArray[np.bool_]
) -> None:
    """Number the best of them, by scores and votes, that are listed and not in the ring; then by key."""
    taken = np.flatnonzero(found.marks[:, 0])
    scores = np.full(len(taken), -np.inf, np.float32)
    positions = np.empty(len(taken), np.int32)
    for nth in range(len(taken)):
        positions[nth] = found.marks[taken[nth], 0] - 1
        if listed[positions[nth]] and find_number(plays.items, positions[nth]) < 0:
            scores[nth] = found.scores[taken[nth], 2] / found.best
            if found.most > 0:
                scores[nth] += found.scores[taken[nth], 4] / found.most
    for chosen in choose_best(scores, keys, positions, 0, PROPOSED):
        give_number(plays.items, positions[chosen])


@compiled
def share_neighbours(found: Neighbours, items: Int32s) -> tuple[Float32s, Float32s, Int32s]:
    """Scores and votes of items (catalogue positions) over the highest, and who speaks loudest, or -1."""
    shares, votes = np.zeros(len(items), np.float32), np.zeros(len(items), np.float32)
    because = np.full(len(items), -1, np.int32)
    for item in range(len(items)):
        place = _place_of(found.marks, items[item])
        if found.marks[place, 0] > 0:
            shares[item], because[item] = found.scores[place, 2] / found.best, found.marks[place, 1]
            votes[item] = max(found.scores[place, 4], 0.0) / max(found.most, 1e-9)
    return shares, votes, because
