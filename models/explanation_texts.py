"""The part of an explanation that is text: names, and the shelves that were on offer, as JSON.

What shelves ask is written by the names of features and facts, so that an explanation can be read after they
were numbered anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from models.composition import Knobs, Names
from models.errors import CorruptState
from models.events import EventType
from models.explanation import Explanation, Happened
from models.features import Feature
from models.page import MOST_PLACES
from models.shelves.anchors import ANCHORS, Anchor
from models.shelves.kind import ShelfKind
from models.shelves.query import Condition, Fact, Query
from models.slate import Because, Versions

_COUNTED: Final = ("banned", "chosen", "followed", "locales", "shares")
Json = Mapping[str, "Json"] | Sequence["Json"] | str | float | int | bool | None


class Texts(NamedTuple):
    """What is written as text: see `Explanation`; `sizes` are those of the arrays of `About`."""

    user: str
    seed: int
    knobs: Knobs
    last_played: int
    moment: int
    versions: Versions
    policies: tuple[str, ...]
    kinds: tuple[ShelfKind, ...]
    names: Names
    happened: tuple[Happened, ...]
    sizes: dict[str, int]


def write_texts(explanation: Explanation) -> bytes:
    """Write the texts of an explanation."""
    about, names = explanation.about, explanation.names
    lists = about.banned, about.chosen, about.followed, about.locales, about.shares
    document: Json = {
        "user": explanation.emission.user,
        "seed": int(explanation.seed),
        "knobs": explanation.knobs,
        "about": (about.last_played, about.moment),
        "versions": explanation.versions,
        "policies": explanation.policies,
        "kinds": [_write_kind(kind) for kind in explanation.kinds],
        "names": (list(names.items), list(names.explaining), list(names.anchors)),
        "happened": explanation.happened,
        "sizes": [len(some) for some in lists],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def read_texts(data: bytes) -> Texts:
    """Read the texts of an explanation.

    Raises:
        CorruptState: it is no JSON, something is missing or of another type, or a name means nothing here.
    """
    try:
        document = json.loads(data)
        items, explaining, anchors = map(_texts, document["names"])
        if len(items) != len(explaining) or len(anchors) != ANCHORS:
            raise ValueError(f"{len(items)} items, {len(explaining)} explained, {len(anchors)} anchors")
        last_played, moment = map(int, document["about"])
        sizes = dict(zip(_COUNTED, document["sizes"], strict=True))
        return Texts(
            _text(document["user"]),
            int(document["seed"]),
            Knobs(*map(float, document["knobs"])),
            last_played,
            moment,
            Versions(*map(int, document["versions"])),
            _texts(document["policies"]),
            tuple(map(_read_kind, document["kinds"])),
            Names(items, explaining, anchors),
            tuple(
                Happened(_text(item), int(age), int(ms_played), EventType(kind))
                for item, age, ms_played, kind in document["happened"]
            ),
            {name: int(size) for name, size in sizes.items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CorruptState(f"explanation whose texts cannot be read: {error!r}") from error


def _write_kind(kind: ShelfKind) -> Json:
    return {
        "id": kind.id,
        "title": kind.title,
        "expected": kind.expected,
        "query": [[(one.of.name, one.least, one.most) for one in clause] for clause in kind.query],
        "anchor": kind.anchor.name,
        "because": kind.because,
        "pinned": kind.pinned,
        "places": kind.places,
        "temperature": kind.temperature,
        "floor": kind.floor,
        "fewest": kind.fewest,
        "artist_cap": kind.artist_cap,
    }


def _read_kind(document: Mapping[str, Json]) -> ShelfKind:
    because = document["because"]
    places, temperature = _number(document["places"]), _number(document["temperature"])
    if not (1 <= places <= MOST_PLACES and temperature > 0):
        raise ValueError(f"a shelf of {places} places at temperature {temperature}")
    return ShelfKind(
        _text(document["id"]),
        _text(document["title"]),
        _number(document["expected"]),
        _read_query(document["query"]),
        Anchor[_text(document["anchor"])],
        None if because is None else Because(_text(because)),
        bool(document["pinned"]),
        int(places),
        temperature,
        _number(document["floor"]),
        int(_number(document["fewest"])),
        int(_number(document["artist_cap"])),
    )


def _read_query(clauses: Json) -> Query:
    return tuple(tuple(map(_read_condition, _list(clause))) for clause in _list(clauses))


def _read_condition(document: Json) -> Condition:
    of, least, most = _list(document)
    return Condition(_asked(_text(of)), _number(least), _number(most))


def _asked(name: str) -> Feature | Fact:
    return Feature[name] if name in Feature.__members__ else Fact[name]


def _number(value: Json) -> float:
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is no number")
    return float(value)


def _list(value: Json) -> Sequence[Json]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is no list")
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _texts(values: Iterable[Json]) -> tuple[str, ...]:
    return tuple(map(_text, values))
