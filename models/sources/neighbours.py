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
from models.numbering import Numbering, find_number, give_number, new_numbering
from models.play_counts import NEWEST, PLAYS
from models.row_pool import INVERSE, OWN, Links
from models.sources.scan import Float32s, Int32s, Plays

VOICES: Final = 64
"""Different items, the last ones heard, that speak."""
PROPOSED: Final = 100
"""Items outside the ring that are proposed."""


class Neighbours(NamedTuple):
    """What the items heard say of others: the first `numbered` go by their number, `others` come behind them.

    What is told of an item lies side by side, because a request adds up thousands.
    """

    numbered: int
    """The items of the ring, and those that were proposed before."""
    others: Numbering
    """The items besides that anybody speaks for."""
    scores: Float32s
    """n x 4: the score, what the loudest says, and the votes."""
    loudest: Int32s
    """The same memory, n x 4: in the fourth place the number of the item that speaks loudest."""
    best: float
    """The highest score, 0 without any."""
    most: float
    """The most votes, 0 without any."""


@compiled
def recall_neighbours(plays: Plays, voices: Int32s, known: Neighbourhood) -> Neighbours:
    """Add up the weights of the neighbours of `voices` (numbers of items)."""
    links, numbered = known.links, plays.items.known[0]
    room = _count_links(voices, plays, links)
    others = new_numbering(room)
    scores = np.empty((numbered + room, 4), np.float32)
    loudest = scores.view(np.int32)
    scores[:numbered] = 0
    for number in voices:
        position = plays.items.value[number]
        voice = known.voice[position]
        for kind in (OWN, INVERSE):
            start = links.start[kind, position]
            for slot in range(start, start + links.size[kind, position]):
                place = find_number(plays.items, links.other[slot])
                if place < 0:
                    former = others.known[0]
                    place = numbered + give_number(others, links.other[slot])
                    if others.known[0] > former:
                        scores[place] = 0
                # Without a sign nobody asks whether it counts from the end: a tenth of the time.
                row, weight = np.uint64(place), voice * links.weight[slot]
                scores[row, 0] += weight
                scores[row, 2] += links.vote[slot]
                if weight > scores[row, 1]:
                    scores[row, 1], loudest[row, 3] = weight, number
    outside = others.value[: others.known[0]]
    best, most = _stand(scores, plays.items.value[:numbered], known.standing, 0)
    best_outside, most_outside = _stand(scores, outside, known.standing, numbered)
    return Neighbours(
        int(numbered), others, scores, loudest, max(best, best_outside), max(most, most_outside)
    )


@compiled
def _count_links(voices: Int32s, plays: Plays, links: Links) -> int:
    """How many others there are at most."""
    most = 0
    for number in voices:
        position = plays.items.value[number]
        most += links.size[OWN, position] + links.size[INVERSE, position]
    return most


@compiled
def _stand(scores: Float32s, positions: Int32s, standing: Float32s, first: int) -> tuple[float, float]:
    """Let scores count by the standing of items, from row `first` on; returns the best and the most votes."""
    best, most = np.float32(0), np.float32(0)
    for row in range(len(positions)):
        if scores[first + row, 1] > 0:
            scores[first + row, 0] *= standing[positions[row]]
            best = max(best, scores[first + row, 0])
            most = max(most, scores[first + row, 2])
    return float(best), float(most)


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
    """Number the best of them, by scores and votes, that are listed and have no number; then by key."""
    positions = found.others.value[: found.others.known[0]]
    scores = np.full(len(positions), -np.inf, np.float32)
    for nth in range(len(positions)):
        if listed[positions[nth]]:
            scores[nth] = found.scores[found.numbered + nth, 0] / found.best
            if found.most > 0:
                scores[nth] += found.scores[found.numbered + nth, 2] / found.most
    for chosen in choose_best(scores, keys, positions, 0, PROPOSED):
        give_number(plays.items, positions[chosen])


@compiled
def share_neighbours(found: Neighbours, plays: Plays) -> tuple[Float32s, Float32s, Int32s]:
    """Scores and votes of numbered items over the highest, and who speaks loudest, or -1."""
    room = plays.items.known[0]
    shares, votes = np.zeros(room, np.float32), np.zeros(room, np.float32)
    because = np.full(room, -1, np.int32)
    for item in range(room):
        row = item
        if item >= found.numbered:
            other = find_number(found.others, plays.items.value[item])
            if other < 0:
                continue
            row = found.numbered + other
        if found.scores[row, 1] > 0:
            shares[item], because[item] = found.scores[row, 0] / found.best, found.loudest[row, 3]
            votes[item] = max(found.scores[row, 2], 0.0) / max(found.most, 1e-9)
    return shares, votes, because
