"""The view model: a slate as people read it, the same for terminal, page and `segue watch`."""

from __future__ import annotations

from dataclasses import dataclass

from streams.demo.names import Names
from streams.demo.reasons import reason_sentence
from streams.demo.slates import ShownSlate


@dataclass(frozen=True, slots=True)
class Card:
    """An item in words; `is_new` where the slate before did not hold it."""

    item: str
    title: str
    artist: str
    reason: str
    propensity: float
    is_new: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A shelf in words."""

    id: str
    title: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class SlateView:
    """A slate in words; `gone` counts the items of the slate before that it no longer holds."""

    recommendation: str
    rows: tuple[Row, ...]
    gone: int

    @property
    def new(self) -> int:
        """How many items the slate before did not hold."""
        return sum(card.is_new for row in self.rows for card in row.cards)


def view_slate(slate: ShownSlate, names: Names, *, before: ShownSlate | None = None) -> SlateView:
    """Put a slate into words; beside the slate `before` it, if there was one, what is new stands out."""
    known = items_of(before) if before else None
    rows = tuple(
        Row(
            id=shelf.id,
            title=shelf.title,
            cards=tuple(
                Card(
                    item=item.item,
                    title=names.title(item.item),
                    artist=names.artist(item.item),
                    reason=reason_sentence(item.item, because=item.because, about=item.about, names=names),
                    propensity=item.propensity,
                    is_new=known is not None and item.item not in known,
                )
                for item in shelf.items
            ),
        )
        for shelf in slate.shelves
    )
    gone = len(known - items_of(slate)) if known else 0
    return SlateView(recommendation=slate.id, rows=rows, gone=gone)


def items_of(slate: ShownSlate) -> frozenset[str]:
    """All items of a slate."""
    return frozenset(item.item for shelf in slate.shelves for item in shelf.items)
