"""An explanation as bytes: a header that says which slate it is of, then texts and arrays, compressed."""

from __future__ import annotations

import struct
import zlib
from typing import Final

import numpy as np
import numpy.typing as npt

from models.candidates import BEST
from models.errors import CorruptState
from models.explanation import Emission, Explanation
from models.explanation_texts import Texts, read_texts, write_texts
from models.features import FEATURES, LAYOUT
from models.item_space import DIMENSIONS
from models.network import NUMBERS, TERMS
from models.page import POLICIES, Leanings
from models.profile import TASTES
from models.shelves.anchors import About, Pool
from models.situation import SITUATION

VERSION: Final = 1
MOST_BYTES: Final = 16 << 20
"""Of what is compressed; more is no explanation."""
_HEADER: Final = struct.Struct("<Bqiqd")
"""Version, layout of features, partition and offset, when it left; the same in every version."""
_SIZE: Final = struct.Struct("<I")
_LEVEL: Final = 3
"""Of zlib: higher ones take twice the time for 2% less."""

Array = npt.NDArray[np.generic]
_COLUMNS: Final[dict[str, tuple[str, tuple[int | str, ...]]]] = {
    "features": ("<f4", (FEATURES, "items")),
    "odds": ("<f4", ("items",)),
    "numbers": ("<f4", (NUMBERS,)),
    "own": ("<f4", (TERMS,)),
    "keys": ("<i8", ("items",)),
    "artists": ("<i4", ("items",)),
    "explained": ("<u1", ("items",)),
    "explaining": ("<i4", ("items",)),
    "editorial": ("<i4", ("items",)),
    "locale": ("<i4", ("items", 2)),
    "in_top": ("<u1", ("items",)),
    "skip_chances": ("<f8", ("items",)),
    "groups": ("<i8", ("items",)),
    "banned": ("<i8", ("banned",)),
    "chosen": ("<i4", ("chosen",)),
    "followed": ("<i4", ("followed",)),
    "locales": ("<i4", ("locales",)),
    "shares": ("<f8", ("shares",)),
    "scores": ("<f8", ("policies", "kinds")),
    "temperatures": ("<f8", ("policies",)),
    "floors": ("<f8", ("policies",)),
    "situation": ("<i1", (SITUATION,)),
    "tastes": ("<f4", (len(TASTES), DIMENSIONS)),
}
"""The arrays in their order: how each is written, and its shape, where texts count what is not fixed."""


def encode_explanation(explanation: Explanation) -> bytes:
    """Write an explanation as versioned bytes, about 20 KB."""
    emission, texts = explanation.emission, write_texts(explanation)
    columns = _columns(explanation)
    arrays = [columns[name].astype(kind).tobytes() for name, (kind, _) in _COLUMNS.items()]
    header = _HEADER.pack(VERSION, LAYOUT, emission.partition, emission.offset, emission.emitted_at)
    data = header + zlib.compress(b"".join((_SIZE.pack(len(texts)), texts, *arrays)), _LEVEL)
    return data + _SIZE.pack(zlib.crc32(data))


def decode_emission(data: bytes) -> tuple[int, int, float]:
    """Read of which slate an explanation of any version is: partition, offset, when it left.

    Raises:
        CorruptState: it ends too early.
    """
    if len(data) < _HEADER.size:
        raise CorruptState(f"explanation of {len(data)} bytes")
    _, _, partition, offset, emitted_at = _HEADER.unpack_from(data)
    return partition, offset, emitted_at


def decode_explanation(data: bytes) -> Explanation:
    """Read an explanation.

    Raises:
        CorruptState: the version, the table of features, the checksum or a length is another, a number is
            not finite, or a text means nothing here.
    """
    partition, offset, emitted_at = decode_emission(data)
    version, layout, *_ = _HEADER.unpack_from(data)
    if (version, layout) != (VERSION, LAYOUT):
        raise CorruptState(f"explanation of version {version}, or under another table of features")
    sound, checksum = data[: -_SIZE.size], data[-_SIZE.size :]
    if checksum != _SIZE.pack(zlib.crc32(sound)):
        raise CorruptState("explanation whose checksum is another")
    body = _inflate(sound[_HEADER.size :])
    if len(body) < _SIZE.size:
        raise CorruptState(f"explanation of {len(body)} bytes")
    begin = _SIZE.size + _SIZE.unpack_from(body)[0]
    texts = read_texts(body[_SIZE.size : begin])
    columns = _read_columns(body[begin:], texts)
    return _assemble(Emission(texts.user, partition, offset, emitted_at), texts, columns)


