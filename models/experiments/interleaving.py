"""Team-draft interleaving: two rankings in one list, and whose items are played."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Pick(NamedTuple):
    """A place of an interleaved list.

    `team` is 0 or 1, the ranking that picked the item. `propensity` is the exact probability of the item at
    this place given the items before it, teams unseen: their product is the probability of the whole list.
    """

    item: str
    team: int
    propensity: float


@dataclass(frozen=True, slots=True)
class Credit:
    """Plays of what each of two teams picked."""

    first: int = 0
    second: int = 0

    def __add__(self, other: Credit) -> Credit:
        return Credit(self.first + other.first, self.second + other.second)


def interleave(
    first: Sequence[str], second: Sequence[str], *, places: int, uniforms: Sequence[float]
) -> list[Pick]:
    """Let two rankings, best first, pick in turns: in each round both add their best item that is left.

    Who begins a round is drawn by its number of `uniforms` (of [0, 1), one for each two places): below one
    half, the first ranking does. Neither gains by what it puts where, and if both are the same, each gets
    every place half of the time. The list is shorter where one ranking has nothing left.

    Source: Radlinski, Kurup and Joachims 2008, "How does clickthrough data reflect retrieval quality?".

    >>> [pick.item for pick in interleave("abc", "bcd", places=3, uniforms=[0.2, 0.9])]
    ['a', 'b', 'c']
    >>> [pick.team for pick in interleave("abc", "bcd", places=3, uniforms=[0.2, 0.9])]
    [0, 1, 1]
    """
    picks: list[Pick] = []
    for uniform in uniforms[: (places + 1) // 2]:
        begins = int(uniform >= 0.5)
        drawn = list(_round((first, second), {pick.item for pick in picks}, begins))
        picks += drawn
        if len(drawn) < 2:
            break
    return picks[:places]


def credit(picks: Sequence[Pick], played: Iterable[int]) -> Credit:
    """Count plays for the teams: `played` names the places of the list, from 0, that were played.

    >>> credit([Pick("a", 0, 0.5), Pick("b", 1, 1.0)], played=[1, 1])
    Credit(first=0, second=2)
    """
    teams = [picks[place].team for place in played]
    return Credit(teams.count(0), teams.count(1))


def _round(rankings: tuple[Sequence[str], Sequence[str]], taken: set[str], begins: int) -> Iterator[Pick]:
    """Both pick; where both want the same item, which of them got it is seen in what comes after it."""
    best = [_best(ranking, taken) for ranking in rankings]
    item = best[begins]
    if item is None:
        return
    contested = best[0] == best[1]
    yield Pick(item, begins, 1.0 if contested else 0.5)
    after = [_best(ranking, taken | {item}) for ranking in rankings]
    item = after[1 - begins]
    if item is not None:
        yield Pick(item, 1 - begins, 0.5 if contested and after[0] != after[1] else 1.0)


def _best(ranking: Sequence[str], taken: set[str]) -> str | None:
    return next((item for item in ranking if item not in taken), None)
