"""A snapshot is read as it was written, and one that is damaged anywhere is refused."""

import numpy as np
import pytest

from models.errors import CorruptState
from streams.snapshot import Snapshot, Source, write_snapshot

SOURCE = Source("cluster", {"item-models": "id"}, {"item-models": {"0": 7}})
ARRAYS = {
    "numbers": np.arange(12, dtype=np.float32).reshape(3, 4),
    "strided": np.arange(12, dtype=np.int32).reshape(3, 4)[:, 1],
    "flags": np.array([True, False]),
    "none": np.zeros((0, 3), np.int32),
}


def read_all(path):
    snapshot = Snapshot(path)
    try:
        return snapshot.source, {name: snapshot.read(name) for name in ARRAYS}
    finally:
        snapshot.close()


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "home" / "replica.snapshot"
    write_snapshot(path, SOURCE, ARRAYS)
    return path


def test_what_was_written_is_read(path):
    source, arrays = read_all(path)
    assert source == SOURCE
    for name, array in ARRAYS.items():
        assert (arrays[name].dtype, arrays[name].shape) == (array.dtype, array.shape)
        assert arrays[name].tobytes() == array.tobytes()
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_every_byte_counts(path):
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(CorruptState):
            read_all(path)


@pytest.mark.parametrize("spoil", [lambda whole: whole[:-1], lambda whole: whole + b"\0", lambda whole: b""])
def test_another_length_is_refused(path, spoil):
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(CorruptState):
        read_all(path)


def test_who_is_cut_short_leaves_the_one_before(path):
    with pytest.raises(TypeError):
        write_snapshot(path, SOURCE, {**ARRAYS, "no array": None})
    assert read_all(path)[0] == SOURCE