def _inflate(data: bytes) -> bytes:
    try:
        inflater = zlib.decompressobj()
        body = inflater.decompress(data, MOST_BYTES)
    except zlib.error as error:
        raise CorruptState(f"explanation that cannot be inflated: {error}") from error
    if not inflater.eof or inflater.unused_data:
        raise CorruptState("explanation that is cut, too long, or followed by something else")
    return body


def _columns(explanation: Explanation) -> dict[str, Array]:
    leanings = explanation.leanings
    pool, about = explanation.pool._asdict(), explanation.about._asdict()
    return (
        pool
        | about
        | leanings._asdict()
        | {
            "features": explanation.features,
            "odds": explanation.odds,
            "numbers": explanation.numbers,
            "own": explanation.own,
            "situation": explanation.situation,
            "tastes": explanation.tastes,
        }
    )


def _read_columns(data: bytes, texts: Texts) -> dict[str, Array]:
    """Cut arrays out of bytes."""
    names, kinds, policies = texts.names, texts.kinds, texts.policies
    sizes = texts.sizes | {"items": len(names.items), "kinds": len(kinds), "policies": len(policies)}
    if min(sizes.values()) < 0 or sizes["items"] > BEST or len(policies) != POLICIES:
        raise CorruptState(f"explanation of sizes {sizes}")
    columns: dict[str, Array] = {}
    start = 0
    for name, (kind, dimensions) in _COLUMNS.items():
        shape = tuple(sizes[one] if isinstance(one, str) else one for one in dimensions)
        dtype, count = np.dtype(kind), int(np.prod(shape))
        end = start + dtype.itemsize * count
        if end > len(data):
            raise CorruptState(f"explanation that ends within {name}")
        array = np.frombuffer(data, dtype, count, start).reshape(shape)
        if dtype.kind == "f" and not np.isfinite(array).all():
            raise CorruptState(f"explanation with a number that is not finite in {name}")
        columns[name], start = array, end
    if start != len(data):
        raise CorruptState(f"explanation with {len(data) - start} bytes too many")
    return columns


def _assemble(emission: Emission, texts: Texts, columns: dict[str, Array]) -> Explanation:
    """Give each array its place and its type, in memory of its own, as compiled passes are used to."""

    def floats(name: str) -> npt.NDArray[np.float32]:
        return columns[name].astype(np.float32)

    def doubles(name: str) -> npt.NDArray[np.float64]:
        return columns[name].astype(np.float64)

    def places(name: str) -> npt.NDArray[np.int32]:
        return columns[name].astype(np.int32)

    def keys(name: str) -> npt.NDArray[np.int64]:
        return columns[name].astype(np.int64)

    def truths(name: str) -> npt.NDArray[np.bool_]:
        return columns[name].astype(np.bool_)

    pool = Pool(
        keys("keys"),
        places("artists"),
        truths("explained"),
        places("explaining"),
        places("editorial"),
        places("locale"),
        truths("in_top"),
        doubles("skip_chances"),
        keys("groups"),
    )
    said = places("chosen"), places("followed"), places("locales"), doubles("shares")
    if ((pool.groups < 0) | (pool.groups >= len(said[-1]))).any():
        raise CorruptState("explanation with a group that has no share")
    return Explanation(
        emission,
        floats("features"),
        floats("odds"),
        floats("numbers"),
        floats("own"),
        pool,
        About(texts.last_played, texts.moment, keys("banned"), *said),
        Leanings(doubles("scores"), doubles("temperatures"), doubles("floors")),
        texts.policies,
        texts.knobs,
        np.uint64(texts.seed),
        texts.kinds,
        texts.names,
        columns["situation"].astype(np.int8),
        texts.versions,
        floats("tastes"),
        texts.happened,
    )
