"""Shelves: each a title, a query and a reason, in a file of its own in `themes`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from models.shelves import themes
from models.shelves.kind import ShelfKind
from models.shelves.themes.next_up import SHELF as NEXT_UP


def list_shelves() -> tuple[ShelfKind, ...]:
    """The shelf of every file in `themes`: pinned ones first, then those from which most is expected."""
    modules = [import_module(f"{themes.__name__}.{module.name}") for module in iter_modules(themes.__path__)]
    shelves: list[ShelfKind] = [module.SHELF for module in modules]
    return tuple(sorted(shelves, key=lambda shelf: (not shelf.pinned, -shelf.expected, shelf.id)))


SHELVES: Final = list_shelves()

__all__ = ["NEXT_UP", "SHELVES", "ShelfKind", "list_shelves"]
