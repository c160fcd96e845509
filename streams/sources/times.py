"""What logs write for a time -> Unix seconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

# Digits mean a Unix time only where no date could be meant: 20210422 has eight.
_UNIX_SECONDS: Final = re.compile(r"[0-9]{9,10}(?:\.[0-9]+)?")
_UNIX_MILLISECONDS: Final = re.compile(r"[0-9]{12,13}")
_ISO: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*", re.ASCII)


def parse_time(text: str) -> float:
    """Read ISO 8601 with a time of day (UTC where it names no zone), or Unix seconds or milliseconds.

    Raises `ValueError` with a sentence for a person.

    >>> parse_time("2021-04-22 05:41") == parse_time("2021-04-22T07:41:00+02:00") == parse_time("1619070060")
    True
    """
    if _ISO.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValueError(f"{text[:40]!r} is not a time: {error}") from error
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if _UNIX_SECONDS.fullmatch(text):
        return float(text)
    if _UNIX_MILLISECONDS.fullmatch(text):
        return int(text) / 1000
    raise ValueError(f"{text[:40]!r} is not a time; expected as in 2021-04-22 05:41 or 1619070060")
