"""Numbers as people read them: what adds and what takes away, and how long ago something was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any


def signed(number: float) -> str:
    """Write a number with its sign.

    >>> signed(0.314), signed(-2.0), signed(0.001)
    ('+0.31', '-2.00', '0.00')
    """
    return f"{number:+.2f}" if abs(number) >= 0.005 else "0.00"


def listed(added: Iterable[tuple[str, float]]) -> str:
    """Write names with what each adds.

    >>> listed([("RULES", 0.5), ("AGE", -0.1)])
    'RULES +0.50, AGE -0.10'
    """
    return ", ".join(f"{name} {signed(number)}" for name, number in added)


def by_weight(parts: Mapping[str, Mapping[str, Any]], *, of: str) -> Iterator[tuple[str, float]]:
    """Give names with a number of theirs, the farthest from zero first, without those that are zero."""
    numbers = [(name, part[of]) for name, part in parts.items() if part[of]]
    yield from sorted(numbers, key=lambda one: -abs(one[1]))


def ago(seconds: int) -> str:
    """Say how long ago something was.

    >>> ago(0), ago(90), ago(7_300), ago(400_000)
    ('just now', '1 min ago', '2 h ago', '4 days ago')
    """
    if seconds < 60:
        return "just now"
    if seconds < 3_600:
        return f"{seconds // 60} min ago"
    return f"{seconds // 3_600} h ago" if seconds < 2 * 86_400 else f"{seconds // 86_400} days ago"
