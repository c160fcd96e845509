"""What everything that is learned and kept as bytes must refuse."""

from collections.abc import Callable

import pytest

from models.errors import CorruptState


def refuses_other_bytes(encoded: bytes, decode: Callable[[bytes], object]) -> None:
    """Read what was written, and refuse it cut, longer, of another version, or under another table."""
    decode(encoded)
    another_table = encoded[:3] + bytes([encoded[3] ^ 1]) + encoded[4:]
    for bad in (b"", encoded[:-1], encoded + b"\0", b"\x07" + encoded[1:], another_table):
        with pytest.raises(CorruptState):
            decode(bad)
