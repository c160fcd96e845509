"""A slate as it was emitted, and what it followed from, found by the id of the recommendation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import orjson

from models.explanation import Explanation
from models.explanation_bytes import decode_emission, decode_explanation
from models.slate import Slate
from streams.recommendations import describe_slate
from streams.topic_reader import TopicReader
from streams.topics import EXPLANATIONS, RECOMMENDATIONS

REACH: Final = 1_000
"""Records by which a batch that is sent again after a crash may stand out of order, and many more."""


class NoSuchSlate(LookupError):
    """No slate of this id is there; the message says so."""


class NotExplained(LookupError):
    """What the slate followed from was not kept; the message says so."""


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """A slate as it was emitted, how often it was, and what it followed from; `record` holds its bytes."""

    record: bytes
    document: dict[str, Any]
    emissions: int
    explanation: Explanation


def find_explained(brokers: str, recommendation: str) -> Kept:
    """Find the first emission of a slate of which is known what it followed from.

    Raises:
        NoSuchSlate: it is no id of a slate, or there is none of this id.
        NotExplained: it is not among those that are explained.
        CorruptState: its explanation is of another version, or spoilt.
        Unreachable: Kafka does not answer, or a topic is missing.
    """
    partition, _, offset = recommendation.partition("-")
    if not (partition.isdecimal() and offset.isdecimal() and recommendation.isascii()):
        raise NoSuchSlate(f"{recommendation} is no id of a slate: they look like 3-1842")
    place = int(partition), int(offset)
    slates = _find(brokers, RECOMMENDATIONS.name, place, _offset_of_slate)
    if not slates:
        raise NoSuchSlate(f"there is no slate {recommendation}")
    kept = {
        decode_emission(value)[2]: value
        for value in _find(brokers, EXPLANATIONS.name, place, lambda value: decode_emission(value)[1])
    }
    for record in slates:
        document = orjson.loads(record)
        if document["emitted_at"] in kept:
            explanation = decode_explanation(kept[document["emitted_at"]])
            return Kept(record, document, len(slates), explanation)
    raise NotExplained(f"what slate {recommendation} followed from was not kept")


def _offset_of_slate(record: bytes) -> int:
    return int(orjson.loads(record)["as_of"]["offset"])


def _find(brokers: str, topic: str, place: tuple[int, int], offset_of: Callable[[bytes], int]) -> list[bytes]:
    """Find what was emitted for an event: what is emitted stands in the order of events, but for repeats."""
    partition, offset = place
    with TopicReader(brokers, topic, from_beginning=False) as reader:
        if partition not in reader.partitions:
            return []
        first, end = reader.ends(partition)
        low, high = first, end
        while low < high:
            middle = (low + high) // 2
            reader.seek({partition: middle})
            message = next(reader.read_to_end(), None)
            if message is not None and offset_of(message.value() or b"") < offset:
                low = middle + 1
            else:
                high = middle
        found = []
        reader.seek({partition: max(first, low - REACH)})
        for message in reader.read_to_end():
            value = message.value() or b""
            if offset_of(value) == offset:
                found.append(value)
            if (message.offset() or 0) > low + REACH:
                break
        return found


def write_again(document: dict[str, Any], slate: Slate, explanation: Explanation) -> bytes:
    """Write the record of a slate that was made again, with when and where from the emitted one."""
    return orjson.dumps(document | describe_slate(slate, explanation.tastes))


def first_difference(emitted: object, again: object, path: str = "") -> str:
    """Say where two documents differ first, and in what; nothing where they are the same.

    >>> first_difference({"shelves": [{"id": "a"}, {"id": "b"}]}, {"shelves": [{"id": "a"}, {"id": "c"}]})
    "shelves[1].id: emitted 'b', made again 'c'"
    """
    if isinstance(emitted, dict) and isinstance(again, dict) and list(emitted) == list(again):
        inner = [(f"{path}.{name}".lstrip("."), emitted[name], again[name]) for name in emitted]
    elif isinstance(emitted, list) and isinstance(again, list) and len(emitted) == len(again):
        inner = [(f"{path}[{n}]", *pair) for n, pair in enumerate(zip(emitted, again, strict=True))]
    elif orjson.dumps(emitted) == orjson.dumps(again):
        return ""
    else:
        return f"{path}: emitted {_brief(emitted)}, made again {_brief(again)}"
    return next(filter(None, (first_difference(left, right, name) for name, left, right in inner)), "")


def _brief(value: object) -> str:
    if isinstance(value, list | dict):
        return f"{len(value)} in {type(value).__name__}"
    return repr(value)
