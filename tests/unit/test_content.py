"""Content is described alike everywhere, and the ridge is the one solved at once, whatever was taken back."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.content import BUCKETS, CONTENT_FEATURES, Content, describe, tag_mass
from models.content_ridge import RIDGE, ContentRidge, decode_content_ridge, encode_content_ridge
from models.events import CatalogRecord
from tests.learned_bytes import refuses_other_bytes

D = 6
names = st.text(max_size=12)
numbers = st.floats(-1e9, 1e9)
records = st.builds(
    CatalogRecord,
    item=names,
    title=names,
    artist=names,
    genres=st.lists(names, max_size=4).map(tuple),
    tags=st.dictionaries(names, st.floats(0, 1e9), max_size=8).map(lambda tags: tuple(tags.items())),
    features=st.dictionaries(names, numbers, max_size=8).map(lambda features: tuple(features.items())),
)


def record(*tags: str, artist: str = "Ann", genres: Sequence[str] = (), **features: float) -> CatalogRecord:
    return CatalogRecord(
        item="t:1",
        title="Blue",
        artist=artist,
        genres=tuple(genres),
        tags=tuple((tag, 2.0) for tag in tags),
        features=tuple(features.items()),
    )


def dense(content: Content) -> npt.NDArray[np.float64]:
    row = np.zeros(CONTENT_FEATURES)
    row[content.places] = content.values
    return row


def likeness(one: CatalogRecord, other: CatalogRecord) -> float:
    return float(dense(describe(one)) @ dense(describe(other)))


@given(records)
def test_any_record_is_described_by_finite_features_of_length_one(any_record: CatalogRecord) -> None:
    content = describe(any_record)
    assert content.places.tolist() == sorted(set(content.places.tolist()))
    assert content.places[-1] == BUCKETS
    assert np.linalg.norm(content.values) == pytest.approx(1.0, abs=1e-6)
    assert all(
        np.array_equal(*pair) for pair in zip(fields(describe(any_record)), fields(content), strict=True)
    )


def fields(content: Content) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    return content.places, content.values


def test_tags_genres_artist_and_numbers_make_items_alike() -> None:
    rap = record("rap", "german")
    assert likeness(rap, record("rap", "german", artist="Bob")) > likeness(rap, record("jazz", artist="Bob"))
    assert likeness(rap, record("jazz")) > likeness(rap, record("jazz", artist="Bob"))
    assert likeness(record(genres=["Rap"]), record("rap", artist="Bob")) > 0.5
    slow, slower, fast = record(tempo=80.0), record(tempo=84.0), record(tempo=170.0)
    assert likeness(slow, slower) > likeness(slow, fast)
    assert likeness(record(valence=0.2), record(valence=0.25)) > likeness(
        record(valence=0.2), record(valence=0.9)
    )


def test_a_number_moves_features_as_little_as_it_moves() -> None:
    close = np.array([dense(describe(record(tempo=tempo))) for tempo in np.linspace(60, 90, 3_000)])
    assert np.abs(np.diff(close, axis=0)).max() < 0.001


def test_words_push_both_ways_so_that_those_in_one_bucket_cancel_out() -> None:
    values = describe(record(*map(str, range(200)))).values
    assert 60 < (values < 0).sum() < 140


def test_the_mass_of_an_item_is_what_people_said_of_it() -> None:
    assert tag_mass(record("rap", "german", genres=["pop"])) == 4.0
    assert tag_mass(record()) == 0.0


def lessons(
    count: int, *, seed: int = 0
) -> tuple[list[Content], npt.NDArray[np.float32], npt.NDArray[np.float64]]:
    draws = np.random.default_rng(seed)
    contents = [describe(record(*(f"tag {tag}" for tag in draws.integers(0, 40, 3)))) for _ in range(count)]
    return contents, draws.normal(size=(count, D)).astype(np.float32), draws.uniform(0.5, 4.0, count)


def taught(count: int = 60) -> ContentRidge:
    ridge = ContentRidge(dimensions=D)
    ridge.learn_many(*lessons(count))
    return ridge


def test_what_is_learned_lesson_by_lesson_is_the_ridge_solved_at_once() -> None:
    contents, vectors, weights = lessons(60)
    rows = np.array([dense(content) for content in contents])
    squares = rows.T @ (weights[:, None] * rows) + RIDGE * np.eye(CONTENT_FEATURES)
    solved = np.linalg.solve(squares, rows.T @ (weights[:, None] * vectors))
    ridge = ContentRidge(dimensions=D)
    for start in range(0, 60, 7):
        ridge.learn_many(contents[start : start + 7], vectors[start : start + 7], weights[start : start + 7])
        ridge.predict(contents[:1])
    assert np.allclose(ridge.mapping(), solved, atol=1e-4)
    expected = rows @ solved
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(ridge.predict(contents), expected, atol=1e-4)
    assert ridge.learned == 60


def test_a_lesson_taken_back_leaves_no_trace() -> None:
    contents, vectors, weights = lessons(20, seed=1)
    ridge = taught()
    before = ridge.mapping().copy()
    ridge.learn_many(contents, vectors, weights)
    assert not np.allclose(ridge.mapping(), before, atol=1e-3)
    ridge.learn_many(contents, vectors, -weights)
    assert np.allclose(ridge.mapping(), before, atol=1e-6)


def test_predictions_are_of_length_one_and_nothing_before_the_first_lesson() -> None:
    contents, _, _ = lessons(9)
    assert np.allclose(np.linalg.norm(taught().predict(contents), axis=1), 1.0)
    assert not ContentRidge(dimensions=D).predict(contents).any()
    assert taught().predict([]).shape == (0, D)


def test_an_item_is_placed_the_same_alone_and_among_others() -> None:
    contents, _, _ = lessons(9)
    ridge = taught()
    together = ridge.predict(contents)
    assert all(
        np.array_equal(ridge.predict([one])[0], row) for one, row in zip(contents, together, strict=True)
    )


@pytest.mark.parametrize("spoilt", ["values", "vectors", "weights", "shape", "count"])
def test_what_makes_no_sense_teaches_nothing(spoilt: str) -> None:
    contents, vectors, weights = lessons(3)
    ridge = taught()
    before = encode_content_ridge(ridge)
    match spoilt:
        case "values":
            contents[2].values[0] = math.nan
        case "vectors":
            vectors[2, 1] = math.inf
        case "weights":
            weights[2] = math.nan
        case "shape":
            vectors = vectors[:, :-1]
        case _:
            weights = weights[:-1]
    with pytest.raises(ValueError, match=r"finite|contents"):
        ridge.learn_many(contents, vectors, weights)
    assert encode_content_ridge(ridge) == before


def test_bytes_hold_everything_and_no_others_are_read() -> None:
    ridge = taught()
    again = decode_content_ridge(encode_content_ridge(ridge), dimensions=D)
    for model in (ridge, again):
        model.learn_many(*lessons(5, seed=2))
    assert encode_content_ridge(again) == encode_content_ridge(ridge)
    assert np.array_equal(again.mapping(), ridge.mapping())
    refuses_other_bytes(encode_content_ridge(ridge), lambda data: decode_content_ridge(data, dimensions=D))
    with pytest.raises(ValueError, match="bytes"):
        decode_content_ridge(encode_content_ridge(ridge), dimensions=D + 1)
